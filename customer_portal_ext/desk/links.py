"""What staff do with one customer's link. Each checks first that the user may, and answers with the link's new state."""

import frappe
from frappe import _

from customer_portal_ext.access import activity, mail, tokens
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.desk import token_list
from customer_portal_ext.desk.landing import get_customer, get_landing
from customer_portal_ext.desk.staff import require_customer, require_manager


def get_state(customer: str) -> dict:
	"""The state of the customer's link: a row of the token list."""
	return token_list.get_row(require_customer(customer))


def generate(customer: str) -> dict:
	"""Make a link where none is active. An active one is left as it is: a second click does no harm."""
	customer = require_customer(customer)
	tokens.get_or_issue(customer)
	return token_list.get_row(customer)


def regenerate(customer: str, days: int | None = None) -> dict:
	"""Make a new link; the one that was active is dead from this moment."""
	customer = require_customer(customer)
	tokens.issue(customer, days)
	return token_list.get_row(customer)


def copy(customer: str) -> dict:
	"""The active link itself, derived anew. Recorded in Portal Activity. Raises frappe.ValidationError if none is active."""
	customer = require_customer(customer)
	return {"link": _reveal(_require_active(customer))}


def copy_to_document(doctype: str, name: str) -> dict:
	"""A link to the whole account that lands on this document; a link is made if none is active."""
	require_manager()
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	customer, landing = get_customer(document), get_landing(document)
	if not customer or not landing:
		frappe.throw(_("The portal has no page for {0} {1}.").format(_(document.doctype), document.name))
	return {"link": _reveal(tokens.get_or_issue(require_customer(customer)), landing)}


def email(customer: str) -> dict:
	"""Queue an e-mail with the active link, or a new one, to the address on file. Raises frappe.ValidationError without one."""
	customer = require_customer(customer)
	if not mail.is_deliverable(get_address_on_file(customer)):
		# Checked first: a link that reaches nobody is not made.
		frappe.throw(_("Customer {0} has no e-mail address on file.").format(_show(customer)))
	recipient = mail.send_link(tokens.get_or_issue(customer))
	return {**token_list.get_row(customer), "recipient": recipient}


def revoke(customer: str) -> dict:
	"""End every active link of the customer, those to single documents included. ``ended`` says how many there were."""
	customer = require_customer(customer)
	ended = tokens.revoke_all(customer)
	return {**token_list.get_row(customer), "ended": ended}


def _require_active(customer: str):
	token = tokens.get_active(customer)
	if not token or frappe.db.get_value("Customer", customer, "disabled"):
		frappe.throw(_("Customer {0} has no active portal link. Generate one first.").format(_show(customer)))
	return token


def _show(customer: str) -> str:
	return frappe.bold(frappe.utils.escape_html(customer))


def _reveal(token, landing: str | None = None) -> str:
	activity.record_staff("Link Copied", token.customer, token.name)
	return tokens.get_link(token, landing)
