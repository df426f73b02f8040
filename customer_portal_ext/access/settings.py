"""The portal's settings, read through Frappe's cache, which a save clears."""

import frappe

MINIMUM_EXPIRY_DAYS = 1
MAXIMUM_EXPIRY_DAYS = 365
MAXIMUM_WELCOME_LENGTH = 500


def get_settings():
	"""The Customer Portal Settings document. Read only: save it from the DocType."""
	return frappe.get_cached_doc("Customer Portal Settings")
