"""What the overview shows of the documents: what waits for the customer, and what happened last."""

from collections.abc import Mapping

import frappe
from frappe import _
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import lists
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.kinds import INVOICE, KINDS, QUOTATION
from customer_portal_ext.documents.list_pages import get_row
from customer_portal_ext.statement.ageing import get_accounts
from customer_portal_ext.web.formats import Formats, get_locale

LATEST = 6
WAITING = 3


def get_page(visitor: Visitor) -> dict:
	"""The context of pages/dashboard.html. Nine statements at most."""
	sees_balance = "statement" in visitor.capabilities or "invoices" in visitor.capabilities
	return {
		"greeting": _("Welcome, {0}").format(visitor.customer_name),
		"accounts": get_accounts(visitor, getdate()) if sees_balance else [],
		"waiting": get_waiting(visitor),
		"latest": get_latest(visitor),
	}


def get_latest(visitor: Visitor) -> list[dict]:
	"""The newest documents of every kind open to the visitor, as list rows. Two statements."""
	kinds = [kind for kind in KINDS.values() if kind.capability in visitor.capabilities]
	return get_top(visitor, kinds, Filters(size=LATEST))


def get_waiting(visitor: Visitor) -> list[Mapping]:
	"""`[{"title", "detail", "url", "action"}]`: overdue invoices, the longest overdue first, then quotations that still
	hold, those that expire first at the top. Three statements.

	Further kinds of waiting (a message to read) join this list with their capabilities.
	"""
	waiting = []
	if INVOICE.capability in visitor.capabilities:
		overdue = Filters(status="overdue", sort="due_date", size=WAITING)
		waiting += [get_item(row, _("View")) for row in get_top(visitor, [INVOICE], overdue)]
	if QUOTATION.capability in visitor.capabilities:
		open_ones = Filters(status="valid", sort="due_date", size=WAITING)
		waiting += [get_item(row, _("Review")) for row in get_top(visitor, [QUOTATION], open_ones)]
	return waiting


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


def get_top(visitor: Visitor, kinds: list, wanted: Filters) -> list[dict]:
	today = getdate()
	return [get_row(row, today) for row in lists.get_top_rows(kinds, visitor.customers, wanted, today)]
