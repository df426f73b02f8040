"""The gate of the account's own pages: what it owes and may owe, its details, its activity."""

from collections.abc import Mapping

import frappe
from frappe.utils import getdate

from customer_portal_ext.access import account_changes, change_requests, guard, preferences
from customer_portal_ext.access.account_changes import get_sections, get_typed, may_change, needs_approval
from customer_portal_ext.access.conversations import read_page
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import change_requests as requests
from customer_portal_ext.account import credit, details, forms, history
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.statement.ageing import get_balances
from customer_portal_ext.web import account_urls as urls
from customer_portal_ext.web.conversation_urls import with_notice
from customer_portal_ext.web.words import _

LATEST = 5


def get_page() -> dict:
	"""The context of pages/account.html. At most ten statements of its own."""
	visitor = guard.require_account()
	can_change = may_change(visitor)
	shown = details.get(visitor.customer)
	return {
		"title": _("Account"),
		"sections": get_sections("account"),
		"accounts": get_money(visitor),
		"details": [
			{"label": details.get_label(field), "value": shown[field]}
			for field in ("customer_name", "tax_id", "website")
			if shown[field]
		],
		"main_contact": {
			"name": shown["contact_name"],
			"email": shown["email_id"],
			"numbers": [number for number in dict.fromkeys((shown["phone"], shown["mobile_no"])) if number],
		},
		**preferences.get_summary(visitor, shown["email_id"]),
		"requests": [
			{
				**row,
				"withdraw_url": urls.withdraw_url(row["name"])
				if can_change and row["status"] == "Open"
				else None,
			}
			for row in requests.get_list(visitor.customer)
		],
		"latest": history.get_page(visitor.customer, visitor.capabilities, 1, LATEST)["rows"]
		if may_see_activity(visitor)
		else [],
		"details_url": urls.DETAILS if can_change else None,
		"activity_url": urls.ACTIVITY if may_see_activity(visitor) else None,
		# ERPNext's own portal knows signed-in users alone
		"website_url": "/me" if visitor.user and visitor.kind == "user" else None,
	}


def may_see_activity(visitor: Visitor) -> bool:
	"""A customer sees their own; staff who look on, as far as ERPNext lets them read it."""
	return visitor.kind != "staff" or frappe.has_permission("Portal Activity", "read")


def get_money(visitor: Visitor) -> list[dict]:
	"""``[{"company", "currency", "balances": [{"currency", "balance"}], "credit": {"limit", "used", "available"} | None}]``
	by company, for who may see the balance. Three statements."""
	if not visitor.sees_balance:
		return []
	limits = {row["company"]: row for row in credit.get_credit(visitor.customer)}
	balances = get_balances(visitor.customer, getdate())
	companies = dict.fromkeys([*(row.company for row in balances), *limits])
	return [
		{
			"company": company,
			"balances": [
				{"currency": row.currency, "balance": row.balance}
				for row in balances
				if row.company == company
			],
			"credit": limits.get(company),
		}
		for company in companies
	]


def get_details_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/account_details.html."""
	if problem:
		frappe.db.rollback()
	visitor = guard.require_capability(account_changes.CAPABILITY)
	now = details.get(visitor.customer)
	typed = get_typed(context, details.FORM_FIELDS) if context["form"] else now

	def field(name, **others):
		return forms.field(name, details.get_label(name), typed, **others)

	hint = None if needs_approval() else _("We check a change of it before it counts.")
	rows = [
		[field("customer_name", is_required=True, hint=hint)],
		[field("tax_id", longest=50, hint=hint), field("website", kind="text")],
		[field("email_id", is_required=bool(now["email_id"]))],
		[field("phone"), field("mobile_no")],
	]
	return {
		"title": _("Change details"),
		"back": {"label": _("Account"), "url": urls.ACCOUNT},
		"contact_name": now["contact_name"],
		"needs_approval": needs_approval(),
		"is_waiting": requests.is_waiting(visitor.customer),
		"form": forms.make(urls.DETAILS, rows, problem),
		"http_status": problem.http_status if problem else 200,
	}


def change_details(context: Mapping) -> tuple[str]:
	"""Keep what was typed, or ask staff for it: the page to go to. Raises InvalidInput."""
	visitor = account_changes.begin()
	changes = details.get_changes(
		visitor.customer, details.read(context["form"], details.get(visitor.customer))
	)
	values = {field: new for field, (_old, new) in changes.items()}
	asked = {
		field: value
		for field, value in values.items()
		if needs_approval() or field in details.ALWAYS_APPROVED
	}
	at_once = {field: value for field, value in values.items() if field not in asked}
	if at_once:
		watched = account_changes.WatchedAddress(visitor.customer)
		details.apply(visitor.customer, at_once)
		labels = ", ".join(details.LABELS[field].msg for field in at_once)
		account_changes.record("Changed Details", visitor, "Customer", visitor.customer, labels)
		watched.tell()
	if asked:
		change_requests.ask(visitor, asked, context["cookies"])
	return (with_notice(urls.ACCOUNT, "change-asked" if asked else "details-changed"),)


def get_activity_page(context: Mapping) -> dict:
	"""The context of pages/account_activity.html."""
	visitor = guard.require_account()
	if not may_see_activity(visitor):
		raise DocumentNotFound
	page = read_page(context["query"].get("page"))
	found = history.get_page(visitor.customer, visitor.capabilities, page)
	return {
		"title": _("Activity"),
		"sections": get_sections("activity"),
		"rows": found["rows"],
		"older_url": urls.activity_url(page + 1) if found["has_more"] else None,
		"newer_url": urls.activity_url(page - 1) if page > 1 else None,
	}
