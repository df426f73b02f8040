import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from customer_portal_ext.access.settings import (
	MAXIMUM_EXPIRY_DAYS,
	MAXIMUM_WELCOME_LENGTH,
	MINIMUM_EXPIRY_DAYS,
)
from customer_portal_ext.base import site_address
from customer_portal_ext.conversations import file_types, limits
from customer_portal_ext.desk import website_menu
from customer_portal_ext.payments import gateways, settings_rules
from customer_portal_ext.payments.bank_transfer.creditors import validate_rows as validate_bank_transfers
from customer_portal_ext.web.colours import is_colour


class CustomerPortalSettings(Document):
	def onload(self):
		if not site_address.is_configured():
			self.set_onload("site_address", site_address.get_site_url())

	def validate(self):
		self.validate_token_expiry()
		self.validate_welcome_message()
		self.validate_accent_colour()
		self.validate_smallest_payment()
		self.validate_attachments()
		settings_rules.validate(self)
		validate_bank_transfers(self.bank_transfers)

	def on_update(self):
		self.tell_obstacles()
		website_menu.follow_setting(self)

	def tell_obstacles(self):
		"""Say which gateways customers will not see, and why. No error: the key may come later, or Python be another one."""
		if self.allow_payments and (obstacles := gateways.get_obstacles(self)):
			frappe.msgprint("<br>".join(obstacles), title=_("Not offered to customers"), indicator="orange")

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

	def validate_attachments(self):
		unknown = [
			name for name in file_types.read_names(self.attachment_types) if name not in file_types.TYPES
		]
		if unknown:
			frappe.throw(
				_("Allowed Types can be {0}; {1} cannot be allowed.").format(
					", ".join(file_types.TYPES), frappe.utils.escape_html(", ".join(unknown))
				)
			)
		for field, most in (
			("attachment_size", limits.MAXIMUM_MEGABYTES),
			("attachment_count", limits.MAXIMUM_COUNT),
		):
			if not 1 <= cint(self.get(field)) <= most:
				label = _(self.meta.get_label(field))
				frappe.throw(_("{0} must be from 1 to {1}; {2} is not.").format(label, most, self.get(field)))
