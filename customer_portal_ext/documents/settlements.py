"""How an invoice was paid, or a credit note used: one line per payment, credit note, write-off or correction.

The lines come from the Payment Ledger, which ERPNext keeps for exactly this, so that the total less these lines is
what is outstanding. What was settled on the invoice itself (point of sale, write-off, loyalty points) stands in its
own fields and comes first.
"""

from decimal import Decimal

import frappe
from pypika import Case
from pypika.functions import Count, Max, Min, Sum

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents.decimals import to_decimal, with_decimals
from customer_portal_ext.documents.kinds import PAYMENT
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.documents.related import can_open, get_link, get_own_invoices
from customer_portal_ext.web.words import _

ZERO = Decimal(0)


def get_settlements(visitor: Visitor, record: dict) -> list[dict]:
	"""`[{"date", "label", "detail", "amount", "link"}]` in the account's currency, oldest first. Three statements at most.

	`amount` is what the line took off an invoice; on a credit note, what of the credit was used.
	"""
	return get_own_settlements(record) + get_ledger_settlements(visitor, record)


def get_own_settlements(record: dict) -> list[dict]:
	"""What was settled on the document itself. At the counter, a return pays back: its own amounts are negative."""
	sign = -1 if record["is_return"] else 1
	same_currency = record["party_account_currency"] == record["currency"]
	prefix = "" if same_currency else "base_"
	rows = []
	if record["is_pos"]:
		rows += [
			_row(
				record["posting_date"],
				_("Refund") if record["is_return"] else _("Payment"),
				_(payment["mode_of_payment"] or ""),
				payment[prefix + "amount"] * sign,
			)
			for payment in get_point_of_sale_payments(record["name"])
		]
		if record["change_amount"]:
			rows.append(
				_row(record["posting_date"], _("Change given"), "", -record[prefix + "change_amount"] * sign)
			)
	if record["write_off_amount"]:
		rows.append(
			_row(record["posting_date"], _("Write-off"), "", record[prefix + "write_off_amount"] * sign)
		)
	if record["loyalty_amount"]:
		loyalty = record["loyalty_amount"]
		if not same_currency:
			loyalty *= record["conversion_rate"]
		rows.append(_row(record["posting_date"], _("Loyalty points"), "", loyalty * sign))
	return rows


def get_point_of_sale_payments(name: str) -> list[dict]:
	payment = frappe.qb.DocType("Sales Invoice Payment")
	rows = (
		frappe.qb.from_(payment)
		.select(payment.mode_of_payment, payment.amount, payment.base_amount)
		.where((payment.parent == name) & (payment.parenttype == "Sales Invoice") & (payment.amount != 0))
		.orderby(payment.idx)
	).run(as_dict=True)
	return [with_decimals(row) for row in rows]


def get_ledger_settlements(visitor: Visitor, record: dict) -> list[dict]:
	"""What other vouchers did to the document. Two statements."""
	rows = get_ledger_rows(record)
	others = get_own_invoices(
		visitor,
		[row.voucher_no for row in rows if row.voucher_type == "Sales Invoice"]
		+ [row.journal_reference for row in rows],
	)
	sign = 1 if record["is_return"] else -1
	settlements = []
	for row in rows:
		amount = to_decimal(row.amount) * sign
		label, detail = describe(row, record)
		link = others.get(row.journal_reference or row.voucher_no)
		if row.voucher_type == "Payment Entry" and can_open(visitor, PAYMENT):
			link = get_link(PAYMENT, row.voucher_no, row.date)
		settlements.append({**_row(row.date, label, detail, amount), "link": link})
	return settlements


def get_ledger_rows(record: dict) -> list[dict]:
	"""The ledger's entries between this document and others, one row per other voucher.

	Entries of the document against itself are its own total. A credit note that lowers its invoice directly has its one
	entry against the invoice, which the second condition finds from the credit note's side.
	"""
	return _select_ledger_rows({"name": record["name"], "customer": record["customer"]})


@prepared
def _select_ledger_rows():
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	own = frappe.qb.DocType("Sales Invoice").as_("own")
	payment = frappe.qb.DocType("Payment Entry")
	journal = frappe.qb.DocType("Journal Entry")
	line = frappe.qb.DocType("Journal Entry Account")
	name = value("name")
	# the one document on the other side: a journal that settles two invoices at once says nothing of the one to the other
	line_amount = line.debit_in_account_currency - line.credit_in_account_currency
	journal_reference = (
		frappe.qb.from_(line)
		.select(Case().when(Count(line.reference_name).distinct() == 1, Max(line.reference_name)))
		.where((line.parent == ledger.voucher_no) & (line.reference_type == "Sales Invoice"))
		.where((line.reference_name != name) & (line_amount * ledger.amount_in_account_currency < 0))
	)
	against_it = (ledger.against_voucher_no == name) & (ledger.voucher_no != name)
	by_it = (ledger.voucher_no == name) & (ledger.against_voucher_no != name)
	is_invoice = (ledger.against_voucher_type == "Sales Invoice") & (
		(ledger.voucher_no != name) | (ledger.voucher_type == "Sales Invoice")
	)
	other_type = Case().when(against_it, ledger.voucher_type).else_(ledger.against_voucher_type)
	other_name = Case().when(against_it, ledger.voucher_no).else_(ledger.against_voucher_no)
	# as amounts of this document: what it gives to another is taken from it
	amount = (
		Case()
		.when(against_it, ledger.amount_in_account_currency)
		.else_(ledger.amount_in_account_currency * -1)
	)
	return (
		frappe.qb.from_(ledger)
		.inner_join(own)
		.on((own.name == name) & (own.debit_to == ledger.account))
		.left_join(payment)
		.on((ledger.voucher_type == "Payment Entry") & (payment.name == ledger.voucher_no))
		.left_join(journal)
		.on((ledger.voucher_type == "Journal Entry") & (journal.name == ledger.voucher_no))
		.select(
			other_type.as_("voucher_type"),
			other_name.as_("voucher_no"),
			Min(ledger.posting_date).as_("date"),
			Sum(amount).as_("amount"),
			Max(payment.mode_of_payment).as_("mode_of_payment"),
			Max(payment.payment_type).as_("payment_type"),
			Max(payment.reference_no).as_("reference_no"),
			Max(journal.voucher_type).as_("journal_type"),
			Max(journal.mode_of_payment).as_("journal_mode_of_payment"),
			Max(Case().when(ledger.voucher_type == "Journal Entry", journal_reference)).as_(
				"journal_reference"
			),
		)
		.where((against_it | by_it) & is_invoice & (ledger.delinked == 0))
		.where((ledger.party_type == "Customer") & (ledger.party == value("customer")))
		.groupby(other_type, other_name)
		.having(Sum(amount) != 0)
		.orderby(Min(ledger.posting_date))
		.orderby(other_name)
		.limit(200)
	)


def describe(row: dict, record: dict) -> tuple[str, str]:
	"""What a ledger entry is to the customer: a label, and what tells it from its like."""
	if row.voucher_type == "Payment Entry":
		label = _("Refund") if row.payment_type == "Pay" else _("Payment")
		return label, " · ".join(filter(None, (_(row.mode_of_payment or ""), row.reference_no)))
	if row.voucher_type == "Sales Invoice":
		return (_("Applied to invoice"), "") if record["is_return"] else (_("Credit note"), "")
	labels = {
		"Bank Entry": _("Payment"),
		"Cash Entry": _("Payment"),
		"Credit Card Entry": _("Payment"),
		"Contra Entry": _("Payment"),
		"Write Off Entry": _("Write-off"),
		"Credit Note": _("Applied to invoice") if record["is_return"] else _("Credit note"),
		"Exchange Gain Or Loss": _("Exchange difference"),
	}
	return labels.get(row.journal_type) or _("Adjustment"), _(row.journal_mode_of_payment or "")


def _row(date, label: str, detail: str, amount: Decimal) -> dict:
	return {"date": date, "label": label, "detail": detail, "amount": amount, "link": None}
