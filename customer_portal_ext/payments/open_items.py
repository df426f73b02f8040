"""What a customer can pay: open invoices and instalments, and the credits that can be set against them.

Amounts come from the Payment Ledger, which ERPNext itself allocates by, in the receivable account's currency, in whole
smallest units of it: nobody can pay half a cent. What the statement does not count, entries of another finance book, is
not offered either.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

import frappe
from frappe.query_builder.functions import Abs, Coalesce, Min, Sum
from pypika import Case

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments import credits, instalments

INVOICE, JOURNAL, PAYMENT, ORDER = "Sales Invoice", "Journal Entry", "Payment Entry", "Sales Order"
LAST_DAY = date.max
ZERO = Decimal(0)


@dataclass(frozen=True)
class OpenItem:
	"""An invoice, one instalment of it, an opening balance (Journal Entry), or a deposit on a Sales Order.

	``key`` names it in forms: the document's name, with ``#2`` behind it for the second row of its payment schedule.
	``payment_term`` is set where ERPNext wants payments allocated by term. ``outstanding`` is what is shown and paid, ``exact``
	what the ledger has, ``allocatable`` what of that a Payment Entry can be allocated. ``discount`` need not be paid up to
	``discount_date``: that of ``schedule_row``.
	"""

	key: str
	doctype: str
	name: str
	posting_date: date
	due_date: date | None
	outstanding: Decimal
	payment_term: str | None = None
	exact: Decimal = ZERO
	allocatable: Decimal = ZERO
	discount: Decimal = ZERO
	discount_date: date | None = None
	schedule_row: str | None = None

	@property
	def payable(self) -> Decimal:
		return self.outstanding - self.discount


@dataclass(frozen=True)
class Credit:
	"""A credit note, a payment or a journal entry with something left. ``unallocated`` is positive.

	``row`` is the Journal Entry's row, which ERPNext allocates by.
	"""

	key: str
	doctype: str
	name: str
	posting_date: date
	unallocated: Decimal
	row: str | None = None


@dataclass(frozen=True)
class Account:
	"""Everything open of one customer in one company, receivable account and currency: what one payment can settle.

	``key`` names it in forms. Items are sorted by due date, oldest first; credits by posting date.
	"""

	key: str
	customer: str
	company: str
	party_account: str
	currency: str
	items: tuple[OpenItem, ...]
	credits: tuple[Credit, ...]

	@property
	def outstanding(self) -> Decimal:
		return sum((item.outstanding for item in self.items), Decimal())

	@property
	def payable(self) -> Decimal:
		"""What settles all of it today."""
		return sum((item.payable for item in self.items), Decimal())

	@property
	def unallocated(self) -> Decimal:
		return sum((credit.unallocated for credit in self.credits), Decimal())


def get_accounts(customer: str) -> list[Account]:
	"""The customer's accounts that have something to pay, by company and account. Empty where nothing is open."""
	balances = defaultdict(dict)
	currencies = {}
	for row in get_balances(customer):
		balances[row.company, row.account][row.doctype, row.name] = row
		currencies[row.company, row.account] = row.currency
	found = []
	for company, account in sorted(balances):
		rows, currency = balances[company, account], currencies[company, account]
		items = get_items(rows, currency)
		if items:
			given = credits.get_credits(customer, company, account, currency, balances)
			found.append(
				Account(
					get_key(customer, company, account),
					customer,
					company,
					account,
					currency,
					items,
					without_refunded(to_credits(given), get_refunded(rows, currency)),
				)
			)
	return found


def get_account(customer: str, company: str, party_account: str) -> Account | None:
	"""The one account of a payment, as it is now; None where nothing is open in it."""
	for account in get_accounts(customer):
		if (account.company, account.party_account) == (company, party_account):
			return account
	return None


def get_key(customer: str, company: str, account: str) -> str:
	return hashlib.sha256(f"{customer}\n{company}\n{account}".encode()).hexdigest()[:12]


def get_balances(customer: str) -> list[dict]:
	"""``company, account, currency, doctype, name, balance, credited, posting_date`` of each voucher with a balance: owed is
	positive. ``balance`` is no more than what the statement counts, ``credited`` what credit notes took off an invoice."""
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	company = frappe.qb.DocType("Company")
	amount = ledger.amount_in_account_currency
	balance = Sum(amount)
	is_counted = Coalesce(ledger.finance_book, "").isin(("", Coalesce(company.default_finance_book, "")))
	is_own = (ledger.voucher_type == ledger.against_voucher_type) & (
		ledger.voucher_no == ledger.against_voucher_no
	)
	is_credit_note = (ledger.voucher_type == INVOICE) & (ledger.voucher_no != ledger.against_voucher_no)
	rows = (
		frappe.qb.from_(ledger)
		.inner_join(company)
		.on(company.name == ledger.company)
		.select(
			ledger.company,
			ledger.account,
			ledger.account_currency.as_("currency"),
			ledger.against_voucher_type.as_("doctype"),
			ledger.against_voucher_no.as_("name"),
			balance.as_("balance"),
			Sum(Case().when(is_counted, amount).else_(0)).as_("counted"),
			Sum(Case().when(is_credit_note & (amount < 0), amount * -1).else_(0)).as_("credited"),
			Coalesce(Min(Case().when(is_own, ledger.posting_date)), Min(ledger.posting_date)).as_(
				"posting_date"
			),
		)
		.where((ledger.party_type == "Customer") & (ledger.party == customer))
		.where((ledger.account_type == "Receivable") & (ledger.delinked == 0))
		.where(ledger.against_voucher_type.isin((INVOICE, JOURNAL, PAYMENT)))
		.groupby(
			ledger.company,
			ledger.account,
			ledger.account_currency,
			ledger.against_voucher_type,
			ledger.against_voucher_no,
		)
		.having(Abs(balance) > Decimal("0.000001"))
	).run(as_dict=True)
	for row in rows:
		both = (row.balance, row.counted)
		row.balance = max(min(both), 0) if row.balance > 0 else min(max(both), 0)
	return [row for row in rows if row.balance]


def get_items(rows: Mapping, currency: str) -> tuple[OpenItem, ...]:
	owed = {key: row for key, row in rows.items() if row.balance > 0}
	invoices = instalments.get_invoices([name for doctype, name in owed if doctype == INVOICE])
	due_dates = get_due_dates([name for doctype, name in owed if doctype == JOURNAL])
	items = []
	for (doctype, name), row in owed.items():
		if doctype == JOURNAL:
			items.append(get_journal_item(row, due_dates.get(name), currency))
		elif name in invoices:
			items += get_invoice_items(invoices[name], row, currency)
	return tuple(
		sorted(
			(item for item in items if item.outstanding > 0),
			key=lambda item: (item.due_date or LAST_DAY, item.posting_date, item.key),
		)
	)


def get_due_dates(journals: list[str]) -> dict[str, date]:
	"""A Journal Entry that stands for a bill is due on that bill's day, any other on its own, as in Accounts Receivable."""
	if not journals:
		return {}
	filters = {"name": ("in", journals), "bill_no": ("is", "set"), "due_date": ("is", "set")}
	return {row.name: row.due_date for row in frappe.get_all("Journal Entry", filters, ["name", "due_date"])}


def get_journal_item(row: Mapping, due_date: date | None, currency: str) -> OpenItem:
	exact = to_decimal(row.balance)
	return OpenItem(
		row.name,
		JOURNAL,
		row.name,
		row.posting_date,
		due_date or row.posting_date,
		as_shown(exact, currency),
		None,
		exact,
		exact,
	)


def get_invoice_items(invoice: Mapping, row: Mapping, currency: str) -> list[OpenItem]:
	"""One item, or one for each instalment that is open."""
	name = invoice["name"]
	parts = instalments.get_open(invoice, to_decimal(row.balance), to_decimal(row.credited), currency)
	is_split = sum(part.shown > 0 for part in parts) > 1
	return [
		OpenItem(
			f"{name}#{part.number}" if is_split else name,
			INVOICE,
			name,
			invoice["posting_date"],
			part.due_date,
			part.shown,
			part.payment_term,
			part.open,
			part.allocatable,
			part.discount,
			part.discount_date,
			part.row,
		)
		for part in parts
	]


def to_credits(rows: list[Mapping]) -> tuple[Credit, ...]:
	return tuple(
		Credit(
			row["row"] or row["name"],
			row["doctype"],
			row["name"],
			row["posting_date"],
			row["amount"],
			row["row"],
		)
		for row in rows
	)


def get_refunded(rows: Mapping, currency: str) -> Decimal:
	"""What was paid back and is set against nothing."""
	return sum(
		(
			as_shown(to_decimal(row.balance), currency)
			for (doctype, _name), row in rows.items()
			if doctype == PAYMENT and row.balance > 0
		),
		ZERO,
	)


def without_refunded(found: Sequence[Credit], refunded: Decimal) -> tuple[Credit, ...]:
	"""The credits less what was paid back: nobody uses again what they were given back. The latest are taken from first."""
	left = []
	for credit in reversed(found):
		taken = min(credit.unallocated, refunded)
		refunded -= taken
		if credit.unallocated > taken:
			left.append(replace(credit, unallocated=credit.unallocated - taken))
	return tuple(reversed(left))


def cut(amount: Decimal, currency: str) -> Decimal:
	"""The amount without what the currency has no coin for."""
	return amount.quantize(Decimal(1).scaleb(-get_decimals(currency)), ROUND_DOWN)
