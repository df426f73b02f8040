"""What a customer owes, and since when: by company and currency of the receivable account.

The open items come from the Payment Ledger, by the rules of ERPNext's Accounts Receivable report
(erpnext/accounts/report/accounts_receivable): an entry counts towards the voucher it is against, one against a credit
note that reduces an invoice counts towards that invoice, and one against nothing known stands for itself. An invoice
with a payment schedule ages by each instalment's own due date, as that report does "based on payment terms" (base.open_parts).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import groupby

import frappe

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.base.open_parts import Scheduled, as_shown, get_open, show_parts
from customer_portal_ext.statement.buckets import BUCKET_KEYS, Ageing, OpenItem, get_share
from customer_portal_ext.web.words import _

# Amounts leave the database as text: Frappe's connection turns decimals into floats.
BALANCES = """
	select straight_join
		ledger.company,
		account.account_currency as currency,
		cast(sum(ledger.debit_in_account_currency - ledger.credit_in_account_currency) as char) as balance,
		max(ledger.posting_date) as last_date
	from `tabGL Entry` ledger
	inner join `tabAccount` account on account.name = ledger.account and account.account_type = 'Receivable'
	inner join `tabCompany` company on company.name = ledger.company
	where ledger.party_type = 'Customer' and ledger.party = %(customer)s
		and ledger.is_cancelled = 0 and ledger.posting_date <= %(as_of)s
		and coalesce(ledger.finance_book, '') in ('', coalesce(company.default_finance_book, ''))
	group by ledger.company, account.account_currency
	order by last_date desc, ledger.company, currency
"""

# The entries of one customer in the payment ledger. "straight_join" above it makes the database begin with them: by its
# statistics it may take an account's, which are everybody's.
ENTRIES = """
	inner join `tabAccount` account on account.name = ledger.account and account.account_type = 'Receivable'
	inner join `tabCompany` company on company.name = ledger.company
	where ledger.party_type = 'Customer' and ledger.party = %(customer)s
		and ledger.delinked = 0 and ledger.posting_date <= %(as_of)s
		and (%(company)s is null or ledger.company = %(company)s)
		and (%(currency)s is null or account.account_currency = %(currency)s)
		and coalesce(ledger.finance_book, '') in ('', coalesce(company.default_finance_book, ''))
"""

# First what is not settled, grouped by a short key (a long one costs three times as much): the vouchers whose entries do
# not sum to nothing, and those that only others refer to. Then, for these alone, what each entry counts towards.
OPEN_ITEMS = f"""
	with unsettled as (
		select straight_join
			account.lft as account_number,
			cast(conv(left(md5(concat(ledger.against_voucher_type, ledger.against_voucher_no)), 15), 16, 10)
				as unsigned) as voucher_number,
			min(ledger.account) as account,
			min(ledger.against_voucher_type) as voucher_type,
			min(ledger.against_voucher_no) as voucher_no
		from `tabPayment Ledger Entry` ledger
		{ENTRIES}
		group by account_number, voucher_number
		having sum(ledger.amount_in_account_currency) <> 0 or max(ledger.voucher_no = ledger.against_voucher_no) = 0
	),
	entry as (
		select straight_join
			ledger.company, ledger.account, account.account_currency as currency,
			ledger.voucher_type, ledger.voucher_no, ledger.against_voucher_type,
			coalesce(nullif(credit_note.return_against, ''), ledger.against_voucher_no) as against_voucher_no,
			ledger.posting_date, ledger.amount_in_account_currency as amount
		from unsettled
		inner join `tabPayment Ledger Entry` ledger
			on ledger.against_voucher_no = unsettled.voucher_no
			and ledger.against_voucher_type = unsettled.voucher_type and ledger.account = unsettled.account
		left join `tabSales Invoice` credit_note
			on ledger.against_voucher_type = 'Sales Invoice' and credit_note.name = ledger.against_voucher_no
			and credit_note.is_return = 1 and credit_note.update_outstanding_for_self = 0
			and credit_note.docstatus = 1 and credit_note.posting_date <= %(as_of)s
		{ENTRIES}
	),
	settlement as (
		select
			entry.*,
			entry.voucher_no = entry.against_voucher_no and entry.voucher_type = entry.against_voucher_type as is_own,
			entry.voucher_no <> entry.against_voucher_no and exists (
				select 1 from `tabPayment Ledger Entry` voucher
				where voucher.voucher_no = entry.against_voucher_no
					and voucher.voucher_type = entry.against_voucher_type
					and voucher.account = entry.account
					and voucher.party_type = 'Customer' and voucher.party = %(customer)s
					and voucher.delinked = 0 and voucher.posting_date <= %(as_of)s
			) as is_for_another
		from entry
	),
	item as (
		select
			company, account, currency,
			if(is_for_another, against_voucher_type, voucher_type) as item_type,
			if(is_for_another, against_voucher_no, voucher_no) as item_no,
			coalesce(min(if(is_own, posting_date, null)), min(posting_date)) as posting_date,
			sum(amount) as amount,
			sum(if(is_for_another and voucher_type = 'Sales Invoice' and amount < 0, -amount, 0)) as credited
		from settlement
		group by company, account, currency, item_type, item_no
		having sum(amount) <> 0
	)
	select
		item.company, item.currency, item.account, item.item_type as voucher_type, item.item_no as voucher_no,
		cast(item.amount as char) as amount,
		coalesce(
			invoice.due_date, if(coalesce(journal.bill_no, '') = '', null, journal.due_date), item.posting_date
		) as due_date,
		cast(item.credited as char) as credited,
		cast(if(invoice.currency = item.currency,
			if(invoice.disable_rounded_total or not invoice.rounded_total, invoice.grand_total, invoice.rounded_total)
				- invoice.write_off_amount,
			if(invoice.disable_rounded_total or not invoice.base_rounded_total,
				invoice.base_grand_total, invoice.base_rounded_total) - invoice.base_write_off_amount)
			- invoice.total_advance as char) as asked_for,
		schedule.idx as instalment_number,
		schedule.due_date as instalment_due_date,
		cast(schedule.payment_amount * if(invoice.currency = item.currency, 1, invoice.conversion_rate) as char)
			as instalment_amount,
		cast((schedule.paid_amount + schedule.discounted_amount)
			* if(invoice.currency = item.currency, 1, invoice.conversion_rate) as char) as instalment_paid
	from item
	left join `tabSales Invoice` invoice
		on item.item_type = 'Sales Invoice' and invoice.name = item.item_no and invoice.docstatus = 1
	left join `tabJournal Entry` journal
		on item.item_type = 'Journal Entry' and journal.name = item.item_no
	left join `tabPayment Schedule` schedule
		on schedule.parent = invoice.name and schedule.parenttype = 'Sales Invoice'
		and invoice.is_return = 0 and invoice.is_pos = 0 and item.amount > 0
	order by item.company, item.currency, item.account, item.item_type, item.item_no
"""


def get_bucket_labels() -> dict[str, str]:
	return {
		"not_due": _("Not due"),
		"1_30": _("1–30 days"),
		"31_60": _("31–60 days"),
		"61_90": _("61–90 days"),
		"over_90": _("Over 90 days"),
	}


def get_accounts(visitor: Visitor, as_of: date) -> list[dict]:
	"""What the visitor's current customer owes on ``as_of``, one dict per company and account currency, the one with
	the latest activity first; an account with no entry by then is absent. Two SQL statements.

	``{"company", "currency", "balance", "overdue", "credit", "next_due": {"date", "amount"} | None,
	"buckets": [{"key", "label", "amount", "share"}]}``: amounts are Decimal in ``currency``, ``credit`` (unallocated)
	is positive, ``share`` is the percentage of all that is owed, and the buckets' sum - ``credit`` = ``balance``. All are whole
	smallest units: what of an item is no more than half of one is not open.
	"""
	return _get_accounts(visitor.customer, as_of)


@frappe.read_only()
def _get_accounts(customer: str, as_of: date) -> list[dict]:
	balances = get_balances(customer, as_of)
	ageings = {(row.company, row.currency): Ageing(as_of) for row in balances}
	if balances:
		with open_items(customer, as_of, {row.currency for row in balances}) as items:
			for company, currency, item, exact in items:
				if (company, currency) in ageings:
					ageings[company, currency].add(item, exact)
	return [
		get_summary(row.company, row.currency, row.balance, ageings[row.company, row.currency])
		for row in balances
	]


def get_balances(customer: str, as_of: date) -> list[frappe._dict]:
	"""``company, currency, balance (Decimal), last_date`` of each account of ``customer``, the latest activity first."""
	rows = frappe.db.sql(BALANCES, {"customer": customer, "as_of": as_of}, as_dict=True)
	for row in rows:
		row.balance = Decimal(row.balance)
	return rows


def get_account_ageing(customer: str, company: str, currency: str, as_of: date, balance: Decimal) -> Ageing:
	"""The ageing of one account, summing to ``balance``, its closing balance on ``as_of``. One SQL statement."""
	ageing = Ageing(as_of)
	with open_items(customer, as_of, {currency}, company, currency) as items:
		for _company, _currency, item, exact in items:
			ageing.add(item, exact)
	settle(ageing, balance, currency)
	return ageing


def settle(ageing: Ageing, balance: Decimal, currency: str) -> None:
	"""Ageing.settle, of what the two ledgers differ by in whole smallest units."""
	difference = as_shown(balance - ageing.counted, get_decimals(currency))
	ageing.settle(ageing.counted + difference)


@contextmanager
def open_items(
	customer: str,
	as_of: date,
	currencies: Iterable[str],
	company: str | None = None,
	currency: str | None = None,
):
	"""An iterator of (company, currency, OpenItem, what the ledger has of it), of accounts in ``currencies``, to be read to its end
	inside the ``with``: the rows stay with the server, so that memory stays flat for a customer of any size."""
	# while they do, nothing else can be asked on this connection
	decimals = {currency: get_decimals(currency) for currency in currencies}
	values = {"customer": customer, "as_of": as_of, "company": company, "currency": currency}
	with frappe.db.unbuffered_cursor():
		rows = frappe.db.sql(OPEN_ITEMS, values, as_dict=True, as_iterator=True)
		yield iterate_open_items((row for row in rows if row.currency in decimals), decimals)


def iterate_open_items(rows, decimals: Mapping[str, int]) -> Iterator[tuple[str, str, OpenItem, Decimal]]:
	def get_voucher(row):
		return row.company, row.currency, row.account, row.voucher_type, row.voucher_no

	for (company, currency, *_voucher), group in groupby(rows, get_voucher):
		for item, exact in get_items_of_voucher(list(group), decimals[currency]):
			yield company, currency, item, exact


def get_items_of_voucher(rows: list[frappe._dict], decimals: int) -> list[tuple[OpenItem, Decimal]]:
	"""The open items of one voucher from its rows, which are several where it has instalments, each with what the ledger has."""
	outstanding = Decimal(rows[0].amount)
	if len(rows) == 1:
		parts = [outstanding]
	else:
		rows.sort(key=lambda row: (row.instalment_due_date, row.instalment_number))
		schedule = [
			Scheduled(row.instalment_due_date, Decimal(row.instalment_amount), Decimal(row.instalment_paid))
			for row in rows
		]
		parts = get_open(outstanding, schedule, Decimal(rows[0].credited), Decimal(rows[0].asked_for))
	shown = show_parts(parts, decimals)
	is_refund = rows[0].voucher_type == "Payment Entry" and outstanding > 0
	return [
		(OpenItem(amount, row.instalment_due_date or row.due_date, is_refund), part)
		for amount, row, part in zip(shown, rows, parts, strict=True)
	]


def get_summary(company: str, currency: str, balance: Decimal, ageing: Ageing) -> dict:
	"""One account as get_accounts describes it."""
	settle(ageing, balance, currency)
	labels = get_bucket_labels()
	next_due = None
	if ageing.next_due_date:
		next_due = {"date": ageing.next_due_date, "amount": ageing.next_due_amount}
	return {
		"company": company,
		"currency": currency,
		"balance": ageing.balance,
		"overdue": ageing.overdue,
		"credit": ageing.credit,
		"next_due": next_due,
		"buckets": [
			{
				"key": key,
				"label": labels[key],
				"amount": ageing.buckets[key],
				"share": get_share(ageing.buckets[key], ageing.owed),
			}
			for key in BUCKET_KEYS
		],
	}
