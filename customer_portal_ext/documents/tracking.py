"""Who carries a delivery and where it can be followed: from the Delivery Note itself, and from ERPNext's Shipments."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import frappe

from customer_portal_ext.documents.facts import get_known
from customer_portal_ext.documents.text import get_plain_text
from customer_portal_ext.web.words import _

# shipping apps put bare addresses, several of them, or whole HTML links into the field
ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
LONGEST_ADDRESS = 2000


def get_consignments(record: Mapping) -> list[dict]:
	"""`[{"carrier", "number", "links": [{"url", "host"}], "status": {text, tone} | None, "facts"}]`. One statement.

	What the Delivery Note says comes first, then each submitted Shipment, the newest first.
	"""
	consignments = [get_own_consignment(record)] if has_own_consignment(record) else []
	return consignments + [get_consignment(row) for row in get_shipments(record["name"])]


def has_own_consignment(record: Mapping) -> bool:
	return any(record[field] for field in ("transporter_name", "lr_no", "vehicle_no"))


def get_own_consignment(record: Mapping) -> dict:
	return {
		"carrier": record["transporter_name"],
		"number": record["lr_no"],
		"links": [],
		"status": None,
		"facts": get_known(
			[
				# ERPNext fills in the day a note was made, also where there is no number it could be the date of
				{
					"label": _("Handed over on"),
					"value": None,
					"date": record["lr_date"] if record["lr_no"] else None,
				},
				{"label": _("Vehicle"), "value": record["vehicle_no"], "date": None},
			]
		),
	}


def get_shipments(delivery: str) -> list[dict]:
	shipment = frappe.qb.DocType("Shipment")
	content = frappe.qb.DocType("Shipment Delivery Note")
	return (
		frappe.qb.from_(content)
		.inner_join(shipment)
		.on((shipment.name == content.parent) & (shipment.docstatus == 1))
		.select(
			shipment.name,
			shipment.carrier,
			shipment.carrier_service,
			shipment.service_provider,
			shipment.awb_number,
			shipment.tracking_url,
			shipment.tracking_status,
			shipment.tracking_status_info,
			shipment.pickup_date,
		)
		.distinct()
		.where(content.delivery_note == delivery)
		.orderby(shipment.creation, order=frappe.qb.desc)
		.limit(20)
	).run(as_dict=True)


def get_consignment(shipment: Mapping) -> dict:
	return {
		"carrier": shipment["carrier"] or shipment["service_provider"],
		"number": shipment["awb_number"],
		"links": get_links(shipment["tracking_url"]),
		"status": describe(shipment["tracking_status"]),
		"facts": get_known(
			[
				{"label": _("Service"), "value": shipment["carrier_service"], "date": None},
				{"label": _("Picked up on"), "value": None, "date": shipment["pickup_date"]},
				{
					"label": _("Last news"),
					"value": " ".join(get_plain_text(shipment["tracking_status_info"]).split()),
					"date": None,
				},
			]
		),
	}


def describe(tracking_status: str | None) -> dict | None:
	return {
		"In Progress": {"text": _("On its way"), "tone": "info"},
		"Delivered": {"text": _("Delivered"), "tone": "ok"},
		"Returned": {"text": _("Returned"), "tone": "muted"},
		"Lost": {"text": _("Lost on the way"), "tone": "bad"},
	}.get(tracking_status or "")


def get_links(text: str | None) -> list[dict]:
	"""`[{"url", "host"}]`: the addresses in a text that a visitor may be sent to, each with where it leads, in plain text.

	Only http and https with a host; none that names a user, which is how an address is made to look like another's.
	"""
	links: dict[str, dict] = {}
	for url in ADDRESS.findall(text or ""):
		url = url.rstrip(".,;:!?)]}")
		try:
			parts = urlsplit(url)
			host = parts.hostname
			_port = parts.port
		except ValueError:
			continue
		if host and len(url) <= LONGEST_ADDRESS and "@" not in parts.netloc:
			links[url] = {"url": url, "host": host}
	return list(links.values())
