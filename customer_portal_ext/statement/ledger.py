"""The lines and balances of a statement, from the General Ledger's receivable rows of one customer.

One line is one voucher on one day, as ERPNext's General Ledger shows it "by voucher (consolidated)"
(erpnext/accounts/report/general_ledger), in the currency of the receivable account. Invoices show what was charged and
what was paid at once; every other voucher shows its net effect, and is left out where that is nothing (allocations,
exchange differences, which ERPNext books in the company's currency alone).

An entry counts from its posting date on, also one marked as opening: the balance a customer sees can then be followed
line by line. Entries of a finance book other than the company's default one belong to no customer's account.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _

from customer_portal_ext.statement.lines import get_entry_labels, get_lines

ZERO = Decimal(0)

ACCOUNTS = """
	select ledger.company, account.account_currency as currency, max(ledger.posting_date) as last_date
	from `tabGL Entry` ledger
	inner join `tabAccount` account on account.name = ledger.account and account.account_type = 'Receivable'
	where ledger.party_type = 'Customer' and ledger.party = %(customer)s and ledger.is_cancelled = 0
	group by ledger.company, account.account_currency
	order by last_date desc, ledger.company, currency
"""

# The rows of one account.
ROWS = """
	from `tabGL Entry` ledger
	inner join `tabAccount` account on account.name = ledger.account and account.account_type = 'Receivable'
		and account.account_currency = %(currency)s
	inner join `tabCompany` company on company.name = ledger.company
	where ledger.party_type = 'Customer' and ledger.party = %(customer)s
		and ledger.company = %(company)s and ledger.is_cancelled = 0
		and coalesce(ledger.finance_book, '') in ('', coalesce(company.default_finance_book, ''))
"""

VOUCHERS = f"""
	select
		ledger.posting_date, ledger.voucher_type, ledger.voucher_no, min(ledger.creation) as created,
		sum(ledger.debit_in_account_currency) - sum(ledger.credit_in_account_currency) as net,
		if(ledger.voucher_type = 'Sales Invoice', sum(ledger.debit_in_account_currency),
			greatest(sum(ledger.debit_in_account_currency) - sum(ledger.credit_in_account_currency), 0)) as charged,
		if(ledger.voucher_type = 'Sales Invoice', sum(ledger.credit_in_account_currency),
			greatest(sum(ledger.credit_in_account_currency) - sum(ledger.debit_in_account_currency), 0)) as settled
	{ROWS} and ledger.posting_date between %(from_date)s and %(to_date)s
	group by ledger.posting_date, ledger.voucher_type, ledger.voucher_no
	having charged <> 0 or settled <> 0
"""

TOTALS = f"""
	select
		cast((
			select coalesce(sum(ledger.debit_in_account_currency - ledger.credit_in_account_currency), 0)
			{ROWS} and ledger.posting_date < %(from_date)s
		) as char) as opening,
		count(*) as count,
		cast(coalesce(sum(voucher.charged), 0) as char) as debit,
		cast(coalesce(sum(voucher.settled), 0) as char) as credit
	from ({VOUCHERS}) voucher
"""

# The running balance is the database's own, so that every page of a long statement continues where the last one ended.
LINES = f"""
	select
		line.posting_date, line.voucher_type, line.voucher_no,
		cast(line.charged as char) as debit, cast(line.settled as char) as credit, cast(line.running as char) as running,
		invoice.is_return, invoice.is_debit_note, payment.payment_type, journal.voucher_type as journal_type,
		coalesce(invoice.customer, payment.party) = %(customer)s as is_own,
		case line.voucher_type
			when 'Sales Invoice' then coalesce(nullif(invoice.po_no, ''), invoice.return_against)
			when 'Payment Entry' then payment.reference_no
			else journal.cheque_no
		end as reference,
		if(invoice.is_return = 0, invoice.due_date, null) as due_date
	from (
		select voucher.*, sum(voucher.net) over (
			order by voucher.posting_date, voucher.created, voucher.voucher_type, voucher.voucher_no
			rows unbounded preceding
		) as running
		from ({VOUCHERS}) voucher
		order by voucher.posting_date, voucher.created, voucher.voucher_type, voucher.voucher_no
		limit %(limit)s offset %(offset)s
	) line
	left join `tabSales Invoice` invoice on line.voucher_type = 'Sales Invoice'
		and invoice.name = line.voucher_no and invoice.docstatus = 1
	left join `tabPayment Entry` payment on line.voucher_type = 'Payment Entry'
		and payment.name = line.voucher_no and payment.docstatus = 1
	left join `tabJournal Entry` journal on line.voucher_type = 'Journal Entry' and journal.name = line.voucher_no
	order by line.posting_date, line.created, line.voucher_type, line.voucher_no
"""

# no statement has more lines than this: the LIMIT of an export
EVERY_LINE = 2**62


@dataclass(frozen=True)
class Account:
	"""Which account of which customer: receivables in one company and one currency."""

	customer: str
	company: str
	currency: str


@dataclass(frozen=True)
class Totals:
	"""A period's figures in account currency; ``count`` is the number of lines."""

	opening: Decimal = ZERO
	debit: Decimal = ZERO
	credit: Decimal = ZERO
	count: int = 0

	@property
	def closing(self) -> Decimal:
		return self.opening + self.debit - self.credit


@frappe.read_only()
def get_accounts(customer: str) -> list[Account]:
	"""The customer's accounts, the one with the latest activity first."""
	rows = frappe.db.sql(ACCOUNTS, {"customer": customer}, as_dict=True)
	return [Account(customer, row.company, row.currency) for row in rows]


@frappe.read_only()
def get_totals(account: Account, from_date: date, to_date: date) -> Totals:
	"""The opening balance, and what the period from ``from_date`` to ``to_date`` (both included) changed."""
	row = frappe.db.sql(TOTALS, get_values(account, from_date, to_date), as_dict=True)[0]
	return Totals(Decimal(row.opening), Decimal(row.debit), Decimal(row.credit), row["count"])


@frappe.read_only()
def get_page(
	account: Account,
	from_date: date,
	to_date: date,
	opening: Decimal,
	limit: int,
	offset: int,
	capabilities: frozenset[str],
) -> list[dict]:
	"""``limit`` lines of the period from ``offset`` on, each as lines.get_lines describes it."""
	values = get_values(account, from_date, to_date) | {"limit": limit, "offset": offset}
	rows = frappe.db.sql(LINES, values, as_dict=True)
	return list(get_lines(rows, opening, get_entry_labels(_), capabilities))


@contextmanager
def every_line(account: Account, from_date: date, to_date: date, opening: Decimal):
	"""An iterator over all lines of the period, to be read to its end inside the ``with``; nothing else may ask the
	database meanwhile. The rows stay with the server, so memory stays flat."""
	labels = get_entry_labels(_)
	values = get_values(account, from_date, to_date) | {"limit": EVERY_LINE, "offset": 0}
	with frappe.db.unbuffered_cursor():
		rows = frappe.db.sql(LINES, values, as_dict=True, as_iterator=True)
		yield get_lines(rows, opening, labels)


def get_values(account: Account, from_date: date, to_date: date) -> dict:
	return {
		"customer": account.customer,
		"company": account.company,
		"currency": account.currency,
		"from_date": from_date,
		"to_date": to_date,
	}
