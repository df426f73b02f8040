"""What every sales document is made of: its lines, its taxes and charges, its instalments, all in one statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import frappe

from customer_portal_ext.documents import early_payment, together
from customer_portal_ext.documents.text import get_plain_text
from customer_portal_ext.web.words import _

DESCRIPTION_LENGTH = 160
DESCRIPTION_LINES = 4

# what get_line needs of a line, and its own name
LINE_FIELDS = (
	*("name", "idx", "item_code", "item_name", "customer_item_code", "description"),
	*("qty", "uom", "rate", "amount", "discount_percentage", "discount_amount", "is_free_item"),
)
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
	"payment_term",
	"invoice_portion",
	"payment_amount",
	"base_payment_amount",
	"paid_amount",
	*early_payment.FIELDS,
)


@dataclass(frozen=True)
class Parts:
	"""The rows of a document's child tables, in order, and what was asked for beside them."""

	lines: list[dict]
	taxes: list[dict]
	instalments: list[dict]
	more: dict[str, list[dict]]


def get_parts(
	doctype: str, name: str, line_fields: Iterable[str], more: Mapping[str, together.Part] | None = None
) -> Parts:
	"""A document's lines with these fields, its taxes, each with a `label`, and its instalments. One statement."""
	children = together.fetch(
		{
			"lines": get_child_part(f"{doctype} Item", line_fields, doctype, name),
			"taxes": get_child_part("Sales Taxes and Charges", TAX_FIELDS, doctype, name),
			"instalments": get_child_part("Payment Schedule", INSTALMENT_FIELDS, doctype, name),
			**(more or {}),
		}
	)
	return Parts(
		lines=in_order(children["lines"]),
		taxes=get_taxes(in_order(children["taxes"])),
		instalments=[get_instalment(row) for row in in_order(children["instalments"])],
		more={key: children[key] for key in more or {}},
	)


def get_child_part(doctype: str, fields: Iterable[str], parenttype: str, name: str) -> together.Part:
	"""The rows of a document's child table, with these fields and `idx`."""
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).where((table.parent == name) & (table.parenttype == parenttype))
	return query, {field: table[field] for field in ("idx", *fields)}


def in_order(rows: Iterable[dict]) -> list[dict]:
	return sorted(rows, key=lambda row: row["idx"])


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
		"unit": _(line["uom"]) if line["uom"] else "",
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


def get_taxes(taxes: Iterable[dict]) -> list[dict]:
	"""The tax and charge rows that change the sum, each with a `label`."""
	taxes = list(taxes)
	for tax in taxes:
		label = " ".join(get_plain_text(tax["description"]).split("\n")) or _("Tax")
		rate = tax["rate"]
		has_rate = rate and tax["charge_type"] != "Actual" and "%" not in label
		tax["label"] = f"{label} ({rate.normalize():f}%)" if has_rate else label
	return [tax for tax in taxes if tax["tax_amount"] or tax["tax_amount_after_discount_amount"]]


def get_instalment(row: Mapping) -> dict:
	"""An instalment as it stands on the document: `due_date`, both amounts, `portion`, `description`, the terms of a discount."""
	return {
		**row,
		"portion": row["invoice_portion"],
		"description": get_plain_text(row["description"]),
	}
