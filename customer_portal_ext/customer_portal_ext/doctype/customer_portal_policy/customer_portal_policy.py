import frappe
from frappe import _
from frappe.model.document import Document

from customer_portal_ext.access.policy import CAPABILITIES, get_policy_key
from customer_portal_ext.desk.policy_permissions import require_parties


class CustomerPortalPolicy(Document):
	def validate(self):
		self.validate_applies_to()
		require_parties(self)
		self.validate_narrowing()
		self.set_policy_key()

	def validate_applies_to(self):
		if self.applies_to not in ("Customer", "Customer Group", "Contact"):
			frappe.throw(
				_("A policy applies to a Customer, a Customer Group or a Contact, not to {0}.").format(
					self.applies_to
				)
			)

	def validate_narrowing(self):
		"""A person never may more than the customer they act for."""
		if self.applies_to != "Contact":
			return
		allowed = [_(self.meta.get_label(name)) for name in CAPABILITIES if self.get(name) == "Allow"]
		if allowed:
			frappe.throw(_("A contact's policy can deny, but not allow: {0}.").format(", ".join(allowed)))

	def set_policy_key(self):
		self.policy_key = get_policy_key(self.applies_to, self.party)
		other = frappe.db.get_value(self.doctype, {"policy_key": self.policy_key, "name": ("!=", self.name)})
		if other:
			frappe.throw(_("{0} has a policy already.").format(self.party), frappe.DuplicateEntryError)
