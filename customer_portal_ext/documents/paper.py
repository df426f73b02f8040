"""What a document says on paper, with nothing on it that a customer may not see: the context of templates/portal/pdf.

Figures are those of the document's page. Texts, and lines that ERPNext groups for printing, are those of the document as it is
being printed: its fields are cleaned by then (documents/printed_fields.py).
"""

from collections.abc import Mapping
from unicodedata import bidirectional

import frappe
from frappe.utils import getdate
from markupsafe import Markup, escape

from customer_portal_ext.account.contacts import get_recipient
from customer_portal_ext.base import company_logo, rich_text
from customer_portal_ext.base.company import get_address, get_company
from customer_portal_ext.base.picture_data import as_data_uri
from customer_portal_ext.documents import invoices, lines, payments, sales_documents, totals
from customer_portal_ext.documents.decimals import to_decimal, with_decimals
from customer_portal_ext.documents.facts import get_known
from customer_portal_ext.documents.kinds import CREDIT_NOTE, DELIVERY, INVOICE, KINDS, ORDER, PAYMENT, Kind
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.documents.text import get_lines, get_plain_text
from customer_portal_ext.payments.bank_transfer import printing as bank_transfer
from customer_portal_ext.web.formats import get_direction
from customer_portal_ext.web.words import _

NUMBERS = frozenset("qty rate amount discount_percentage discount_amount".split())


def get_kind(document) -> Kind:
	"""Which of the portal's kinds a document is; a KeyError where it is none."""
	if document.doctype == INVOICE.doctype:
		return CREDIT_NOTE if document.is_return else INVOICE
	return next(kind for kind in KINDS.values() if kind.doctype == document.doctype)


def get_context(document) -> dict:
	"""All that the templates show, but for the letter head and the address on the portal."""
	kind = get_kind(document)
	record = with_decimals(frappe.db.get_value(kind.doctype, document.name, list(kind.fields), as_dict=True))
	describe = describe_payment if kind is PAYMENT else describe_sales_document
	return {
		"lang": frappe.local.lang,
		"dir": get_direction(frappe.local.lang),
		"kind": kind.key,
		"name": document.name,
		"seller": get_seller(record["company"], record.get("company_address_display"), record),
		**describe(kind, document, record),
	}


def get_seller(company: str, address: str | None = None, record: Mapping | None = None) -> dict:
	"""`{"name", "address" (lines), "contact" (lines), "tax_id", "logo" (a data URI or None)}`."""
	found = get_company(company)
	logo = found["logo"] and company_logo.read(found["logo"])
	return {
		"name": found["name"],
		"address": get_address_lines(address or get_address(company)),
		"contact": found["lines"],
		"tax_id": (record or {}).get("company_tax_id") or found["tax_id"],
		"logo": as_data_uri(*logo) if logo else None,
	}


def get_address_lines(address: str | None) -> list[str]:
	"""Without the comma that ERPNext's templates leave after a city where there is no state."""
	return [line.rstrip(" ,") for line in get_lines(address)]


def describe_sales_document(kind: Kind, document, record: dict) -> dict:
	is_reversed = bool(record.get("is_return"))
	billing, shipping = map(get_address_lines, (record["address_display"], record["shipping_address"]))
	return {
		"heading": get_heading(kind, document, is_reversed),
		"date": record[kind.date_field],
		"buyer": {
			"name": record["customer_name"] or record[kind.customer_field],
			"address": billing,
			"contact": get_plain_text(record["contact_display"]),
			"tax_id": record.get("tax_id"),
		},
		"ship_to": shipping if shipping != billing else [],
		"facts": get_facts(kind, record),
		"has_prices": kind is not DELIVERY,
		"currency": record["currency"],
		"lines": [get_line(kind, row) for row in document.items],
		"in_words": record["in_words"] if kind is not DELIVERY else None,
		"totals": totals.get_rows(record, get_taxes(document), _) if kind is not DELIVERY else [],
		"notes": get_plain_text(record.get("instructions")),
		"terms": get_text(document.terms),
		**get_payment(kind, document, record),
	}


def get_heading(kind: Kind, document, is_reversed: bool) -> str:
	"""The title that staff chose for this one, else what it is."""
	chosen = document.get("select_print_heading")
	return _(chosen) if chosen else _("Return") if kind is DELIVERY and is_reversed else str(kind.label)


def get_facts(kind: Kind, record: Mapping) -> list[dict]:
	"""What identifies the document beside its number and date; `[{"label", "value" | "date"}]`."""
	po_no = record.get("po_no")
	reversed_label = _("Delivery") if kind is DELIVERY else _("Invoice")
	return get_known(
		[
			{"label": label, "value": record.get(value) if value else None, "date": day}
			for label, value, day in (
				(reversed_label, "return_against", None),
				(_("Valid until"), None, record.get("valid_till")),
				(_("Expected"), None, record.get("delivery_date")),
				(_("Your order"), "po_no", None),
				(_("Your order's date"), None, record.get("po_date") if po_no else None),
				(_("In the hands of"), "transporter_name", None),
				(_("Tracking number"), "lr_no", None),
				(_("Vehicle"), "vehicle_no", None),
				(_("Service from"), None, record.get("from_date")),
				(_("Service until"), None, record.get("to_date")),
			)
		]
		+ [
			{
				"label": _("Delivery terms"),
				"value": " ".join(filter(None, (record["incoterm"], record["named_place"]))),
				"date": None,
			}
		]
	)


def get_line(kind: Kind, row) -> dict:
	"""A line as its page shows it, with the whole description, as `description`."""
	values = {field: row.get(field) for field in lines.LINE_FIELDS}
	values |= {field: to_decimal(values[field]) for field in NUMBERS}
	line = lines.get_line(values)
	is_delivery = kind is DELIVERY
	return line | {
		"quantity": abs(line["quantity"]) if is_delivery else line["quantity"],
		"description": get_text(row.description) if line["lead"] else None,
		"is_alternative": bool(row.get("is_alternative")),
		"expected": row.get("delivery_date") if kind is ORDER else None,
		"batch": row.get("batch_no"),
		"serial_numbers": (row.get("serial_no") or "").split(),
		"service_from": row.get("service_start_date"),
		"service_to": row.get("service_end_date"),
	}


def get_taxes(document) -> list[dict]:
	rows = [
		with_decimals({field: row.get(field) for field in lines.TAX_FIELDS})
		for row in document.get("taxes") or ()
	]
	return lines.get_taxes(rows)


def get_text(text: str | None) -> Markup | None:
	"""A rich text that was cleaned for this print, or the lines of a plain one, in its own direction; None where there is
	nothing to see."""
	plain = get_plain_text(text)
	if not plain and "<img" not in (text or ""):
		return None
	if rich_text.has_markup(text):
		shown = Markup(text)
	else:
		shown = Markup("<br>").join(escape(line) for line in text.splitlines() if line.strip())
	return Markup('<div dir="{}">{}</div>').format(get_text_direction(plain), shown)


def get_text_direction(text: str) -> str:
	"""That of the first letter: WeasyPrint knows no ``dir="auto"``."""
	strong = (bidirectional(character) for character in text)
	first = next((found for found in strong if found in ("L", "R", "AL")), None)
	return {"L": "ltr", None: get_direction(frappe.local.lang)}.get(first, "rtl")


def get_payment(kind: Kind, document, record: dict) -> dict:
	"""What is to be paid when, what is paid and open, and how to pay it."""
	rows = [
		lines.get_instalment(
			with_decimals({"idx": row.idx} | {field: row.get(field) for field in lines.INSTALMENT_FIELDS})
		)
		for row in document.get("payment_schedule") or ()
	]
	if kind is INVOICE or kind is CREDIT_NOTE:
		return get_invoice_payment(kind, document, record, rows)
	return {
		"account_currency": record["currency"],
		"due_date": None,
		"outstanding": None,
		"settled_sums": [],
		"schedule": [{**row, "amount": row["payment_amount"], "open": None} for row in rows],
		"discount_offers": [
			offer for row in rows if (offer := sales_documents.get_discount_offer(record, row, getdate()))
		],
		"transfer": None,
	}


def get_invoice_payment(kind: Kind, document, record: dict, instalments: list[dict]) -> dict:
	account_currency = record["party_account_currency"] or record["currency"]
	outstanding = as_shown(record["outstanding_amount"], account_currency)
	is_submitted = document.docstatus == 1
	state = (
		invoices.get_state(kind, (record["customer"],), record, getdate())
		if is_submitted
		else {"credited": to_decimal(0), "due_date": None}
	)
	schedule = invoices.with_discount_offers(
		record,
		[] if record["is_return"] else invoices.get_schedule(record, instalments, state["credited"]),
		getdate(),
	)
	settled = totals.get_total_in_account_currency(record) - outstanding
	due_date = state["due_date"] if outstanding > 0 else None
	return {
		"account_currency": account_currency,
		"due_date": None
		if record["is_return"] or record["is_pos"]
		else due_date or invoices.get_last_due(record, schedule),
		"outstanding": outstanding,
		"settled_sums": invoices.get_settled_sums(record, settled) if is_submitted else [],
		"schedule": schedule,
		"discount_offers": [row["discount_offer"] for row in schedule if row["discount_offer"]],
		"transfer": Markup(bank_transfer.get_html(record)) if is_submitted else None,
	}


def describe_payment(kind: Kind, document, record: dict) -> dict:
	paid = payments.get_paid(record)
	recipient = get_recipient(record["party"])
	return {
		**paid,
		"heading": _("Refund") if paid["is_refund"] else str(kind.label),
		"date": record["posting_date"],
		"buyer": {
			"name": record["party_name"] or recipient["customer_name"],
			"address": [line.rstrip(" ,") for line in recipient["address"]],
			"contact": None,
			"tax_id": recipient["tax_id"],
		},
		"facts": payments.get_facts(record),
		"allocations": payments.get_allocations(None, document.name, paid["is_refund"]),
	}
