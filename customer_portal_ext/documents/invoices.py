"""One invoice or credit note, with all that its page shows."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import frappe
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import related, settlements, statuses, totals
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.kinds import KINDS, Kind, scope
from customer_portal_ext.documents.text import get_lines, get_plain_text, get_safe_html
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.web import urls
from customer_portal_ext.web.words import _

LINE_FIELDS = (
	"idx",
	"item_code",
	"item_name",
	"customer_item_code",
	"description",
	"qty",
	"uom",
	"rate",
	"amount",
	"discount_percentage",
	"discount_amount",
	"is_free_item",
	"service_start_date",
	"service_end_date",
	"sales_order",
	"delivery_note",
)
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


@frappe.read_only()
def get_page(visitor: Visitor, kind_key: str, record: dict) -> dict:
	"""The context of pages/document.html for a record that the guard has checked. At most nine statements."""
	kind = KINDS[kind_key]
	record = with_decimals(record)
	today = getdate()
	lines = get_lines_of(record["name"])
	taxes = get_taxes(record["name"])
	outstanding = record["outstanding_amount"]
	settled = totals.get_total_in_account_currency(record) - outstanding
	schedule = [] if record["is_return"] else get_schedule(record, settled)
	settled_by = settlements.get_settlements(visitor, record)
	return {
		"kind": kind.key,
		"kind_label": str(kind.label),
		"title": get_title(kind.key, record["posting_date"]),
		"name": record["name"],
		"list": {"label": str(kind.label_plural), "url": urls.list_url(urls.SEGMENTS[kind.key])},
		"date": record["posting_date"],
		"due_date": None if record["is_return"] else record["due_date"],
		"status": get_status(kind, visitor, record, schedule, settled, today),
		"currency": record["currency"],
		"account_currency": record["party_account_currency"] or record["currency"],
		"total": totals.get_total(record),
		"outstanding": outstanding,
		"is_credit": bool(record["is_return"]),
		"in_words": record["in_words"],
		"lines": [get_line(line) for line in lines],
		"totals": totals.get_rows(record, taxes, _),
		"settlements": settled_by,
		"settled_sums": get_settled_sums(record, settled),
		# a single instalment says no more than the due date
		"schedule": [
			{**row, "status": describe_instalment(row, today)} for row in schedule if len(schedule) > 1
		],
		"discount_terms": [row["discount_offer"] for row in schedule if row["discount_offer"]],
		"facts": get_facts(record),
		"addresses": get_addresses(record),
		"terms": get_safe_html(record["terms"]),
		"related": related.get_related(visitor, record, lines),
		"neighbours": related.get_neighbours(kind, visitor, record),
		"pdf_url": urls.download_url(kind.key, record["name"]),
	}


def get_status(
	kind: Kind, visitor: Visitor, record: dict, schedule: list[dict], settled: Decimal, today: date
) -> dict:
	"""The state in words, decided by the same SQL term as in the lists. One statement."""
	table = kind.table
	term = kind.columns(table, today)["status"]
	found = (
		frappe.qb.from_(table)
		.select(term.as_("status"))
		.where(scope(kind, table, visitor.customers) & (table.name == record["name"]))
	).run()
	overdue_from = statuses.get_overdue_from(schedule, settled, record["due_date"], today)
	return statuses.describe(found[0][0], _, overdue_from, today)


def get_lines_of(name: str) -> list[dict]:
	"""The invoice's lines in order. One statement."""
	return get_children("Sales Invoice Item", LINE_FIELDS, name)


def get_children(doctype: str, fields: tuple[str, ...], name: str) -> list[dict]:
	table = frappe.qb.DocType(doctype)
	rows = (
		frappe.qb.from_(table)
		.select(*(table[field] for field in fields))
		.where((table.parent == name) & (table.parenttype == "Sales Invoice"))
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
		"service_from": line["service_start_date"],
		"service_to": line["service_end_date"],
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


def get_taxes(name: str) -> list[dict]:
	"""The tax and charge rows in order, each with a `label`. One statement."""
	taxes = get_children("Sales Taxes and Charges", TAX_FIELDS, name)
	for tax in taxes:
		label = " ".join(get_plain_text(tax["description"]).split("\n")) or _("Tax")
		rate = tax["rate"]
		has_rate = rate and tax["charge_type"] != "Actual" and "%" not in label
		tax["label"] = f"{label} ({rate.normalize():f}%)" if has_rate else label
	return [tax for tax in taxes if tax["tax_amount"] or tax["tax_amount_after_discount_amount"]]


def get_schedule(record: Mapping, settled: Decimal) -> list[dict]:
	"""The instalments with what is open of each, in the account's currency. One statement, none at the point of sale."""
	if record["is_pos"]:
		return []
	same_currency = record["party_account_currency"] in (record["currency"], None, "")
	field = "payment_amount" if same_currency else "base_payment_amount"
	rows = get_children("Payment Schedule", INSTALMENT_FIELDS, record["name"])
	return statuses.spread_over_instalments(
		[
			{
				"due_date": row["due_date"],
				"amount": row[field],
				"portion": row["invoice_portion"],
				"description": get_plain_text(row["description"]),
				"discount_offer": get_discount_offer(row),
			}
			for row in rows
		],
		settled,
	)


def describe_instalment(instalment: Mapping, today: date) -> dict:
	if not instalment["open"]:
		return statuses.describe("paid", _)
	if instalment["due_date"] < today:
		return statuses.describe("overdue", _, instalment["due_date"], today)
	return statuses.describe("partly_paid" if instalment["open"] < instalment["amount"] else "unpaid", _)


def get_settled_sums(record: Mapping, settled: Decimal) -> list[dict]:
	"""`[{"label", "amount"}]` in the account's currency, from the total to what is open. The total itself comes first
	where the invoice is in another currency."""
	total = totals.get_total_in_account_currency(record)
	sums = []
	if record["party_account_currency"] not in (record["currency"], None, ""):
		sums.append({"label": _("Total in {0}").format(record["party_account_currency"]), "amount": total})
	if settled and record["is_return"]:
		sums.append({"label": _("Used"), "amount": -settled})
	elif settled:
		sums.append({"label": _("Paid and credited"), "amount": -settled})
	return sums


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


def get_facts(record: Mapping) -> list[dict]:
	"""`[{"label", "value" | "date"}]`: what identifies the document beside its number."""
	facts = [
		{"label": _("Your order"), "value": record["po_no"], "date": None},
		{
			"label": _("Your order's date"),
			"value": None,
			"date": record["po_date"] if record["po_no"] else None,
		},
		{"label": _("Company"), "value": record["company"], "date": None},
		{"label": _("Contact"), "value": get_plain_text(record["contact_display"]), "date": None},
		{"label": _("Your tax number"), "value": record["tax_id"], "date": None},
		{"label": _("Our tax number"), "value": record["company_tax_id"], "date": None},
		{
			"label": _("Delivery terms"),
			"value": " ".join(filter(None, (record["incoterm"], record["named_place"]))),
			"date": None,
		},
		{"label": _("Service from"), "value": None, "date": record["from_date"]},
		{"label": _("Service until"), "value": None, "date": record["to_date"]},
	]
	return [fact for fact in facts if fact["value"] or fact["date"]]


def get_addresses(record: Mapping) -> list[dict]:
	"""`[{"label", "lines"}]`, as they were when the document was made; one for both when they are the same."""
	billing, shipping = get_lines(record["address_display"]), get_lines(record["shipping_address"])
	if billing and billing == shipping:
		addresses = [(_("Billing and shipping address"), billing)]
	else:
		addresses = [(_("Billing address"), billing), (_("Shipping address"), shipping)]
	addresses.append((_("From"), get_lines(record["company_address_display"])))
	return [{"label": label, "lines": lines} for label, lines in addresses if lines]
