"""Who and what a document names beside its figures."""

from collections.abc import Mapping

from customer_portal_ext.documents.text import get_lines, get_plain_text
from customer_portal_ext.web.words import _


def get_facts(record: Mapping) -> list[dict]:
	"""`[{"label", "value" | "date"}]`: what identifies the document beside its number; not every kind has all of it."""
	po_no = record.get("po_no")
	facts = [
		{"label": _("Your order"), "value": po_no, "date": None},
		{"label": _("Your order's date"), "value": None, "date": record.get("po_date") if po_no else None},
		{"label": _("Company"), "value": record["company"], "date": None},
		{"label": _("Contact"), "value": get_plain_text(record["contact_display"]), "date": None},
		{"label": _("Your tax number"), "value": record.get("tax_id"), "date": None},
		{"label": _("Our tax number"), "value": record.get("company_tax_id"), "date": None},
		{
			"label": _("Delivery terms"),
			"value": " ".join(filter(None, (record["incoterm"], record["named_place"]))),
			"date": None,
		},
		{"label": _("Service from"), "value": None, "date": record.get("from_date")},
		{"label": _("Service until"), "value": None, "date": record.get("to_date")},
	]
	return get_known(facts)


def get_known(facts: list[dict]) -> list[dict]:
	"""Those facts that say something."""
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
