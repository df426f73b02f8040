"""What a list shows of each kind, as SQL terms, so that what is shown, filtered and sorted is one and the same.

The stored status of a Sales Invoice changes only when something happens to it or in a nightly job; here it is worked
out for the day asked for, with the meaning of ERPNext's own rule (sales_invoice.py: set_status, is_overdue), except that
ERPNext takes an advance for a payment of the first instalment there; its schedule and its reports do not (documents.due).
"""

from datetime import date

import frappe
from pypika import Case, CustomFunction
from pypika.functions import Abs, Cast, Coalesce, Sum
from pypika.queries import Table
from pypika.terms import Criterion, NullValue, Term, ValueWrapper

from customer_portal_ext.documents.due import due_date
from customer_portal_ext.documents.smallest import half_unit

Least = CustomFunction("LEAST", ["first", "second"])

NAMES = (
	"name",
	"date",
	"due_date",
	"po_no",
	"company",
	"amount",
	"currency",
	"outstanding",
	"outstanding_currency",
	"delivered",
	"invoiced",
	"tracking",
	"status",
)


def nothing() -> dict[str, Term]:
	"""What a kind may not have: NULL, saying its type where a bare one would turn the others' into text in a UNION."""
	no_date, no_number = Cast(NullValue(), "DATE"), Cast(NullValue(), "DECIMAL(21,9)")
	return {
		"due_date": no_date,
		"po_no": NullValue(),
		"amount": no_number,
		"currency": NullValue(),
		"outstanding": no_number,
		"outstanding_currency": NullValue(),
		"delivered": no_number,
		"invoiced": no_number,
		"tracking": NullValue(),
	}


def of_invoice(invoice: Table, today: date | Term) -> dict[str, Term]:
	return _of_sales_invoice(invoice) | {
		"due_date": due_date(),
		"status": invoice_status(invoice, today),
	}


def of_credit_note(invoice: Table, today: date | Term) -> dict[str, Term]:
	# a credit note is due on no day
	return _of_sales_invoice(invoice) | {"status": credit_note_status(invoice)}


def _of_sales_invoice(invoice: Table) -> dict[str, Term]:
	return nothing() | {
		"name": invoice.name,
		"date": invoice.posting_date,
		"po_no": invoice.po_no,
		"company": invoice.company,
		"amount": total(invoice),
		"currency": invoice.currency,
		"outstanding": invoice.outstanding_amount,
		# outstanding_amount is kept in the receivable account's currency, which may not be the invoice's
		"outstanding_currency": invoice.party_account_currency,
	}


def of_payment(payment: Table, today: date | Term) -> dict[str, Term]:
	"""A payment in the currency of the customer's account; what is not yet allocated is open credit, hence negative.

	What was paid is what was allocated and what was not: `paid_amount` lacks what the bank or the gateway kept.
	"""
	received = payment.payment_type == "Receive"
	left = unallocated(payment)
	currency = (
		Case().when(received, payment.paid_from_account_currency).else_(payment.paid_to_account_currency)
	)
	return nothing() | {
		"name": payment.name,
		"date": payment.posting_date,
		"company": payment.company,
		"amount": payment.total_allocated_amount + payment.unallocated_amount,
		"currency": currency,
		"outstanding": Case().when(received, left * -1).else_(left),
		"outstanding_currency": currency,
		"status": payment_status(payment),
	}


def invoice_status(invoice: Table, today: date | Term) -> Term:
	"""One of the keys overdue, partly_paid, unpaid, paid, credited. Overdue is what has a part that is open and late."""
	outstanding, asked_for = invoice.outstanding_amount, total_in_account_currency(invoice)
	is_open = outstanding > half_unit(invoice.party_account_currency)
	return (
		Case()
		.when(is_open & (due_date() < today), word("overdue"))
		.when(is_open & (outstanding < asked_for), word("partly_paid"))
		.when(is_open, word("unpaid"))
		.when(_is_credited_in_full(invoice), word("credited"))
		.else_(word("paid"))
	)


def credit_note_status(invoice: Table) -> Term:
	is_open = invoice.outstanding_amount * -1 > half_unit(invoice.party_account_currency)
	return Case().when(is_open, word("credit")).else_(word("credit_used"))


def payment_status(payment: Table) -> Term:
	return (
		Case()
		.when(payment.payment_type == "Pay", word("refunded"))
		.when(unallocated(payment) > half_unit(payment.paid_from_account_currency), word("unallocated"))
		.else_(word("received"))
	)


def unallocated(payment: Table) -> Term:
	"""What of a payment is not used yet, never negative. What another entry has set against it, such as the refund of it,
	only the Payment Ledger knows: ERPNext leaves `unallocated_amount` as it was."""
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	in_ledger = (
		frappe.qb.from_(ledger)
		.select(Abs(Coalesce(Sum(ledger.amount_in_account_currency), 0)))
		.where((ledger.against_voucher_no == payment.name) & (ledger.against_voucher_type == "Payment Entry"))
		.where(ledger.delinked == 0)
	)
	return (
		Case()
		.when(payment.unallocated_amount > 0, Least(payment.unallocated_amount, in_ledger))
		.else_(payment.unallocated_amount)
	)


def total(invoice: Table) -> Term:
	"""What the invoice asks for, in its own currency."""
	return (
		Case()
		.when(
			(invoice.disable_rounded_total == 1) | (Coalesce(invoice.rounded_total, 0) == 0),
			invoice.grand_total,
		)
		.else_(invoice.rounded_total)
	)


def total_in_account_currency(invoice: Table) -> Term:
	"""What the invoice asks for, in the currency its outstanding amount is kept in.

	ERPNext lets the two differ only where the account is kept in the company's currency, hence the base amounts.
	"""
	base_total = (
		Case()
		.when(
			(invoice.disable_rounded_total == 1) | (Coalesce(invoice.base_rounded_total, 0) == 0),
			invoice.base_grand_total,
		)
		.else_(invoice.base_rounded_total)
	)
	return Case().when(invoice.party_account_currency == invoice.currency, total(invoice)).else_(base_total)


def _is_credited_in_full(invoice: Table) -> Criterion:
	"""Credit notes took all of it back, and none of that credit is still to be used: then it is not what paid the invoice."""
	credit_note = frappe.qb.DocType("Sales Invoice").as_("credit_note")
	credited = (
		frappe.qb.from_(credit_note)
		.select(Coalesce(Sum(credit_note.base_grand_total), 0))
		.where((credit_note.return_against == invoice.name) & (credit_note.docstatus == 1))
		.where(credit_note.is_return == 1)
		.where(credit_note.outstanding_amount * -1 <= half_unit(credit_note.party_account_currency))
	)
	return (invoice.base_grand_total > 0) & (credited <= invoice.base_grand_total * -1)


def word(key: str) -> Term:
	return ValueWrapper(key)
