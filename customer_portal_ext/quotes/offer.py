"""What is offered and will be ordered: the same figures are shown, signed and compared with the order."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.documents import totals
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.lines import get_line, get_taxes
from customer_portal_ext.documents.text import get_plain_text, get_safe_html
from customer_portal_ext.quotes import choices, order
from customer_portal_ext.quotes.choices import Choice
from customer_portal_ext.quotes.digest import get_digest, to_canonical_text
from customer_portal_ext.web.words import _

ITEM_FIELDS = ("name", "idx", "item_code", "item_name", "qty", "uom", "rate", "amount", "is_alternative")


def get_choices(quotation: str) -> list[Choice]:
	"""The alternatives still open. Two statements."""
	rows = frappe.get_all("Quotation Item", {"parent": quotation}, ITEM_FIELDS, order_by="idx")
	if not any(row.is_alternative for row in rows):
		return []
	rows = [frappe._dict(with_decimals(row)) for row in rows]
	return choices.get_choices(rows, order.get_ordered_rows(quotation))


def has_alternatives(quotation: str) -> bool:
	return bool(frappe.db.exists("Quotation Item", {"parent": quotation, "is_alternative": 1}))


def describe(mapped) -> dict:
	"""``lines, currency, totals, total`` of a mapped order, as templates show them."""
	record = with_decimals(mapped.as_dict())
	taxes = get_taxes(with_decimals(tax) for tax in record["taxes"])
	lines = [with_decimals(line) for line in record["items"]]
	return {
		"lines": [get_line(frappe._dict(line)) for line in lines],
		"currency": record["currency"],
		"totals": totals.get_rows(record, taxes, _),
		"total": totals.get_total(record),
	}


def get_content(quotation: Mapping, mapped) -> dict:
	"""What a buyer agrees to: the part of the signed content that does not depend on who signs.

	:param quotation: the guard's record, for its date and terms.
	"""
	record = with_decimals(mapped.as_dict())
	return {
		"quotation": quotation["name"],
		"quotation_date": quotation["transaction_date"],
		"company": record["company"],
		# of who is a customer with this order, what the quotation says: there is no other name yet when it is shown
		"customer": quotation["party_name"],
		"customer_name": record["customer_name"]
		if quotation["quotation_to"] == "Customer"
		else quotation["customer_name"],
		"currency": record["currency"],
		"lines": [
			{
				"item": line["item_code"],
				"name": line["item_name"],
				"description": get_plain_text(line["description"]),
				"quantity": line["qty"],
				"unit": line["uom"],
				"rate": line["rate"],
				"amount": line["amount"],
			}
			for line in map(with_decimals, record["items"])
		],
		"taxes": [
			{"label": tax["label"], "amount": tax["tax_amount"]}
			for tax in get_taxes(with_decimals(tax) for tax in record["taxes"])
		],
		"net_total": record["net_total"],
		"total": totals.get_total(record),
		"terms": get_plain_text(str(get_safe_html(quotation["terms"]) or "")),
	}


def get_seal(content: Mapping) -> str:
	"""The digest that a page carries of what it shows; what comes back with the form must still be the same."""
	return get_digest(to_canonical_text(content))
