"""The statement's page: a period of one account, a hundred lines at a time, and what is owed by age."""

from collections.abc import Mapping
from datetime import date

from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account.contacts import get_recipient
from customer_portal_ext.statement import ageing, files, ledger, limits, periods
from customer_portal_ext.statement import request as requests
from customer_portal_ext.statement.request import StatementRequest
from customer_portal_ext.web.urls import ROOT, with_query
from customer_portal_ext.web.words import _

LINES_PER_PAGE = 100
FORMATS = ("pdf", "xlsx", "csv")


def get_page(visitor: Visitor, query: Mapping[str, str]) -> dict:
	"""The context of pages/statement.html for a query string. Four SQL statements, whatever the size of the ledger; one more
	where the company's fiscal year is another than the default company's."""
	today = getdate()
	wanted = requests.read(visitor.customer, query, today)
	values = {
		"form": get_form(wanted, today),
		"errors": dict(wanted.errors),
		"statement": None,
		"ageing": None,
		"paging": None,
		"downloads": [],
		"is_empty": wanted.account is None,
	}
	if wanted.errors:
		return values | {"http_status": 400}
	return values | (get_figures(visitor, wanted) if wanted.account else {})


def get_form(wanted: StatementRequest, today: date) -> dict:
	"""What the visitor can choose, and what is chosen. What was typed is shown again, also where it was wrong."""
	year = get_fiscal_year(wanted)
	labels = get_period_labels(bool(year))
	typed = wanted.period.typed
	return {
		"periods": [
			{
				"value": key,
				"label": labels[key],
				"url": with_query(f"{ROOT}/statement", wanted.account_query | {"period": key})
				if key != periods.OWN
				else None,
				"selected": key == wanted.period.key and "period" not in wanted.errors,
			}
			for key in periods.PERIODS
		],
		"period": wanted.period.key,
		"fiscal_year": year,
		"from": typed.get("from") or wanted.period.from_date.isoformat(),
		"to": typed.get("to") or wanted.period.to_date.isoformat(),
		"accounts": [
			{
				"company": account.company,
				"currency": account.currency,
				"url": with_query(
					f"{ROOT}/statement",
					{"company": account.company, "currency": account.currency} | wanted.period.query,
				),
				"selected": account == wanted.account and not wanted.errors,
			}
			for account in wanted.openings
		],
		"account": wanted.account_query,
		"fixed_period": wanted.period.fixed_query,
		"reset_url": f"{ROOT}/statement",
	}


def get_fiscal_year(wanted: StatementRequest) -> dict | None:
	"""What has to be said of the year that "this year" and "this quarter" are of, where it is not the calendar's."""
	year = wanted.year
	if not wanted.account or not year or year.is_calendar_year:
		return None
	return {"company": wanted.account.company, "from_date": year.from_date, "to_date": year.to_date}


def get_period_labels(has_fiscal_year: bool) -> dict[str, str]:
	return {
		"this_month": _("This month"),
		"last_month": _("Last month"),
		"this_quarter": _("This fiscal quarter") if has_fiscal_year else _("This quarter"),
		"this_year": _("This fiscal year") if has_fiscal_year else _("This year"),
		"own": _("Own dates"),
	}


def get_figures(visitor: Visitor, wanted: StatementRequest) -> dict:
	account, period = wanted.account, wanted.period
	totals, page, lines = ledger.get_page(
		account,
		period.from_date,
		period.to_date,
		wanted.opening,
		LINES_PER_PAGE,
		wanted.page,
		visitor.capabilities,
	)
	pages = max(1, -(-totals.count // LINES_PER_PAGE))
	age = ageing.get_account_ageing(
		account.customer, account.company, account.currency, period.to_date, totals.closing
	)
	return {
		"statement": {
			"company": account.company,
			"currency": account.currency,
			"customer": get_recipient(account.customer),
			"from_date": period.from_date,
			"to_date": period.to_date,
			"opening": totals.opening,
			"debit": totals.debit,
			"credit": totals.credit,
			"closing": totals.closing,
			"lines": lines,
			# what the first line of this page starts from
			"brought_forward": get_brought_forward(lines, totals.opening),
			"is_first_page": page == 1,
			"is_last_page": page == pages,
		},
		"ageing": ageing.get_summary(account.company, account.currency, totals.closing, age),
		"paging": get_paging(wanted, page, pages, len(lines), totals.count),
		"downloads": get_downloads(wanted, totals.count),
	}


def get_brought_forward(lines: list[dict], opening):
	if not lines:
		return opening
	first = lines[0]
	return first["balance"] - first["debit"] + first["credit"]


def get_paging(wanted: StatementRequest, page: int, pages: int, shown: int, total: int) -> dict:
	"""The shape of ui.pagination."""
	offset = (page - 1) * LINES_PER_PAGE

	def get_url(number: int) -> str | None:
		if not 1 <= number <= pages or number == page:
			return None
		return with_query(f"{ROOT}/statement", wanted.query | {"page": None if number == 1 else number})

	return {
		"page": page,
		"pages": pages,
		"first": offset + 1 if shown else 0,
		"last": offset + shown,
		"total": total,
		"previous_url": get_url(page - 1),
		"next_url": get_url(page + 1),
	}


def get_downloads(wanted: StatementRequest, count: int) -> list[dict]:
	"""The formats on offer: a link where the file is made at once, a form (``in_background``) where that takes longer."""
	labels = files.get_labels()
	return [
		{
			"format": format,
			"label": labels[format],
			"url": with_query(f"{ROOT}/download/statement.{format}", wanted.query),
			"in_background": limits.is_large(format, count),
		}
		for format in FORMATS
		if not limits.is_too_large(format, count)
	]
