"""The pages that list documents: which kinds, which columns, and all that their template shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import filters, lists, statuses
from customer_portal_ext.documents.kinds import INVOICE, KINDS, Kind
from customer_portal_ext.documents.progress import get_whole_percent
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.exceptions import DocumentNotFound
from customer_portal_ext.payments.pages import is_offered as is_payment_offered
from customer_portal_ext.web import payment_urls, urls
from customer_portal_ext.web.words import _, _lt


@dataclass(frozen=True)
class ListPage:
	"""One list. `columns` are in the order shown; every one of them can be sorted by."""

	kinds: tuple[str, ...]
	title: Any
	columns: tuple[str, ...]
	empty_title: Any
	empty_text: Any
	# what the document's second date is; "Due" when nothing is said
	due_label: Any = None


PAGES = {
	"invoices": ListPage(
		kinds=("invoice",),
		title=_lt("Invoices"),
		columns=("name", "date", "due_date", "po_no", "company", "amount", "outstanding", "status"),
		empty_title=_lt("No invoices yet"),
		empty_text=_lt("Every invoice made out to you will be listed here, with what is still open on it."),
	),
	"credit-notes": ListPage(
		kinds=("credit_note",),
		title=_lt("Credit notes"),
		columns=("name", "date", "po_no", "company", "amount", "outstanding", "status"),
		empty_title=_lt("No credit notes yet"),
		empty_text=_lt("When something is returned or corrected, its credit note will be listed here."),
	),
	"transactions": ListPage(
		kinds=("invoice", "credit_note", "payment"),
		title=_lt("Transactions"),
		columns=("name", "date", "due_date", "company", "amount", "outstanding", "status"),
		empty_title=_lt("No transactions yet"),
		empty_text=_lt("Invoices, credit notes and payments will be listed here together, newest first."),
	),
	"quotations": ListPage(
		kinds=("quotation",),
		title=_lt("Quotations"),
		columns=("name", "date", "due_date", "company", "amount", "status"),
		empty_title=_lt("No quotations yet"),
		empty_text=_lt("Every offer made to you will be listed here, with how long it is valid."),
		due_label=_lt("Valid until"),
	),
	"orders": ListPage(
		kinds=("order",),
		title=_lt("Orders"),
		columns=("name", "date", "due_date", "po_no", "company", "amount", "delivered", "invoiced", "status"),
		empty_title=_lt("No orders yet"),
		empty_text=_lt("Every order of yours will be listed here, with how far it has come."),
		due_label=_lt("Delivery"),
	),
	"deliveries": ListPage(
		kinds=("delivery",),
		title=_lt("Deliveries"),
		columns=("name", "date", "po_no", "tracking", "company", "status"),
		empty_title=_lt("No deliveries yet"),
		empty_text=_lt("What is sent to you will be listed here, with where it can be followed."),
	),
}

NUMERIC = ("amount", "outstanding", "delivered", "invoiced")
LARGEST_FIRST = ("date", "due_date", *NUMERIC)


def get_page(visitor: Visitor, page_key: str, query: Mapping[str, str]) -> dict:
	"""The context of pages/list.html. With input that cannot be used it holds no rows, the messages, and http_status 400.

	:raises DocumentNotFound: none of the list's kinds is open to the visitor.
	"""
	page = PAGES[page_key]
	kinds = [KINDS[key] for key in page.kinds if KINDS[key].capability in visitor.capabilities]
	if not kinds or visitor.scope is not None:
		raise DocumentNotFound
	today = getdate()
	wanted = filters.read(query, _, [kind.key for kind in kinds], get_statuses(kinds), lists.SORTS)
	companies = lists.get_companies(kinds, visitor.row_scope)
	if wanted.company and wanted.company not in companies:
		wanted = wanted.refuse("company", _("There are no documents of such a company."))
	if wanted.errors:
		found = lists.Rows(rows=[], total=0, page=1, pages=1)
	else:
		found = lists.get_rows(kinds, visitor.row_scope, wanted, today)
	url = urls.list_url(page_key)
	return {
		"http_status": 400 if wanted.errors else 200,
		"title": str(page.title),
		"kind": page_key,
		"url": url,
		"rows": [get_row(row, today) for row in found.rows],
		"columns": (shown := get_columns(page, wanted, len(companies) > 1, url)),
		"currency": get_common_currency(found.rows),
		"filters": wanted.typed,
		"errors": wanted.errors,
		"filter_options": get_options(kinds, companies, wanted, url) | {"sorts": get_sorts(shown)},
		"paging": get_paging(wanted, found, url),
		"reset_url": url,
		"is_filtered": wanted.is_narrowed,
		"empty": {"title": str(page.empty_title), "text": str(page.empty_text)},
		"pay_url": get_pay_url(visitor, kinds),
	}


def get_pay_url(visitor: Visitor, kinds: list[Kind]) -> str | None:
	"""Where ticked invoices of the list are paid, or None where there is nothing to tick."""
	can_pay = visitor.can("payments") and is_payment_offered()
	return payment_urls.review_url() if can_pay and INVOICE in kinds else None


def get_statuses(kinds: list[Kind]) -> list[str]:
	"""The states a list of these kinds can be filtered by."""
	known = [status for kind in kinds for status in kind.statuses]
	return ["open", *known]


def get_row(row: Mapping, today: date) -> dict:
	"""A row as templates show it: with its title, address and state in words."""
	reversed_label = {"refunded": _("Refund"), "return": _("Return")}.get(row["status"])
	return {
		**row,
		"kind_label": reversed_label or str(KINDS[row["kind"]].label),
		"url": urls.document_url(row["kind"], row["name"]),
		"delivered": get_percent(row["delivered"]),
		"invoiced": get_percent(row["invoiced"]),
		"title": get_title(row["kind"], row["date"], bool(reversed_label)),
		"status": statuses.describe(row["status"], _, row["overdue_from"], today, row["due_date"]),
	}


def get_percent(percent: Decimal | None) -> int | None:
	return None if percent is None else get_whole_percent(percent)


def get_columns(page: ListPage, wanted: filters.Filters, has_companies: bool, url: str) -> list[dict]:
	"""The columns shown, each with the address that sorts by it; a second click sorts the other way round."""
	labels = {
		"kind": _("Type"),
		"name": _("Number"),
		"date": _("Date"),
		"due_date": str(page.due_label or _("Due")),
		"po_no": _("Your order"),
		"company": _("Company"),
		"amount": _("Amount"),
		"outstanding": _("Open"),
		"delivered": _("Delivered"),
		"invoiced": _("Invoiced"),
		"tracking": _("Tracking"),
		"status": _("Status"),
	}
	shown = []
	for key in page.columns:
		if key == "company" and not has_companies:
			continue
		is_sorted = key == wanted.sort_key
		first = f"-{key}" if key in LARGEST_FIRST else key
		other = key if first == f"-{key}" else f"-{key}"
		shown.append(
			{
				"key": key,
				"label": labels[key],
				"numeric": key in NUMERIC,
				"sorted": ("desc" if wanted.is_descending else "asc") if is_sorted else None,
				"sort_url": get_url(url, wanted, sort=other if is_sorted and wanted.sort == first else first),
			}
		)
	return shown


def get_common_currency(rows: list[Mapping]) -> str | None:
	"""The one currency of all amounts on the page, which then needs to be said only once."""
	found = {row[name] for row in rows for name in ("currency", "outstanding_currency")} - {None}
	return found.pop() if len(found) == 1 else None


def get_sorts(columns: list[dict]) -> list[dict]:
	"""The same choice as the columns' headings, for a phone, which shows no headings."""
	sorts = []
	for column in columns:
		key, label = column["key"], column["label"]
		if key in NUMERIC:
			phrases = _("{0}, largest first"), _("{0}, smallest first")
		elif key in LARGEST_FIRST:
			phrases = _("{0}, latest first"), _("{0}, earliest first")
		else:
			phrases = _("{0}, from Z to A"), _("{0}, from A to Z")
		if key == "status":
			phrases = _("{0}, settled first"), _("{0}, open first")
		descending, ascending = (phrase.format(label) for phrase in phrases)
		sorts += [{"value": f"-{key}", "label": descending}, {"value": key, "label": ascending}]
	return sorts


def get_options(kinds: list[Kind], companies: list[str], wanted: filters.Filters, url: str) -> dict:
	"""What each filter can be set to. Type is a row of links; the others are fields of a form."""
	types = [("", _("All")), *((kind.key, str(kind.label_plural)) for kind in kinds)]
	return {
		"types": [
			{
				"value": value,
				"label": label,
				"url": get_url(url, wanted, type=value, status=""),
				"selected": value == wanted.type,
			}
			for value, label in types
		]
		if len(kinds) > 1
		else [],
		"statuses": [
			{"value": key, "label": statuses.get_label(key, _), "selected": key == wanted.status}
			for key in get_statuses([kind for kind in kinds if not wanted.type or kind.key == wanted.type])
		],
		"companies": [
			{"value": company, "label": company, "selected": company == wanted.company}
			for company in companies
		]
		if len(companies) > 1
		else [],
		"sizes": [
			{
				"value": size,
				"label": str(size),
				"url": get_url(url, wanted, size=size),
				"selected": size == wanted.size,
			}
			for size in filters.PAGE_SIZES
		],
	}


def get_paging(wanted: filters.Filters, found: lists.Rows, url: str) -> dict:
	"""Where this page stands. `first` and `last` are the numbers of its first and last row, 0 when there is none."""
	first = (found.page - 1) * wanted.size + 1
	return {
		"page": found.page,
		"pages": found.pages,
		"size": wanted.size,
		"total": found.total,
		"first": first if found.rows else 0,
		"last": first + len(found.rows) - 1 if found.rows else 0,
		"previous_url": get_url(url, wanted, page=found.page - 1) if found.page > 1 else None,
		"next_url": get_url(url, wanted, page=found.page + 1) if found.page < found.pages else None,
		"first_url": get_url(url, wanted),
		"last_url": get_url(url, wanted, page=found.pages),
	}


def get_url(url: str, wanted: filters.Filters, **changes) -> str:
	"""This list with something changed. Any change but of the page itself leads back to page 1."""
	query = wanted.get_query(**{"page": "", **changes})
	return f"{url}?{query}" if query else url
