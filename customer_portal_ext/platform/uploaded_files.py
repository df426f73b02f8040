"""Frappe writes an upload to the disk under the very name it was sent with (core/doctype/file/file.py: before_insert, save_file)
before any hook of the document runs."""

import os

import frappe
from frappe.core.doctype.file.utils import generate_file_name


def rename(file, file_name: str) -> None:
	"""Keep a File that is about to be inserted under another name; one that other records share is left to them."""
	if not file.get("_content") or not file.file_url or file.is_remote_file:
		return
	written = file.get_full_path()
	is_shared = frappe.db.exists("File", {"file_url": file.file_url})
	file.file_name = generate_file_name(
		name=file_name, suffix=file.content_hash[-6:], is_private=file.is_private
	)
	file.save_file_on_filesystem()
	if not is_shared:
		os.remove(written)
