import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from customer_portal_ext.access.settings import (
	MAXIMUM_EXPIRY_DAYS,
	MAXIMUM_WELCOME_LENGTH,
	MINIMUM_EXPIRY_DAYS,
)
from customer_portal_ext.web.colours import is_colour


class CustomerPortalSettings(Document):
	def validate(self):
		self.validate_token_expiry()
		self.validate_welcome_message()
		self.validate_accent_colour()
		self.validate_smallest_payment()

	def validate_token_expiry(self):
		if not MINIMUM_EXPIRY_DAYS <= cint(self.token_expiry_days) <= MAXIMUM_EXPIRY_DAYS:
			frappe.throw(
				_("Token Expiry (days) must be from {0} to {1}; {2} is not.").format(
					MINIMUM_EXPIRY_DAYS, MAXIMUM_EXPIRY_DAYS, self.token_expiry_days
				)
			)

	def validate_welcome_message(self):
		length = len(self.welcome_message or "")
		if length > MAXIMUM_WELCOME_LENGTH:
			frappe.throw(
				_("Welcome Message must be at most {0} characters; it has {1}.").format(
					MAXIMUM_WELCOME_LENGTH, length
				)
			)

	def validate_accent_colour(self):
		if self.accent_colour and not is_colour(self.accent_colour):
			frappe.throw(_("Accent Colour must be written like #0f62c9."))

	def validate_smallest_payment(self):
		if (self.smallest_payment or 0) < 0:
			frappe.throw(_("Smallest Payment must be 0 or more."))
