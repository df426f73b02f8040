"""How an invoice's lines add up to what it asks for. Pure: no Frappe, no database.

The figures are ERPNext's own; here they are put in an order in which a reader can add them up. Credit notes hold
negative figures throughout.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

ZERO = Decimal(0)


def get_total(record: Mapping) -> Decimal:
	"""What the invoice asks for in its own currency: the rounded total where rounding is on."""
	if record["disable_rounded_total"] or not record["rounded_total"]:
		return record["grand_total"]
	return record["rounded_total"]


def get_total_in_account_currency(record: Mapping) -> Decimal:
	"""The same in the currency that the outstanding amount is kept in (sales_invoice.py: set_status)."""
	if record["party_account_currency"] in (record["currency"], None, ""):
		return get_total(record)
	if record["disable_rounded_total"] or not record["base_rounded_total"]:
		return record["base_grand_total"]
	return record["base_rounded_total"]


def get_scheduled(record: Mapping) -> Decimal:
	"""What the payment schedule is about, in the same currency: all but what was written off or paid in advance on the invoice
	itself (accounts_controller.py: set_payment_schedule)."""
	same_currency = record["party_account_currency"] in (record["currency"], None, "")
	written_off = record["write_off_amount" if same_currency else "base_write_off_amount"]
	return get_total_in_account_currency(record) - written_off - record["total_advance"]


def get_rows(record: Mapping, taxes: Sequence[Mapping], translate: Callable[[str], str]) -> list[dict]:
	"""`[{"label", "amount", "is_total", "is_included"}]` from the subtotal to the total, in the invoice's currency.

	Rows that are not `is_included` (taxes contained in the prices) and not the total itself add up to the total.
	"""
	_ = translate
	discount = -record["discount_amount"]
	added = [tax for tax in taxes if not tax["included_in_print_rate"]]
	gross = record["total"] + discount + sum((tax["tax_amount"] for tax in added), ZERO)

	if gross == record["grand_total"]:
		# the ordinary case; a discount on the grand total comes after the taxes it does not change
		tax_rows = [_tax_row(tax, "tax_amount", _) for tax in taxes]
		rows = [_row(_("Subtotal"), record["total"])]
		discount_rows = [_row(get_discount_label(record, _), discount)] if discount else []
		if record["apply_discount_on"] == "Net Total":
			rows += discount_rows + tax_rows
		else:
			rows += tax_rows + discount_rows
	else:
		# a discount on the net total of prices that contain tax: only the net figures add up
		rows = [_row(_("Net total after discount") if discount else _("Net total"), record["net_total"])]
		rows += [
			_tax_row({**tax, "included_in_print_rate": 0}, "tax_amount_after_discount_amount", _)
			for tax in taxes
		]

	total = get_total(record)
	difference = total - sum((row["amount"] for row in rows if not row["is_included"]), ZERO)
	if difference:
		rows.append(_row(_("Rounding"), difference))
	if len(rows) == 1 and rows[0]["amount"] == total:
		rows = []
	rows.append({**_row(_("Total"), total), "is_total": True})
	return rows


def get_signed_rows(
	net_total: Decimal, taxes: Sequence[Mapping], total: Decimal, translate: Callable[[str], str]
) -> list[dict]:
	"""The same for what was signed, of which no more is kept than the net total, the taxes (`label`, `amount`) and the total."""
	_ = translate
	if not taxes and net_total == total:
		return [{**_row(_("Total"), total), "is_total": True}]
	rows = [_row(_("Net total"), net_total), *(_row(tax["label"], tax["amount"]) for tax in taxes)]
	difference = total - sum((row["amount"] for row in rows), ZERO)
	if difference:
		# a discount on the grand total lowers the taxes as well, and is larger than any rounding
		rows.append(_row(_("Discount") if difference <= -1 else _("Rounding"), difference))
	return [*rows, {**_row(_("Total"), total), "is_total": True}]


def get_discount_label(record: Mapping, translate: Callable[[str], str]) -> str:
	_ = translate
	percentage = record["additional_discount_percentage"]
	return _("Discount of {0}%").format(f"{percentage.normalize():f}") if percentage else _("Discount")


def _row(label: str, amount: Decimal) -> dict:
	return {"label": label, "amount": amount, "is_total": False, "is_included": False}


def _tax_row(tax: Mapping, amount: str, translate: Callable[[str], str]) -> dict:
	_ = translate
	label = tax["label"]
	included = bool(tax["included_in_print_rate"])
	if included:
		label = _("of which {0}").format(label)
	return {**_row(label, tax[amount]), "is_included": included}
