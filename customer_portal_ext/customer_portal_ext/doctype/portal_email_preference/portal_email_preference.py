import frappe
from frappe import _
from frappe.model.document import Document

from customer_portal_ext.account.sign_ups import normalise


class PortalEmailPreference(Document):
	"""Which of the portal's e-mails one person wants, for one customer: account/preferences.py."""

	def validate(self):
		self.email = normalise(self.email)
		self.require_only_one()

	def require_only_one(self):
		"""Not a unique key of the database: merging two customers must not fail over what a person wants of both."""
		same = {"customer": self.customer, "email": self.email, "name": ("!=", self.name or "")}
		if frappe.db.exists(self.doctype, same):
			frappe.throw(
				_("{0} has e-mail preferences for {1} already.").format(self.email, self.customer),
				frappe.DuplicateEntryError,
			)
