"""The portal's settings, read through Frappe's cache, which a save clears."""

import frappe

from customer_portal_ext.platform import committed

DOCTYPE = "Customer Portal Settings"
MINIMUM_EXPIRY_DAYS = 1
MAXIMUM_EXPIRY_DAYS = 365
MAXIMUM_WELCOME_LENGTH = 500


def get_settings():
	"""The Customer Portal Settings document. Read only: save it from the DocType.

	Whoever reads the settings while they are saved would put the old ones into the cache after the save has cleared it, and
	there they would stay: a portal that was switched off stays open, a webhook is refused by a secret of before. So what was
	read stays in the cache only if it is still what is committed after it was put there; a save that is committed later clears it.
	"""
	key = frappe.get_document_cache_key(DOCTYPE, DOCTYPE)
	if settings := frappe.cache.get_value(key):
		return settings
	settings = frappe.get_cached_doc(DOCTYPE)
	if str(settings.modified) != str(committed.get_single_value(DOCTYPE, "modified")):
		frappe.cache.delete_value(key)
		# one request goes by one state of them, as it does with all that it reads
		frappe.local.cache[frappe.cache.make_key(key)] = settings
	return settings
