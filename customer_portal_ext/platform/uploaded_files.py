"""Frappe's files on the disk, where its own rules do not do for outsiders' (core/doctype/file/file.py).

It writes an upload under the very name it was sent with before any hook of the document runs (before_insert, save_file). And a
record leads to any file within the site's folder, or of the name it has, where its address is the site's own twice over, or
empty (get_full_path).
"""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import frappe
from frappe.core.doctype.file.file import File
from frappe.core.doctype.file.utils import generate_file_name

APP = "customer_portal_ext"
MARK = "stays_in_its_folder"
FOLDERS = ("/files/", "/private/files/")


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


def install(is_outsiders: Callable, refuse: Callable) -> None:
	"""Let a File that ``is_outsiders(file)`` lead to nothing but what lies under its very address in the folders of files, and
	``refuse(file)`` everything else. Once in a process."""
	original = File.get_full_path
	if hasattr(original, MARK):
		return

	@wraps(original)
	def get_full_path(file):
		if APP not in frappe.get_installed_apps() or not is_outsiders(file):
			return original(file)
		# not yet written: the folder that it will be in
		if not str(file.file_url or "").startswith(FOLDERS):
			refuse(file)
		path = original(file)
		folders = (Path(frappe.get_site_path(kind, "files")).resolve() for kind in ("public", "private"))
		if not any(Path(path).resolve().is_relative_to(folder) for folder in folders):
			refuse(file)
		return path

	exists = File.exists_on_disk

	@wraps(exists)
	def exists_on_disk(file):
		try:
			return exists(file)
		except frappe.PermissionError:
			# of a record with the same content, which Frappe would use again
			frappe.clear_last_message()
			return False

	setattr(get_full_path, MARK, True)
	File.get_full_path = get_full_path
	File.exists_on_disk = exists_on_disk
