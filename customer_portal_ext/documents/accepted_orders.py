"""Orders that a customer placed by accepting a quotation, and that staff have not submitted yet: drafts in ERPNext, "Being
checked" on the portal.

A draft is what staff are typing: lines they consider, prices they try. The customer sees what was accepted instead, as it
was signed and is kept with the acceptance (Portal Quotation Response); of the draft itself no more than its number, its
day and its company. It is theirs only while that acceptance stands, and both name the same customer.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from types import SimpleNamespace

import frappe
from frappe.utils import getdate
from markupsafe import escape
from pypika import CustomFunction
from pypika.queries import Table
from pypika.terms import Criterion, ExistsCriterion, LiteralValue, Term

from customer_portal_ext.documents import totals
from customer_portal_ext.documents.lines import get_line
from customer_portal_ext.documents.row_limits import Condition
from customer_portal_ext.web import quotation_urls
from customer_portal_ext.web.words import _

DOCTYPE = "Portal Quotation Response"
JsonExtract = CustomFunction("JSON_EXTRACT", ["document", "first", "second", "third"])
NUMBER = "DECIMAL(21,9)"
# The acceptance that stands for an order. Written as text: a list has it in several columns, and pypika writes slowly.
STANDING = (
	f"from `tab{DOCTYPE}` `acceptance` where `acceptance`.`sales_order` = {{order}}.`name`"
	" and `acceptance`.`answer` = 'Accepted' and `acceptance`.`answer_key` = `acceptance`.`quotation`"
	" and `acceptance`.`customer` = {order}.`customer`"
)


def is_being_checked(order: Table) -> Criterion:
	"""SQL: whether a draft is such an order."""
	return Condition(f"exists(select 1 {_of(order)})")


def is_accepted(quotation: Table) -> Criterion:
	"""SQL: whether a quotation has an acceptance that stands."""
	name = f"`{quotation.get_table_name()}`.`name`"
	return Condition(
		f"exists(select 1 from `tab{DOCTYPE}` `acceptance`"
		f" where `acceptance`.`answer_key` = {name} and `acceptance`.`answer` = 'Accepted')"
	)


def columns(order: Table) -> dict[str, Term]:
	"""SQL: what a list shows of such an order that is not its own: ``po_no, amount, currency``."""
	wanted = {
		"po_no": "nullif(`acceptance`.`po_no`, '')",
		"amount": f"cast(json_value(`acceptance`.`signed_content`, '$.total') as {NUMBER})",
		"currency": "json_value(`acceptance`.`signed_content`, '$.currency')",
	}
	return {name: LiteralValue(f"(select {column} {_of(order)})") for name, column in wanted.items()}


def contains(order: Table, pattern: Term) -> Criterion:
	"""SQL: whether what was accepted names the pattern, in an item or as the purchase order's number."""
	acceptance = frappe.qb.DocType(DOCTYPE)
	items = JsonExtract(
		acceptance.signed_content, "$.lines[*].item", "$.lines[*].name", "$.lines[*].description"
	)
	return ExistsCriterion(
		frappe.qb.from_(acceptance)
		.select(acceptance.name)
		.where((acceptance.sales_order == order.name) & (acceptance.answer == "Accepted"))
		.where(acceptance.po_no.like(pattern) | items.like(pattern))
	)


def get(order: str) -> SimpleNamespace:
	"""What was accepted: ``quotation, signer_name, answered_on, po_no, signed_url | None``, and ``content`` as it was signed.
	One statement. The guard has found the order, so it is there."""
	row = frappe.db.get_value(
		DOCTYPE,
		{"sales_order": order, "answer": "Accepted", "answer_key": ("is", "set")},
		["quotation", "signer_name", "answered_on", "po_no", "signed_pdf", "signed_content"],
		as_dict=True,
	)
	return SimpleNamespace(
		quotation=row.quotation,
		signer_name=row.signer_name,
		answered_on=row.answered_on,
		po_no=row.po_no,
		signed_url=quotation_urls.signed_pdf_url(row.quotation) if row.signed_pdf else None,
		content=json.loads(row.signed_content, parse_float=Decimal),
	)


def get_record(record: Mapping, accepted: SimpleNamespace) -> dict:
	"""The order's row with nothing in it that staff may be typing: what was accepted in the place of that, or nothing."""
	content = accepted.content
	return dict.fromkeys(record) | {
		"name": record["name"],
		"company": record["company"],
		"transaction_date": getdate(record["transaction_date"]),
		"po_no": accepted.po_no,
		"shipping_address": "<br>".join(str(escape(line)) for line in content["delivery_address"]),
		"terms": "".join(f"<p>{escape(line)}</p>" for line in content["terms"].splitlines()),
	}


def get_lines(content: Mapping) -> list[dict]:
	"""The lines that were accepted, as every document's are shown."""
	return [
		get_line(
			{
				"item_code": line["item"],
				"item_name": str(escape(line["name"] or "")),
				"description": str(escape(line["description"] or "")),
				"customer_item_code": None,
				"qty": Decimal(line["quantity"]),
				"uom": line["unit"],
				"rate": Decimal(line["rate"]),
				"amount": Decimal(line["amount"]),
				"discount_percentage": Decimal(0),
				"discount_amount": Decimal(0),
				"is_free_item": 0,
			}
		)
		for line in content["lines"]
	]


def get_sums(content: Mapping) -> dict:
	"""What was accepted asks for, as ``sales_documents.get_sums`` says it."""
	total = Decimal(content["total"])
	taxes = [{"label": tax["label"], "amount": Decimal(tax["amount"])} for tax in content["taxes"]]
	return {
		"currency": content["currency"],
		"total": total,
		"in_words": "",
		"totals": totals.get_signed_rows(Decimal(content["net_total"]), taxes, total, _),
		"instalments": [],
	}


def _of(order: Table) -> str:
	return STANDING.format(order=f"`{order.get_table_name()}`")
