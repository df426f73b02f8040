"""The gate of what a customer does with a quotation: accept, decline, share."""

from collections.abc import Mapping

import frappe
from frappe.utils import getdate

from customer_portal_ext.access import (
	activity,
	conversations,
	deposits,
	guard,
	limits,
	quotation_mail,
	tokens,
)
from customer_portal_ext.access import quotation_follow_up as follow_up
from customer_portal_ext.access.network import get_address
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.exceptions import (
	AnswerRefused,
	CannotBecomeCustomer,
	DocumentNotFound,
	InvalidInput,
)
from customer_portal_ext.quotes import (
	acceptance,
	addresses,
	decline,
	fields,
	offer,
	pages,
	responses,
	rules,
	sharing,
)
from customer_portal_ext.quotes.responses import Origin
from customer_portal_ext.web import quotation_urls as urls
from customer_portal_ext.web.responses import Download
from customer_portal_ext.web.words import _

CAPABILITY = "quotation_acceptance"
DOCTYPE = "Quotation"


def may_answer(visitor: Visitor) -> bool:
	"""Whether policy lets the visitor accept and decline; a shared link can be for reading only."""
	return CAPABILITY in visitor.capabilities and visitor.may_answer


def require_answerable(name: str) -> tuple[Visitor, dict]:
	"""A quotation that the visitor may accept or decline. Raises DocumentNotFound."""
	record = guard.require_document("quotation", name)
	visitor = guard.require_visitor()
	if not may_answer(visitor):
		activity.record_refusal(visitor, f"answer {name}")
		raise DocumentNotFound
	return visitor, record


def require_shareable(name: str) -> tuple[Visitor, dict]:
	"""A quotation of a visitor with the whole account: who was let in by a shared link does not pass it on."""
	visitor = guard.require_account()
	return visitor, guard.require_document("quotation", name)


def get_section(record: Mapping) -> dict:
	"""``{"answer"}`` for components/quotation_actions.html on the quotation's page. Three statements at most, and those of the
	deposit once it is accepted."""
	visitor = guard.require_visitor()
	name = record["name"]
	given = responses.get_given(name)
	standing, undone = responses.get_standing(given), responses.get_undone(given)
	is_open = not standing and rules.get_refusal({**record, "docstatus": 1}, getdate()) is None
	can_answer = is_open and may_answer(visitor)
	shares = sharing.get_list(tokens.get_for_document(DOCTYPE, name)) if visitor.scope is None else []
	return {
		"answer": {
			"accept_url": urls.action_url("accept", name) if can_answer else None,
			"decline_url": urls.action_url("decline", name) if can_answer else None,
			"share_url": urls.action_url("share", name) if visitor.scope is None else None,
			"unshare_url": urls.action_url("unshare", name),
			"shares": shares,
			"given": pages.describe_answer(standing) if standing else None,
			"undone": {"name": undone["signer_name"], "on": undone["answered_on"]} if undone else None,
			"deposit": deposits.get_offer(visitor, record, standing),
		}
	}


def get_accept_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/quotation_accept.html, with what was typed and what was wrong with it, if anything."""
	if problem:
		frappe.db.rollback()
	visitor, record = require_answerable(context["args"]["name"])
	if standing := responses.get(record["name"]):
		return pages.get_answered(record, standing)
	typed = {key: str(context["form"].get(key) or "") for key in pages.ACCEPT_FIELDS}
	if not context["form"]:
		typed |= get_known(visitor, context)
	chosen_from = context["form"] or context["query"]
	return pages.get_accept(record, chosen_from, typed, get_addresses(visitor), problem)


def get_known(visitor: Visitor, context: Mapping) -> dict:
	"""What need not be typed: the name that was given before, and the address that the link was made for."""
	if visitor.scope is not None:
		email = frappe.db.get_value(tokens.DOCTYPE, visitor.token, "shared_with")
	else:
		email = visitor.user or get_address_on_file(visitor.customer)
	return {"name": conversations.get_author_name(visitor, context["cookies"]) or "", "email": email or ""}


def get_addresses(visitor: Visitor) -> list[dict]:
	"""The customer's addresses. Who holds one document's link does not get to see them."""
	return addresses.get_options(visitor.customer) if visitor.scope is None else []


def accept(context: Mapping) -> tuple[str]:
	"""Order what the quotation offers: the page to go to. Raises InvalidInput, AnswerRefused among them."""
	visitor, record = require_answerable(context["args"]["name"])
	limits.count("quotation-answer", visitor)
	if standing := responses.get(record["name"]):
		return (get_page_after(standing, False),)
	name = record["name"]
	wanted = acceptance.read(context["form"], offer.get_choices(name), get_addresses(visitor))
	try:
		given, is_new = acceptance.accept(record, wanted, get_origin(visitor))
	except AnswerRefused as refusal:
		activity.record("Refused", visitor, DOCTYPE, name, details=refusal.message)
		if isinstance(refusal, CannotBecomeCustomer):
			follow_up.tell_of_obstacle(name, refusal.reason)
		raise
	if is_new:
		follow_up.enqueue(given.name)
		activity.record("Accepted Quotation", visitor, DOCTYPE, name, details=given.sales_order)
	same = (given.signer_name, given.signer_email) == (wanted.name, wanted.email)
	return (get_page_after(given, is_new or same),)


def get_decline_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/quotation_decline.html, with what was typed and what was wrong with it, if anything."""
	if problem:
		frappe.db.rollback()
	visitor, record = require_answerable(context["args"]["name"])
	if standing := responses.get(record["name"]):
		return pages.get_answered(record, standing)
	typed = {key: str(context["form"].get(key) or "") for key in pages.DECLINE_FIELDS}
	if not context["form"]:
		typed["name"] = get_known(visitor, context)["name"]
	return pages.get_decline(record, typed, problem)


def decline_quotation(context: Mapping) -> tuple[str]:
	"""Decline the quotation: the page to go to. Raises InvalidInput, AnswerRefused among them."""
	visitor, record = require_answerable(context["args"]["name"])
	limits.count("quotation-answer", visitor)
	if standing := responses.get(record["name"]):
		return (get_page_after(standing, False),)
	refusal = decline.read(context["form"])
	given, is_new = decline.decline(record, refusal, get_origin(visitor))
	if is_new:
		follow_up.enqueue(given.name)
		activity.record("Declined Quotation", visitor, DOCTYPE, record["name"])
	return (get_page_after(given, is_new),)


def get_page_after(given: Mapping, is_own: bool) -> str:
	answer = "accepted" if given["answer"] == responses.ACCEPTED else "declined"
	return urls.quotation_url(
		given["quotation"], f"quotation-{answer}" if is_own else f"quotation-was-{answer}"
	)


def get_origin(visitor: Visitor) -> Origin:
	return Origin(visitor.customer or None, get_address(), visitor.token, visitor.user)


def get_share_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/quotation_share.html."""
	if problem:
		frappe.db.rollback()
	visitor, record = require_shareable(context["args"]["name"])
	form = context["form"]
	typed = {"email": str(form.get("email") or ""), "may_answer": bool(form.get("may_answer"))}
	links = tokens.get_for_document(DOCTYPE, record["name"])
	return pages.get_share(
		record,
		typed,
		problem,
		days=get_settings().token_expiry_days,
		may_answer=may_answer(visitor) and not responses.get(record["name"]),
		shares=sharing.get_list(links),
	)


def share(context: Mapping) -> tuple[str]:
	"""Mail a link that opens this quotation alone: the page to go to. Raises InvalidInput or TooManyAttempts."""
	visitor, record = require_shareable(context["args"]["name"])
	name = record["name"]
	email = fields.read_email(context["form"].get("email"))
	# Two clicks at once come one after the other, and the second sees the first one's link.
	frappe.db.rollback()
	responses.lock(name)
	sharing.require_new(email, tokens.get_for_document(DOCTYPE, name))
	limits.count("quotation-share", visitor)
	token = tokens.issue_for_document(
		visitor.customer,
		DOCTYPE,
		name,
		"Customer",
		shared_with=email,
		may_answer=int(
			bool(context["form"].get("may_answer")) and may_answer(visitor) and not responses.get(name)
		),
	)
	try:
		quotation_mail.send_share(token, visitor.customer_name, frappe.local.lang or "en")
	except frappe.OutgoingEmailError:
		frappe.clear_messages()
		raise InvalidInput(_("No e-mail can be sent at the moment. Please contact us."), "email") from None
	activity.record("Shared Quotation", visitor, DOCTYPE, name, details=email)
	return (urls.quotation_url(name, "quotation-shared"),)


def stop_sharing(context: Mapping) -> tuple[str]:
	"""End one of the customer's own links to this quotation: the page to go to. Raises DocumentNotFound for any other."""
	visitor, record = require_shareable(context["args"]["name"])
	wanted = context["form"].get("share")
	shared = {link["token"] for link in sharing.get_list(tokens.get_for_document(DOCTYPE, record["name"]))}
	if wanted in shared:
		tokens.revoke(wanted)
		activity.record("Stopped Sharing", visitor, DOCTYPE, record["name"])
	# A second click finds the link ended already, which is what was wanted.
	return (urls.quotation_url(record["name"], "sharing-stopped"),)


def get_signed_pdf(name: str) -> Download:
	"""The signed PDF, once it is made. Raises DocumentNotFound."""
	standing = responses.get(name)
	guard.require_document(
		"quotation", name, purpose="Downloaded", is_there=lambda record: standing and standing.signed_pdf
	)
	file = frappe.get_doc("File", standing.signed_pdf)
	return Download(file.file_name, "application/pdf", file.get_content())
