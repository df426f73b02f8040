"""A document whose fields are harmless wherever a print format puts them: cleaned in memory, before it is printed.

Print formats of Frappe, ERPNext and companies write most fields without escaping them. What is text gets no markup, what is
rich text keeps what base/rich_text.py allows. The document is not saved any more.
"""

from frappe.utils import md_to_html

from customer_portal_ext.base import rich_text
from customer_portal_ext.documents.kinds import KINDS

# An address, a tax's description or a note is HTML in some formats, whatever its type; lines of text alone are not.
TEXTS = frozenset(
	(
		"Code",
		"HTML",
		"HTML Editor",
		"JSON",
		"Long Text",
		"Markdown Editor",
		"Small Text",
		"Text",
		"Text Editor",
	)
)
DOCTYPES = frozenset(kind.doctype for kind in KINDS.values())
MARKDOWN = "<!-- markdown -->"


def clean(document) -> None:
	"""Clean the fields of a document and its rows, in place."""
	for row in (document, *document.get_all_children()):
		for field in row.meta.fields:
			value = row.get(field.fieldname)
			if isinstance(value, str) and rich_text.has_markup(value):
				row.set(field.fieldname, clean_value(value, field.fieldtype))
	titles = document.get("__link_titles")
	for key, title in (titles or {}).items():
		if isinstance(title, str):
			titles[key] = rich_text.make_inert(title)


def clean_value(value: str, fieldtype: str) -> str:
	if fieldtype not in TEXTS:
		return rich_text.make_inert(value)
	# Frappe would turn it into HTML after this (frappe/www/printview.py: convert_markdown)
	return rich_text.clean(md_to_html(value) if MARKDOWN in value else value)
