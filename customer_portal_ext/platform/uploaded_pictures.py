"""Frappe removes EXIF from each JPEG that is kept by decoding it into a list of tuples (``frappe/utils/image.py``
``strip_exif_data``): some 70 bytes a pixel, so that the photo of an ordinary phone takes a gigabyte, and lies on its side."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

FIELD = "strip_exif_metadata_from_uploaded_images"


def is_metadata_removed() -> bool:
	"""Whether the site wants what a camera writes into a picture removed."""
	return bool(frappe.get_system_settings(FIELD))


@contextmanager
def removed_already() -> Iterator[None]:
	"""While a picture is kept whose metadata the caller has removed, or was asked to leave."""
	frappe.get_system_settings(FIELD)  # Frappe reads its settings once in a request
	settings = frappe.local.system_settings
	frappe.local.system_settings = frappe._dict(settings.as_dict(), **{FIELD: 0})
	try:
		yield
	finally:
		frappe.local.system_settings = settings
