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

from customer_portal_ext.statement.lines import get_entry_labels, get_lines
from customer_portal_ext.web.words import _

ZERO = Decimal(0)

# "straight_join" makes the database begin with the customer's ledger rows: by its statistics it may take an account's,
# which are everybody's. Amounts leave it as text: Frappe's connection turns decimals into floats.
ACCOUNTS = """
	select straight_join
		ledger.company, account.account_currency as currency, max(ledger.posting_date) as last_date,
		cast(sum(if(
			ledger.posting_date < %(from_date)s,
			ledger.debit_in_account_currency - ledger.credit_in_account_currency, 0
		)) as char) as opening
	from `tabGL Entry` ledger
	inner join `tabAccount` account on account.name = ledger.account and account.account_type = 'Receivable'
	inner join `tabCompany` company on company.name = ledger.company
	where ledger.party_type = 'Customer' and ledger.party = %(customer)s and ledger.is_cancelled = 0
		and coalesce(ledger.finance_book, '') in ('', coalesce(company.default_finance_book, ''))
	group by ledger.company, account.account_currency
	order by last_date desc, ledger.company, currency
"""

# One row for each voucher and day. They are grouped by 60 bits of a digest, since grouping by the two names takes three
# times as long; the day beside it leaves no room for an accident.
VOUCHERS = """
	select straight_join
		ledger.posting_date,
		cast(conv(left(md5(concat(ledger.voucher_type, ledger.voucher_no)), 15), 16, 10) as unsigned) as voucher_number,
		min(ledger.voucher_type) as doctype,
		min(ledger.voucher_no) as document,
		min(ledger.creation) as created,
		sum(ledger.debit_in_account_currency) as gross_debit,
		sum(ledger.credit_in_account_currency) as gross_credit
	from `tabGL Entry` ledger
	inner join `tabAccount` account on account.name = ledger.account and account.account_type = 'Receivable'
		and account.account_currency = %(currency)s
	inner join `tabCompany` company on company.name = ledger.company
	where ledger.party_type = 'Customer' and ledger.party = %(customer)s
		and ledger.company = %(company)s and ledger.is_cancelled = 0
		and ledger.posting_date between %(from_date)s and %(to_date)s
		and coalesce(ledger.finance_book, '') in ('', coalesce(company.default_finance_book, ''))
	group by ledger.posting_date, voucher_number
	having gross_debit <> gross_credit or (doctype = 'Sales Invoice' and gross_debit <> 0)
"""

# An invoice shows what was charged and what was paid with it at once; every other voucher its net effect.
MOVES = f"""
	select
		voucher.*,
		if(doctype = 'Sales Invoice', gross_debit, greatest(gross_debit - gross_credit, 0)) as charged,
		if(doctype = 'Sales Invoice', gross_credit, greatest(gross_credit - gross_debit, 0)) as settled
	from ({VOUCHERS}) voucher
"""

TOTALS = f"""
	select
		count(*) as count, cast(coalesce(sum(charged), 0) as char) as debit, cast(coalesce(sum(settled), 0) as char) as credit
	from ({MOVES}) move
"""

# The running balance is the database's own, so that every page of a long statement continues where the last one ended.
LINES = f"""
	select
		line.posting_date, line.doctype as voucher_type, line.document as voucher_no,
		cast(line.charged as char) as debit, cast(line.settled as char) as credit, cast(line.running as char) as running,
		line.count, cast(line.all_charged as char) as all_charged, cast(line.all_settled as char) as all_settled,
		invoice.is_return, invoice.is_debit_note, payment.payment_type, journal.voucher_type as journal_type,
		coalesce(invoice.customer, payment.party) = %(customer)s as is_own,
		case line.doctype
			when 'Sales Invoice' then coalesce(nullif(invoice.po_no, ''), invoice.return_against)
			when 'Payment Entry' then payment.reference_no
			else journal.cheque_no
		end as reference,
		if(invoice.is_return, null, coalesce(
			if(invoice.is_pos, null, (
				select max(schedule.due_date) from `tabPayment Schedule` schedule
				where schedule.parent = invoice.name and schedule.parenttype = 'Sales Invoice'
			)),
			invoice.due_date
		)) as due_date
	from (
		select
			move.*,
			sum(charged - settled) over (order by posting_date, created, voucher_number rows unbounded preceding)
				as running,
			count(*) over () as count, sum(charged) over () as all_charged, sum(settled) over () as all_settled
		from ({MOVES}) move
		order by posting_date, created, voucher_number
		limit %(limit)s offset %(offset)s
	) line
	left join `tabSales Invoice` invoice on line.doctype = 'Sales Invoice'
		and invoice.name = line.document and invoice.docstatus = 1
	left join `tabPayment Entry` payment on line.doctype = 'Payment Entry'
		and payment.name = line.document and payment.docstatus = 1
	left join `tabJournal Entry` journal on line.doctype = 'Journal Entry' and journal.name = line.document
	order by line.posting_date, line.created, line.voucher_number
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
def get_openings(customer: str, from_date: date) -> dict[Account, Decimal]:
	"""The customer's accounts, the one with the latest activity first, and the balance of each before ``from_date``."""
	rows = frappe.db.sql(ACCOUNTS, {"customer": customer, "from_date": from_date}, as_dict=True)
	return {Account(customer, row.company, row.currency): Decimal(row.opening) for row in rows}


@frappe.read_only()
def get_totals(account: Account, from_date: date, to_date: date, opening: Decimal) -> Totals:
	"""What the period from ``from_date`` to ``to_date`` (both included) made of the ``opening`` balance."""
	row = frappe.db.sql(TOTALS, get_values(account, from_date, to_date), as_dict=True)[0]
	return Totals(opening, Decimal(row.debit), Decimal(row.credit), row["count"])


@frappe.read_only()
def get_page(
	account: Account,
	from_date: date,
	to_date: date,
	opening: Decimal,
	limit: int,
	page: int,
	capabilities: frozenset[str],
) -> tuple[Totals, int, list[dict]]:
	"""The period's totals, the number of the page shown, and its lines, each as lines.get_lines describes it.

	Beyond the last page it is the last one. One SQL statement; three where there is nothing on the page asked for.
	"""
	# the database counts to 2**64
	offset = min((page - 1) * limit, EVERY_LINE)
	values = get_values(account, from_date, to_date) | {"limit": limit, "offset": offset}
	rows = frappe.db.sql(LINES, values, as_dict=True)
	if rows:
		first = rows[0]
		totals = Totals(opening, Decimal(first.all_charged), Decimal(first.all_settled), first["count"])
	else:
		totals = get_totals(account, from_date, to_date, opening)
		page = max(1, -(-totals.count // limit))
		rows = (
			frappe.db.sql(LINES, values | {"offset": (page - 1) * limit}, as_dict=True)
			if totals.count
			else []
		)
	return totals, page, list(get_lines(rows, opening, get_entry_labels(_), capabilities))


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
