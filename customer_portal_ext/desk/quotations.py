"""Staff's side of a quotation's answer: the approval link, who else has one, and what was answered."""

import frappe
from frappe import _
from frappe.utils import escape_html, format_datetime, getdate

from customer_portal_ext.access import activity, policy, quotation_mail, tokens
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.desk.customer_records import require_within_limits
from customer_portal_ext.desk.landing import get_customer
from customer_portal_ext.documents import parties
from customer_portal_ext.exceptions import CannotBecomeCustomer, InvalidInput
from customer_portal_ext.platform import conversion
from customer_portal_ext.quotes import customers, fields, responses, rules, sharing
from customer_portal_ext.quotes.responses import ACCEPTED
from customer_portal_ext.web.urls import document_url

DOCTYPE = "Quotation"


def get_state(name: str) -> dict:
	"""What the form shows: ``may_share, email, answer, links``."""
	quotation = frappe.get_doc(DOCTYPE, name)
	quotation.check_permission("read")
	require_own_customer(quotation)
	links = tokens.get_for_document(DOCTYPE, name)
	return {
		"may_share": bool(not get_obstacle(quotation) and quotation.has_permission("email")),
		"email": get_address(quotation),
		"answer": get_answer(name),
		"links": [{**link, "is_working": sharing.is_working(link)} for link in links],
	}


def get_address(quotation) -> str:
	"""Where its link would be mailed to, if staff name no other address."""
	if quotation.contact_email:
		return quotation.contact_email
	customer = get_customer(quotation)
	if customer:
		return get_address_on_file(customer) or ""
	if quotation.quotation_to == "Lead":
		return frappe.db.get_value("Lead", quotation.party_name, "email_id") or ""
	return ""


def get_answer(name: str) -> dict | None:
	"""The answer that stands, for who may read answers."""
	standing = responses.get(name)
	if not standing or not frappe.has_permission(responses.DOCTYPE, "read"):
		return None
	return {key: standing[key] for key in ("name", "answer", "answered_on", "signer_name", "sales_order")}


def copy_link(name: str) -> dict:
	"""A link that opens this quotation alone and may answer it, for staff to pass on. The same one each time, as long as it
	works. Recorded in Portal Activity."""
	quotation = require_shareable(name)
	token = find_staff_link(name, None) or make_link(quotation, None)
	activity.record_staff("Link Copied", token.customer, token.name)
	return {"link": tokens.get_link(token, document_url("quotation", name))}


def email_link(name: str, email: str) -> dict:
	"""The same by e-mail, to one address, in the customer's language. A link of its own for each address."""
	quotation = require_shareable(name)
	try:
		address = fields.read_email(email)
	except InvalidInput as problem:
		frappe.throw(problem.message)
	token = find_staff_link(name, address) or make_link(quotation, address)
	customer = get_customer(quotation)
	language = frappe.db.get_value("Customer", customer, "language") if customer else quotation.language
	quotation_mail.send_share(token, None, language or frappe.local.lang or "en")
	return {"recipient": address}


def revoke_link(name: str, token: str) -> dict:
	"""End a link to this quotation, whoever made it."""
	quotation = frappe.get_doc(DOCTYPE, name)
	quotation.check_permission("email")
	require_own_customer(quotation)
	if token not in [link.name for link in tokens.get_for_document(DOCTYPE, name)]:
		frappe.throw(_("This quotation has no such link."), frappe.DoesNotExistError)
	tokens.revoke(token)
	return get_state(name)


def require_shareable(name: str):
	"""A quotation whose approval link the user may send. Raises frappe.PermissionError or frappe.ValidationError."""
	quotation = frappe.get_doc(DOCTYPE, name)
	quotation.check_permission("email")
	require_own_customer(quotation)
	if obstacle := get_obstacle(quotation):
		frappe.throw(obstacle)
	return quotation


def require_own_customer(quotation) -> None:
	require_within_limits(quotation, get_customer(quotation))


def get_obstacle(quotation) -> str | None:
	"""Why there is nothing to approve."""
	if quotation.quotation_to not in ("Customer", *parties.BECAME):
		return _("The portal shows quotations to customers, leads and prospects, not to a {0}.").format(
			_(quotation.quotation_to)
		)
	if responses.get(quotation.name):
		return _("This quotation is answered already.")
	if reason := rules.get_refusal(
		{key: quotation.get(key) for key in ("docstatus", "status", "transaction_date", "valid_till")}
		| {
			"transaction_date": getdate(quotation.transaction_date),
			"valid_till": getdate(quotation.valid_till) if quotation.valid_till else None,
		},
		getdate(),
	):
		return reason
	try:
		customer = customers.find(quotation.as_dict())
	except CannotBecomeCustomer as obstacle:
		return obstacle.reason
	group = frappe.db.get_value("Customer", customer, "customer_group") if customer else None
	capabilities = policy.get_capabilities(customer or "", group)
	if not {"quotations", "quotation_acceptance"} <= capabilities:
		return _("Customer Portal Settings, or this customer's policy, do not let quotations be accepted.")
	if not customer and (
		missing := conversion.get_missing_fields(quotation.quotation_to, quotation.party_name)
	):
		return _("No customer can be made of {0} {1} when it is accepted. Missing: {2}").format(
			_(quotation.quotation_to), quotation.party_name, ", ".join(missing)
		)
	return None


def find_staff_link(name: str, email: str | None):
	for link in tokens.get_for_document(DOCTYPE, name):
		if link.shared_by == "Staff" and (link.shared_with or None) == email and sharing.is_working(link):
			return frappe.get_doc(tokens.DOCTYPE, link.name)
	return None


def make_link(quotation, email: str | None):
	customer = get_customer(quotation)
	# who is no customer yet has a name all the same
	named = {} if customer else {"customer_name": quotation.customer_name}
	return tokens.issue_for_document(
		customer, DOCTYPE, quotation.name, "Staff", shared_with=email, may_answer=1, **named
	)


def get_timeline(doctype: str, name: str) -> list[dict]:
	"""The answers in the quotation's timeline, for the hook ``additional_timeline_content``."""
	given = frappe.get_all(
		responses.DOCTYPE,
		{"quotation": name},
		["answer", "answered_on", "signer_name", "sales_order", "lost_reason", "reason"],
		order_by="answered_on",
	)
	return [
		{
			"icon": "tick" if row.answer == ACCEPTED else "close",
			"is_card": False,
			"creation": str(row.answered_on),
			"content": get_timeline_text(row),
		}
		for row in given
	]


def get_timeline_text(row) -> str:
	who, when = frappe.bold(escape_html(row.signer_name)), frappe.bold(format_datetime(row.answered_on))
	if row.answer == ACCEPTED:
		order = escape_html(row.sales_order)
		return _("{0} accepted on the portal on {1}: Sales Order {2}").format(who, when, frappe.bold(order))
	why = "; ".join(escape_html(text) for text in (row.lost_reason, row.reason) if text)
	return _("{0} declined on the portal on {1}: {2}").format(who, when, why)
