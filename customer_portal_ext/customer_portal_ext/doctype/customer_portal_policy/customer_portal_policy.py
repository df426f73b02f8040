import frappe
from frappe import _
from frappe.model.document import Document

from customer_portal_ext.access.policy import get_policy_key


class CustomerPortalPolicy(Document):
	def validate(self):
		self.validate_applies_to()
		self.set_policy_key()

	def validate_applies_to(self):
		if self.applies_to not in ("Customer", "Customer Group"):
			frappe.throw(
				_("A policy applies to a Customer or a Customer Group, not to {0}.").format(self.applies_to)
			)

	def set_policy_key(self):
		self.policy_key = get_policy_key(self.applies_to, self.party)
		other = frappe.db.get_value(self.doctype, {"policy_key": self.policy_key, "name": ("!=", self.name)})
		if other:
			frappe.throw(_("{0} has a policy already.").format(self.party), frappe.DuplicateEntryError)
