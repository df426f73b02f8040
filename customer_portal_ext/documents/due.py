"""When an invoice is due, as SQL: its earliest part that is still open. The rule is that of ``base.open_parts``.

It is written out: the query builder would need longer to write it than the database to answer it. The invoice is a row of
``tabSales Invoice``, by that name.
"""

from datetime import date

import frappe
from pypika.terms import LiteralValue, Term

from customer_portal_ext.documents.smallest import write_half_unit

IN_ACCOUNT_CURRENCY = "`tabSales Invoice`.party_account_currency = `tabSales Invoice`.currency"
# Schedules are counted in the invoice's own currency, the ledger in that of the receivable account.
RATE = f"if({IN_ACCOUNT_CURRENCY}, 1, `tabSales Invoice`.conversion_rate)"
ASKED_FOR = f"""if({IN_ACCOUNT_CURRENCY},
	if(`tabSales Invoice`.disable_rounded_total or not coalesce(`tabSales Invoice`.rounded_total, 0),
		`tabSales Invoice`.grand_total, `tabSales Invoice`.rounded_total) - `tabSales Invoice`.write_off_amount,
	if(`tabSales Invoice`.disable_rounded_total or not coalesce(`tabSales Invoice`.base_rounded_total, 0),
		`tabSales Invoice`.base_grand_total, `tabSales Invoice`.base_rounded_total)
		- `tabSales Invoice`.base_write_off_amount) - `tabSales Invoice`.total_advance"""
CREDITED = """(
	select coalesce(-sum(credit.amount_in_account_currency), 0) from `tabPayment Ledger Entry` credit
	where credit.against_voucher_no = `tabSales Invoice`.name and credit.against_voucher_type = 'Sales Invoice'
		and credit.voucher_type = 'Sales Invoice' and credit.voucher_no <> `tabSales Invoice`.name
		and credit.amount_in_account_currency < 0 and credit.delinked = 0)"""

SEVERAL_PARTS = """(
	select count(*) from `tabPayment Schedule` part
	where part.parent = `tabSales Invoice`.name and part.parenttype = 'Sales Invoice') > 1"""


def write_first_open(half: str) -> str:
	"""The due date of the first part that is open; NULL where only the last can be.

	A part is open where it and those settled before it come to more than what settled them. Two queues are settled side by
	side: instalments begun by name, which credit notes go to first, and the others.
	"""
	named, left = (
		"(part.paid_amount + part.discounted_amount)",
		"(part.payment_amount - part.paid_amount - part.discounted_amount)",
	)
	other_named, other_left = named.replace("part.", "other."), left.replace("part.", "other.")
	settled = f"(({ASKED_FOR} - `tabSales Invoice`.outstanding_amount) / {RATE} - sum({other_named}))"
	credited = f"({CREDITED} / {RATE})"
	begun = f"sum(if({other_named} > 0, {other_left}, 0))"
	others = f"sum(if({other_named} > 0, 0, {other_left}))"
	return f"""(
	select part.due_date
	from `tabPayment Schedule` part
	inner join `tabPayment Schedule` other on other.parent = part.parent and other.parenttype = 'Sales Invoice'
	where part.parent = `tabSales Invoice`.name and part.parenttype = 'Sales Invoice' and {left} * {RATE} > {half}
	group by part.name
	having {RATE} * (
		sum(if(
			({other_named} > 0) = ({named} > 0)
				and (-{other_named}, other.due_date, other.idx) <= (-{named}, part.due_date, part.idx),
			{other_left}, 0))
		- greatest(0, if(max({named}) > 0,
			greatest(least({credited}, {settled}), {settled} - {others}),
			{settled} - greatest(least({credited}, {begun}), 0)))
		) > {half}
	order by part.due_date, part.idx
	limit 1)"""


def due_date() -> Term:
	"""An SQL term: the due date of the earliest part that is open, of the last part where none is.

	The schedule counts; an invoice without one, such as one made at the point of sale, has its own due date. Most have one
	part, and are not looked into.
	"""
	half = write_half_unit("`tabSales Invoice`.party_account_currency")
	return LiteralValue(
		f"""if(`tabSales Invoice`.is_pos, `tabSales Invoice`.due_date, coalesce(
	if(`tabSales Invoice`.outstanding_amount > {half} and {SEVERAL_PARTS}, {write_first_open(half)}, null),
	(select max(part.due_date) from `tabPayment Schedule` part
		where part.parent = `tabSales Invoice`.name and part.parenttype = 'Sales Invoice'),
	`tabSales Invoice`.due_date))"""
	)


def get_due_date(name: str) -> date | None:
	"""The same of one invoice; None where there is no such invoice."""
	invoice = frappe.qb.DocType("Sales Invoice")
	rows = frappe.qb.from_(invoice).select(due_date()).where(invoice.name == name).run()
	return rows[0][0] if rows else None


def credited() -> Term:
	"""An SQL term: what credit notes took off the invoice, in its account's currency."""
	return LiteralValue(CREDITED)
