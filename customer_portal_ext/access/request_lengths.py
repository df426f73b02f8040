"""What outsiders may send to Frappe's and ERPNext's own functions: no longer than anybody types.

Their passes over a text are not all linear (an address of 40,000 letters is looked at for half a minute, a page of open
elements for as long), and run before anything is refused. The portal's pages have bounds of their own (web/form_lengths.py).
"""

import re
from collections.abc import Iterator, Mapping
from typing import NoReturn

import frappe

from customer_portal_ext.conversations import text
from customer_portal_ext.web.words import _

LONGEST_LINE, LONGEST_TEXT, MOST_VALUES = 1_000, 20_000, 50_000
# what is looked at more than once, by the field's name; and whatever has "email" in it
LINES = frozenset(("sender", "recipients", "raised_by", "usr", "user", "full_name", "subject", "order_by"))
OWN = ("frappe.", "erpnext.")
# what a website's contact form mails to whom it names
CONTACT_FORMS = ("frappe.www.contact.send_message", "erpnext.templates.utils.send_message")
LONGEST_MESSAGE = 10_000
# Files, as web forms send them, by the field that they are for.
FILE = re.compile(r"(?:[^,]{1,255},)?data:[\w.+/-]{1,100};base64,")


def check(method: str | None, form: dict) -> None:
	"""Raise frappe.ValidationError for what is too long. What a contact form says is plain text from here on."""
	# what another app takes from a service, such as a shop's whole order, is that app's to judge
	if method and "." in method and not method.startswith(OWN):
		return
	for name, value in iterate(form):
		is_line = name in LINES or "email" in name.lower()
		longest = LONGEST_LINE if is_line else LONGEST_TEXT
		if len(value) > longest and (is_line or not FILE.match(value)):
			refuse(longest, len(value))
	if method in CONTACT_FORMS:
		for name in ("message", "subject", "sender"):
			value = str(form.get(name) or "")
			if len(value) > LONGEST_MESSAGE:
				refuse(LONGEST_MESSAGE, len(value))
			if name in form:
				form[name] = text.replace_brackets(value)


def iterate(form) -> Iterator[tuple[str, str]]:
	"""(name, text) of every value, those within JSON as well."""
	waiting, seen = [("", form)], 0
	while waiting:
		name, value = waiting.pop()
		seen += 1
		if seen > MOST_VALUES:
			frappe.throw(_("The form holds more than can be sent at once."))
		if isinstance(value, str) and value[:1] in "{[" and len(value) > LONGEST_LINE:
			value = read(value)
		if isinstance(value, str):
			yield name, value
		elif isinstance(value, Mapping):
			waiting += [(str(key), entry) for key, entry in value.items()]
			waiting += [("", str(key)) for key in value]
		elif isinstance(value, list | tuple):
			waiting += [(name, entry) for entry in value]


def read(value: str):
	try:
		return frappe.parse_json(value)
	except (ValueError, RecursionError):
		return value


def refuse(longest: int, length: int) -> NoReturn:
	frappe.throw(_("A field can have {0} characters; this one has {1}.").format(longest, length))
