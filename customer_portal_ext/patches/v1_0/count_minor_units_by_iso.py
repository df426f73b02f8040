"""Payments counted in a currency's smallest unit by CLDR are counted by ISO 4217: 1,234 whole dinars become 123,400 paras."""

import frappe

from customer_portal_ext.base.currencies import get_minor_unit
from customer_portal_ext.payments import states


def execute() -> None:
	for row in frappe.get_all(states.DOCTYPE, fields=["currency", "exponent"], distinct=True):
		decimals = get_minor_unit(row.currency)
		if row.exponent < decimals:
			recount(row.currency, row.exponent, decimals)


def recount(currency: str, before: int, decimals: int) -> None:
	"""Payments that are at a gateway stay as they are: it was told a digest of the amount, by which it is recognised, and
	staff are told of an amount that does not fit."""
	payment = frappe.qb.DocType(states.DOCTYPE)
	reversal = frappe.qb.DocType("Portal Payment Reversal")
	factor = 10 ** (decimals - before)
	at_gateway = payment.state.isin(states.UNDER_WAY) & payment.provider_reference.isnotnull()
	wanted = (payment.currency == currency) & (payment.exponent == before)
	names = frappe.qb.from_(payment).select(payment.name).where(wanted & ~at_gateway).run(pluck=True)
	if not names:
		return
	these = payment.name.isin(names)
	for field, unit in (
		("captured_minor", "captured_currency"),
		("refunded_minor", "captured_currency"),
		("fee_minor", "fee_currency"),
	):
		counted = frappe.qb.update(payment).set(payment[field], payment[field] * factor)
		counted.where(these & (payment[unit] == currency)).run()
	(
		frappe.qb.update(reversal)
		.set(reversal.amount_minor, reversal.amount_minor * factor)
		.where(reversal.portal_payment.isin(names) & (reversal.currency == currency))
	).run()
	(
		frappe.qb.update(payment)
		.set(payment.amount_minor, payment.amount_minor * factor)
		.set(payment.exponent, decimals)
		.where(these)
	).run()
