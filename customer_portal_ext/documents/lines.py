"""What every sales document is made of: its lines, its taxes and charges, its instalments. A statement each."""

from collections.abc import Mapping

import frappe
from frappe import _

from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.text import get_plain_text

DESCRIPTION_LENGTH = 160
DESCRIPTION_LINES = 4

TAX_FIELDS = (
	"description",
	"charge_type",
	"rate",
	"included_in_print_rate",
	"tax_amount",
	"tax_amount_after_discount_amount",
)
INSTALMENT_FIELDS = (
	"description",
	"due_date",
	"invoice_portion",
	"payment_amount",
	"base_payment_amount",
	"discount_date",
	"discount_type",
	"discount",
)


def get_children(doctype: str, fields: tuple[str, ...], parenttype: str, name: str) -> list[dict]:
	"""The rows of a document's child table in order, with these fields. One statement."""
	table = frappe.qb.DocType(doctype)
	rows = (
		frappe.qb.from_(table)
		.select(*(table[field] for field in fields))
		.where((table.parent == name) & (table.parenttype == parenttype))
		.orderby(table.idx)
	).run(as_dict=True)
	return [with_decimals(row) for row in rows]


def get_line(line: Mapping) -> dict:
	"""A line as it is shown: texts without markup, and no description that only repeats the name."""
	name = get_plain_text(line["item_name"]) or line["item_code"] or ""
	description = get_plain_text(line["description"])
	if description.casefold() in (name.casefold(), (line["item_code"] or "").casefold()):
		description = ""
	lead, rest = split_description(description)
	code = line["item_code"] if line["item_code"] != name else None
	return {
		"name": name or description.partition("\n")[0],
		"code": code,
		"customer_code": line["customer_item_code"],
		"lead": lead,
		"rest": rest,
		"quantity": line["qty"],
		"unit": line["uom"],
		"rate": line["rate"],
		"amount": line["amount"],
		"discount_percentage": line["discount_percentage"],
		"discount_amount": line["discount_amount"],
		"is_free": bool(line["is_free_item"]),
		"service_from": line.get("service_start_date"),
		"service_to": line.get("service_end_date"),
	}


def split_description(description: str) -> tuple[str, str]:
	"""What of a long description shows at once, and what only when asked for; a short one has no rest."""
	if len(description) <= DESCRIPTION_LENGTH and description.count("\n") < DESCRIPTION_LINES:
		return description, ""
	lead = "\n".join(description.split("\n")[:DESCRIPTION_LINES])[:DESCRIPTION_LENGTH]
	if len(description) > len(lead) and not description[len(lead)].isspace():
		# to the last whole word, unless the text has no spaces, as in Chinese
		lead = lead[: lead.rfind(" ")] if " " in lead else lead
	return lead.rstrip(), description[len(lead) :].strip()


def get_taxes(parenttype: str, name: str) -> list[dict]:
	"""The tax and charge rows in order, each with a `label`. One statement."""
	taxes = get_children("Sales Taxes and Charges", TAX_FIELDS, parenttype, name)
	for tax in taxes:
		label = " ".join(get_plain_text(tax["description"]).split("\n")) or _("Tax")
		rate = tax["rate"]
		has_rate = rate and tax["charge_type"] != "Actual" and "%" not in label
		tax["label"] = f"{label} ({rate.normalize():f}%)" if has_rate else label
	return [tax for tax in taxes if tax["tax_amount"] or tax["tax_amount_after_discount_amount"]]


def get_instalments(parenttype: str, name: str) -> list[dict]:
	"""The instalments as they stand on the document: `due_date`, both amounts, `portion`, `description`, `discount_offer`."""
	return [
		{
			**row,
			"portion": row["invoice_portion"],
			"description": get_plain_text(row["description"]),
			"discount_offer": get_discount_offer(row),
		}
		for row in get_children("Payment Schedule", INSTALMENT_FIELDS, parenttype, name)
	]


def get_discount_offer(instalment: Mapping) -> dict | None:
	"""What is taken off for paying early: `{until, percentage | amount}`."""
	if not instalment["discount"] or not instalment["discount_date"]:
		return None
	is_percentage = instalment["discount_type"] == "Percentage"
	return {
		"until": instalment["discount_date"],
		"percentage": instalment["discount"] if is_percentage else None,
		"amount": None if is_percentage else instalment["discount"],
	}
