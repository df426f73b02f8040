"""Frappe asks gravatar.com for a picture of each contact that is saved with an e-mail address and without one
(``frappe/contacts/doctype/contact/contact.py``: validate), within the request: the address of somebody who asked for nothing leaves
the site, and a page waits up to five seconds. Its only switch, ``flags.in_import``, takes defaults and checks away as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

import frappe
from frappe.contacts.doctype.contact import contact as frappes_contact

MARK = "asks_by_flag"
FLAG = "portal_asks_for_no_picture"


@contextmanager
def not_asked_for() -> Iterator[None]:
	"""While a contact is saved for whom no other server is asked."""
	_install()
	before = frappe.flags.get(FLAG)
	frappe.flags[FLAG] = True
	try:
		yield
	finally:
		frappe.flags[FLAG] = before


def _install() -> None:
	"""Once in a process; whoever saves a contact elsewhere has it as Frappe does."""
	original = frappes_contact.has_gravatar
	if hasattr(original, MARK):
		return

	@wraps(original)
	def has_gravatar(email):
		return "" if frappe.flags.get(FLAG) else original(email)

	setattr(has_gravatar, MARK, True)
	frappes_contact.has_gravatar = has_gravatar
