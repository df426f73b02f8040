"""Which files an outsider may name in a document.

Frappe attaches whatever file a field of a document names, with rights of its own, and whoever wrote the document then owns
a record of that file (core/doctype/file/utils.py: attach_files_to_document); a record made of an address alone copies what
lies there before it is looked at (core/doctype/file/file.py: before_insert). So an address is taken from an outsider only
where they may read the file already, by a record with that very address.
"""

from typing import NoReturn
from urllib.parse import unquote

import frappe
from frappe import _

from customer_portal_ext.access.outsiders import is_by_outsider
from customer_portal_ext.conversations import text
from customer_portal_ext.platform import uploaded_files

FIELDS = ("Attach", "Attach Image")
ELSEWHERE = ("http://", "https://", "data:")
# of a file on the disk, with room for every character written as a number
LONGEST_ADDRESS = 2000


def require_readable(address: str, document=None) -> None:
	"""``document``: what the file is named in, whose own files an outsider may name who has uploaded them.

	:raises frappe.PermissionError: there is no such file, or none that is theirs to read; they cannot tell which.
	"""
	if not is_readable(address, document):
		frappe.throw(
			_("File {0} does not exist").format(frappe.utils.escape_html(address)), frappe.PermissionError
		)


def is_readable(address: str, document=None) -> bool:
	# Frappe takes its own address off, and once more as it reads (core/doctype/file/file.py: validate_remote_file, get_full_path)
	own = frappe.utils.get_url()
	while address.startswith(own):
		address = address.removeprefix(own)
	if address.startswith(ELSEWHERE):
		return True
	if len(address) > LONGEST_ADDRESS:
		return False
	if "files" not in decode(address) or is_plainly_public(address):
		return True
	for row in frappe.get_all("File", {"file_url": ("in", {address, unquote(address)})}, ["*"]):
		if is_address_of(row.file_url, address):
			file = frappe.get_doc(doctype="File", **row)
			if is_upload_of_theirs(file, document) or file.is_downloadable():
				return True
	return False


def is_address_of(file_url: str, address: str) -> bool:
	"""Exactly, as MariaDB knows no case and the disk does; or with its quotes made inert, as documents keep it."""
	return file_url == address or (
		file_url == unquote(address) and address == text.make_inert_address(file_url)
	)


def names_file(document, field) -> bool:
	"""Whether a field of what is about to be kept says where a file lies. Of a new record of a file, that is known before alone
	(may_make): meanwhile Frappe has put what was sent somewhere."""
	return field.fieldtype in FIELDS or (
		document.doctype == "File" and field.fieldname == "file_url" and not document.is_new()
	)


def may_make(file) -> bool:
	"""Whether a record of a file may be made: of what is sent, or of a file that the user may read. By its name alone Frappe
	would take what lies there already."""
	address = file.get("file_url") or ""
	return is_readable(address) if address else bool(file.get("content") or file.get("is_folder"))


def keep_in_folders() -> None:
	"""Make what outsiders have made a record of stay in the folders of files (platform/uploaded_files.py)."""
	uploaded_files.install(is_outsiders, refuse)


def is_outsiders(file) -> bool:
	if is_by_outsider():
		return True
	owner = file.owner or frappe.session.user
	if owner == "Administrator":
		return False
	return owner == "Guest" or frappe.get_cached_value("User", owner, "user_type") == "Website User"


def refuse(file) -> NoReturn:
	# missing or not theirs: they cannot tell which
	frappe.throw(
		_("File {0} does not exist").format(frappe.utils.escape_html(file.file_name or "")),
		frappe.PermissionError,
	)


def is_plainly_public(address: str) -> bool:
	"""Whether no other reading of it leads out of the public files."""
	return address.startswith("/files/") and not (
		"%" in address or "\\" in address or {".", ".."} & set(address.split("/"))
	)


def is_upload_of_theirs(file, document) -> bool:
	"""Whether they have uploaded it for what they are about to write, or for this document."""
	if file.owner not in get_senders():
		return False
	attached = (file.attached_to_doctype, file.attached_to_name)
	if document is not None and attached == (document.doctype, document.name):
		return True
	return not all(attached) or not frappe.db.exists(*attached)


def get_senders() -> set[str]:
	"""The session's user; an anonymous web form is saved as a guest's, and its files were uploaded by who is signed in."""
	session = getattr(frappe.local, "session_obj", None)
	return {frappe.session.user, getattr(session, "user", None)} - {None}


def decode(address: str) -> str:
	while (plain := unquote(address)) != address:
		address = plain
	return address
