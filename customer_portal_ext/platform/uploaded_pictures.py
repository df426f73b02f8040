"""Frappe removes EXIF from each JPEG that is kept by decoding it into a list of tuples (``frappe/utils/image.py``
``strip_exif_data``): some 70 bytes a pixel, so that the photo of an ordinary phone takes a gigabyte, and lies on its side."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

import frappe
from frappe import _
from frappe.core.doctype.file import file as frappes_file

from customer_portal_ext.base import jpeg, pictures

MARK = "copies_pixels"
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


def install() -> None:
	"""Remove what a camera wrote by copying the pixels, wherever Frappe keeps a JPEG on a site with this app; once in a process."""
	original = frappes_file.strip_exif_data
	if hasattr(original, MARK):
		return

	@wraps(original)
	def strip(content, content_type):
		if "customer_portal_ext" not in frappe.get_installed_apps():
			return original(content, content_type)
		return without_metadata(content)

	setattr(strip, MARK, True)
	frappes_file.strip_exif_data = strip


def without_metadata(content: bytes | str) -> bytes:
	"""The JPEG, turned as it was. Raises frappe.ValidationError for what is none, is damaged, or takes more than it is worth."""
	try:
		# Frappe reads as text whatever can be read so
		content = content.encode() if isinstance(content, str) else content
		return jpeg.without_metadata(content, pictures.look(content).orientation)
	except pictures.Busy:
		frappe.throw(_("Too many pictures are being sent. Please try again in a moment."))
	except (pictures.Unreadable, ValueError):
		frappe.throw(_("This picture cannot be read."))
