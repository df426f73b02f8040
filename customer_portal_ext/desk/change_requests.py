"""Staff's side of a change that a customer asks for: approve or reject, and the word to the customer."""

import frappe
from frappe import _

from customer_portal_ext.access import account_mail, activity
from customer_portal_ext.account import change_requests, details
from customer_portal_ext.conversations import text
from customer_portal_ext.desk.staff import require_customer
from customer_portal_ext.exceptions import InvalidInput

LONGEST_NOTE = 500


def approve(name: str) -> dict:
	"""Write what was asked for. Raises frappe.PermissionError, or frappe.ValidationError with what ERPNext says."""
	request = _require_open(name)
	try:
		before = change_requests.approve(request)
	except InvalidInput as problem:
		frappe.throw(problem.message)
	_record("Approved Change", request)
	told = account_mail.send_decision(request, is_approved=True, before=before)
	return {"status": request.status, "told": told}


def reject(name: str, note: str) -> dict:
	"""Leave everything as it is, and say why. Raises frappe.PermissionError or frappe.ValidationError."""
	note = text.clean(note)
	if len(note) > LONGEST_NOTE:
		frappe.throw(_("The reason can have {0} characters.").format(LONGEST_NOTE))
	request = _require_open(name)
	change_requests.decide(request, change_requests.REJECTED, note)
	_record("Rejected Change", request)
	return {"status": request.status, "told": account_mail.send_decision(request, is_approved=False)}


def _require_open(name: str):
	"""A request that waits, locked; whose customer the user may read here and write in ERPNext."""
	if not frappe.db.exists(change_requests.DOCTYPE, name):
		frappe.throw(_("There is no such request."), frappe.DoesNotExistError)
	require_customer(frappe.db.get_value(change_requests.DOCTYPE, name, "customer"))
	request = change_requests.lock(name)
	customer = frappe.get_doc("Customer", request.customer)
	if not frappe.has_permission("Customer", "write", doc=customer):
		frappe.throw(
			_("Only who may change customer {0} decides on this.").format(frappe.bold(customer.name)),
			frappe.PermissionError,
		)
	if request.status != change_requests.OPEN:
		frappe.throw(_("This request is {0} already.").format(_(request.status, context=request.doctype)))
	return request


def _record(what: str, request) -> None:
	"""In the account's activity, and in the customer's timeline beside the request itself."""
	activity.record_decision(what, request)
	told = ", ".join(
		f"{details.get_label(row.field)}: {row.old_value or '–'} → {row.shown_value or '–'}"
		for row in request.changes
	)
	customer = frappe.get_doc("Customer", request.customer)
	customer.add_comment("Info", f"{_(what)} · {frappe.utils.escape_html(told)}")
