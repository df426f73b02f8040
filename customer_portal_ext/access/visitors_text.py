"""What visitors, website users and incoming e-mails write is plain text, whatever way it comes in.

Desk shows many fields as HTML, and Frappe's own cleaning (model/base_document.py: _sanitize_content; utils/html_utils.py:
sanitize_html) lets through whatever is JSON, a quoted string among it, and `<link>`, `<style>`, `<meta>`, SVG and pictures
from anywhere. So before anything of theirs is kept, fields of text lose what a browser acts on, in one place for the
portal, REST, RPC, web forms, sign-up, Frappe's contact form and e-mails. What staff wrote stays as it is, also in a
document that a visitor's request copies or changes.
"""

import json
from collections.abc import Iterator
from urllib.parse import unquote

import frappe
from frappe import _

from customer_portal_ext.access import private_files
from customer_portal_ext.access.outsiders import is_by_outsider
from customer_portal_ext.base import safe_html
from customer_portal_ext.conversations import text
from customer_portal_ext.platform import uploaded_files

# What outsiders write even where a page or a method of Frappe's saves it with rights of its own.
WRITTEN_BY_OUTSIDERS = frozenset(
	(
		*(
			"Address",
			"Appointment",
			"Comment",
			"Communication",
			"Contact",
			"Customer",
			"File",
			"Issue",
			"Lead",
		),
		*("Opportunity", "ToDo", "User"),
	)
)
LINES = frozenset(
	(
		"Autocomplete",
		"Barcode",
		"Color",
		"Data",
		"Icon",
		"Phone",
		"Read Only",
		"Small Text",
		"Text",
		"Long Text",
	)
)
RICH = frozenset(("HTML Editor", "Text Editor"))
# A file's address, which quotes belong to.
ADDRESSES = frozenset(("Attach", "Attach Image", "Signature"))
# What machines read: its quotes mean something, its angle brackets could only be markup.
CODE = frozenset(("Code", "Geolocation", "JSON", "Markdown Editor"))
TYPES = LINES | RICH | ADDRESSES | CODE
NOT_IN_FILE_ADDRESS = frozenset('<>"`')
# (DocType, field) of what names something outside the database: a file, an e-mail
MACHINES_OWN = frozenset((("File", "file_url"), ("Communication", "message_id")))
# The portal's own documents are written by its pages alone, which read each field for what it is; what was signed has a
# digest of its text beside it.
OWN_MODULE = "Customer Portal Ext"


def clean(document) -> None:
	"""Make what outsiders wrote inert, as far as it is new. Does nothing for staff. Raises frappe.ValidationError for the name
	of a file that cannot be kept: the file lies under it already; frappe.PermissionError for a file that is not theirs."""
	if is_by_outsider():
		is_theirs = document.doctype in WRITTEN_BY_OUTSIDERS
		has_own_rights = not document.flags.ignore_permissions or frappe.flags.in_web_form
		if document.doctype == "File":
			if document.is_new() and "'" in (document.file_url or ""):
				# documents keep addresses without quotes, and Frappe finds a file by its very address alone
				uploaded_files.rename(document, text.make_inert(document.file_name))
			require_file_address(document.file_url or "")
		if has_own_rights:
			require_files(document)
		if is_theirs or has_own_rights or document.doctype == "Portal Activity":
			clean_fields(document, is_theirs)
		elif document.meta.module != OWN_MODULE:
			close_json(document)
	elif is_received(document):
		clean_fields(document, is_plain=True)


def require_files(document) -> None:
	"""What Frappe attaches to a document is what its writer may read. Raises frappe.PermissionError."""
	for _holder, field, value in get_new_texts(document):
		if private_files.names_file(document, field):
			private_files.require_readable(value, document)


def require_file_address(address: str) -> None:
	# Frappe takes one layer of percent signs off with every save
	plain = unquote(address)
	if NOT_IN_FILE_ADDRESS & set(plain) or (plain != address and unquote(plain) != plain):
		frappe.throw(_("The name of a file cannot have these characters: {0}").format('< > " `'))


def is_received(document) -> bool:
	"""Whether an e-mail brought it, whoever fetches that: the e-mail, a file of it, or the document it opens."""
	if document.doctype == "Communication":
		return document.sent_or_received == "Received"
	if document.doctype == "File":
		return document.attached_to_doctype == "Communication" and "Received" == frappe.db.get_value(
			"Communication", document.attached_to_name, "sent_or_received"
		)
	# email/receive.py: _create_reference_document
	flags = document.flags
	return bool(
		document.is_new()
		and flags.ignore_mandatory
		and flags.ignore_permissions
		and document.meta.get("email_append_to")
	)


def clean_fields(document, is_plain: bool) -> None:
	for holder, field, value in get_new_texts(document):
		cleaned = clean_value(document, field, value, is_plain)
		if cleaned != value:
			holder.set(field.fieldname, cleaned)
	for holder in (document, *document.get_all_children()):
		clean_standard_fields(holder, is_row=holder is not document)


def clean_value(document, field, value: str, is_plain: bool) -> str:
	"""``is_plain``: for a DocType that people write to us in; else what a website user may write elsewhere keeps its form."""
	if (document.doctype, field.fieldname) in MACHINES_OWN:
		return value
	if field.fieldtype in RICH:
		return clean_rich(value, keeps_form=not is_plain or has_form(document))
	if field.fieldtype in ADDRESSES:
		return text.make_inert_address(value)
	if field.options == "Email":
		# a list of addresses quotes a name that has a comma in it
		return text.make_inert_recipients(value, keeps_quotes=field.fieldtype in CODE)
	if field.fieldtype in LINES and is_plain:
		return text.make_inert(value)
	return value if field.fieldtype in CODE and not is_plain else text.replace_brackets(value)


def clean_rich(value: str, keeps_form: bool) -> str:
	if "<" not in value or text.is_paragraphs(value):
		return value
	cleaned = safe_html.clean(value) if keeps_form else None
	return text.to_html(text.to_text(value)) if cleaned is None else cleaned


def has_form(document) -> bool:
	"""Whether it is an e-mail, or a line that the server wrote about what somebody did: their links and lists stay."""
	if document.doctype == "Comment":
		return document.comment_type != "Comment"
	if document.doctype == "Communication":
		is_sent = document.sent_or_received == "Sent"
		return is_sent or (document.communication_medium == "Email" and not is_by_outsider())
	return document.doctype == "ToDo"


def close_json(document) -> None:
	"""What the server makes of staff's texts in a visitor's request stays, but for what only its being JSON would keep."""
	for holder, field, value in get_new_texts(document):
		if field.fieldtype not in CODE and "<" in value and is_json(value):
			holder.set(field.fieldname, text.replace_brackets(value))


def is_json(value: str) -> bool:
	"""Whether Frappe would take it for JSON, and leave it as it is."""
	try:
		json.loads(value)
	except ValueError:
		return False
	except RecursionError:
		return True
	return True


def get_new_texts(document) -> Iterator[tuple]:
	"""(document or row, field, text) of each field of text that is not as it was before."""
	before = None if document.is_new() else document.get_doc_before_save()
	rows_before = {row.name: row for row in before.get_all_children()} if before else {}
	for holder in (document, *document.get_all_children()):
		was = before if holder is document else rows_before.get(holder.name)
		for field in holder.meta.fields:
			value = holder.get(field.fieldname) if field.fieldtype in TYPES else None
			if value and isinstance(value, str) and (was is None or was.get(field.fieldname) != value):
				yield holder, field, value


def clean_standard_fields(holder, is_row: bool) -> None:
	"""REST takes the author of a row, and the name of a new one, as they are sent."""
	for fieldname in ("owner", "modified_by"):
		value = holder.get(fieldname)
		if isinstance(value, str) and text.make_inert(value) != value and not frappe.db.exists("User", value):
			holder.set(fieldname, frappe.session.user)
	if (
		is_row
		and holder.is_new()
		and isinstance(holder.name, str)
		and text.make_inert(holder.name) != holder.name
	):
		holder.name = None
