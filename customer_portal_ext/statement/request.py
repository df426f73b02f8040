"""What a visitor asks of their statement: which account, which period, which page. Everything is allow-listed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.statement import fiscal_years, ledger, periods
from customer_portal_ext.statement.ledger import Account
from customer_portal_ext.statement.periods import FiscalYear, Period
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class StatementRequest:
	"""``account`` is None for a customer without a single entry. With ``errors`` there is nothing to show but them."""

	# every account of the customer and its balance before the period
	openings: Mapping[Account, Decimal]
	account: Account | None
	period: Period
	# of the account's company, or of the site's default one
	year: FiscalYear | None
	page: int
	errors: Mapping[str, str]

	@property
	def opening(self) -> Decimal:
		return self.openings[self.account]

	@property
	def query(self) -> dict[str, str]:
		"""Account and period as they stand in the statement's address."""
		return self.account_query | self.period.query

	@property
	def account_query(self) -> dict[str, str]:
		return {"company": self.account.company, "currency": self.account.currency} if self.account else {}


def read(customer: str, query: Mapping[str, str], today: date) -> StatementRequest:
	"""The request in a query string or a form. Without an account named, the one with the latest activity.

	One statement: which company it is, and so whose fiscal year counts, is known after it. A second one where that year is not
	the default company's.
	"""
	year = fiscal_years.get_default_year(today)
	period = periods.read(query, today, _, year)
	openings = ledger.get_openings(customer, period.from_date)
	account, errors = choose_account(list(openings), query)
	if account:
		year = fiscal_years.get_year(account.company, today)
		of_default_year, period = period, periods.read(query, today, _, year)
		if period.from_date != of_default_year.from_date:
			openings = ledger.get_openings(customer, period.from_date)
	page = periods.read_page(query.get("page"))
	if page is None:
		errors["page"] = _("Pages are numbered from 1.")
	return StatementRequest(openings, account, period, year, page or 1, {**errors, **period.errors})


def require(customer: str, query: Mapping[str, str], today: date) -> StatementRequest:
	"""A request that can be carried out. Raises InvalidInput that names the first field that is wrong."""
	wanted = read(customer, query, today)
	for field, message in wanted.errors.items():
		raise InvalidInput(message, field)
	if wanted.account is None:
		raise InvalidInput(_("There is nothing on your account yet."), "company")
	return wanted


def choose_account(
	accounts: list[Account], query: Mapping[str, str]
) -> tuple[Account | None, dict[str, str]]:
	"""The account that ``company`` and ``currency`` name. An unknown company and another customer's look the same."""
	company, currency = (str(query.get(name) or "").strip() for name in ("company", "currency"))
	of_company = [account for account in accounts if company in ("", account.company)]
	if not of_company and company:
		return accounts[0] if accounts else None, {"company": _("You have no account with this company.")}
	found = [account for account in of_company if currency in ("", account.currency)]
	if not found and currency:
		return of_company[0] if of_company else None, {"currency": _("You have no account in this currency.")}
	return (found[0] if found else None), {}
