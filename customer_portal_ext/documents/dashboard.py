"""What the overview shows of the documents: what waits for the customer, and what happened last."""

from collections.abc import Mapping

import frappe
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import lists
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.kinds import INVOICE, KINDS, QUOTATION
from customer_portal_ext.documents.list_pages import get_row
from customer_portal_ext.payments.pages import is_offered as is_payment_offered
from customer_portal_ext.statement.ageing import get_accounts
from customer_portal_ext.web import payment_urls
from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _

LATEST = 6
WAITING = 3


def get_page(visitor: Visitor) -> dict:
	"""The context of pages/dashboard.html. Five statements at most."""
	tops = get_tops(visitor)
	can_pay = visitor.can("payments") and is_payment_offered()
	return {
		"greeting": _("Welcome, {0}").format(visitor.customer_name),
		"accounts": get_accounts(visitor, getdate()) if visitor.sees_balance else [],
		"waiting": get_waiting(tops, can_pay),
		"latest": tops["latest"],
		"pay_url": payment_urls.pay_url() if can_pay else None,
	}


def get_tops(visitor: Visitor) -> dict[str, list[dict]]:
	"""The tops of three lists, as list rows: `overdue` invoices, the longest overdue first; `quotations` that still hold,
	those that expire first at the top; the `latest` documents of every kind open to the visitor. Two statements."""
	lists_wanted = {
		"overdue": ([INVOICE], Filters(status="overdue", sort="due_date", size=WAITING)),
		"quotations": ([QUOTATION], Filters(status="valid", sort="due_date", size=WAITING)),
		"latest": (KINDS.values(), Filters(size=LATEST)),
	}
	wanted = {
		key: ([kind for kind in kinds if kind.capability in visitor.capabilities], filters)
		for key, (kinds, filters) in lists_wanted.items()
	}
	today = getdate()
	tops = lists.get_tops(wanted, visitor.row_scope, today)
	return {key: [get_row(row, today) for row in rows] for key, rows in tops.items()}


def get_waiting(tops: Mapping[str, list[dict]], can_pay: bool) -> list[dict]:
	"""`[{"title", "detail", "url", "action"}]`: what the customer can do something about, overdue invoices first.

	Further kinds of waiting (a message to read) join this list with their capabilities.
	"""
	overdue = [
		{**get_item(row, _("Pay")), "url": payment_urls.review_url(row["name"])}
		if can_pay and is_payment_offered(row["company"])
		else get_item(row, _("View"))
		for row in tops["overdue"]
	]
	return overdue + [get_item(row, _("Review")) for row in tops["quotations"]]


def get_item(row: Mapping, action: str) -> dict:
	money = Formats(get_locale(frappe.local.lang)).money
	amount, currency = row["outstanding"], row["outstanding_currency"]
	if amount is None:
		amount, currency = row["amount"], row["currency"]
	return {
		"title": row["title"],
		"detail": f"{money(amount, currency)} · {row['status']['text']}",
		"url": row["url"],
		"action": action,
	}
