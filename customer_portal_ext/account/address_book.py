"""The addresses of a customer: ERPNext's own Address records, linked to the customer and to nobody else."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.account import countries, fields, limits, linked
from customer_portal_ext.account.address_formats import AddressFormat, fits, get_city_line, get_format
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.web.words import _, _lt

DOCTYPE = "Address"
# the kinds of ERPNext's Address that a customer has a use for
TYPES = ("Billing", "Shipping", "Office", "Warehouse", "Shop", "Plant", "Other")
DEFAULTS = {"billing": "is_primary_address", "shipping": "is_shipping_address"}
COLUMNS = (
	"name",
	"address_title",
	"address_type",
	"address_line1",
	"address_line2",
	"city",
	"county",
	"state",
	"pincode",
	"country",
	"phone",
	"email_id",
	"is_primary_address",
	"is_shipping_address",
)
FORM_FIELDS = (
	"address_title",
	"address_type",
	"address_line1",
	"address_line2",
	"city",
	"state",
	"pincode",
	"country",
	"phone",
	"email_id",
)
LABELS = {
	"address_title": _lt("Company or person"),
	"address_type": _lt("Type"),
	"address_line1": _lt("Street and number"),
	"address_line2": _lt("Floor, building, department"),
	"city": _lt("City"),
	"country": _lt("Country"),
	"phone": _lt("Phone"),
	"email_id": _lt("E-mail address"),
}
REGIONS = {
	"Region": _lt("Region"),
	"State": _lt("State"),
	"Province": _lt("Province"),
	"County": _lt("County"),
	"Prefecture": _lt("Prefecture"),
	"Department": _lt("Department"),
	"District": _lt("District"),
	"Emirate": _lt("Emirate"),
	"Governorate": _lt("Governorate"),
}
POSTCODES = {
	"Postcode": _lt("Postcode"),
	"Postal code": _lt("Postal code"),
	"ZIP code": _lt("ZIP code"),
	"PIN code": _lt("PIN code"),
	"Eircode": _lt("Eircode"),
}
LONGEST = {"address_title": 100, "address_line1": 240, "address_line2": 240}


def get_list(customer: str) -> list[dict]:
	"""The customer's addresses that are in use, the default ones first. Two statements, however many there are.

	``[{**COLUMNS, "lines", "is_billing", "is_shipping", "is_own"}]``: ``lines`` as the country writes them.
	"""
	rows = select(customer, limits.MOST_ADDRESSES)
	shared = linked.get_shared(DOCTYPE, customer, [row.name for row in rows])
	return [describe(row, row.name not in shared) for row in rows]


def select(customer: str, limit: int, name: str | None = None) -> list[dict]:
	"""COLUMNS and the country's code of the addresses in use, or of one of them."""
	address, query = linked.select(DOCTYPE, customer, COLUMNS, limit)
	country = frappe.qb.DocType("Country")
	query = query.left_join(country).on(country.name == address.country).select(country.code)
	query = query.select(address.creation).where(address.disabled == 0)
	if name is not None:
		query = query.where(address.name == name)
	for field in DEFAULTS.values():
		query = query.orderby(address[field], order=frappe.qb.desc)
	return query.orderby(address.creation).run(as_dict=True)


def describe(row: Mapping, is_own: bool) -> dict:
	country = countries.describe(row["country"], row["code"]) if row["country"] else None
	return {
		**row,
		"type": _(row["address_type"]),
		"lines": get_lines(row, country),
		"is_billing": bool(row["is_primary_address"]),
		"is_shipping": bool(row["is_shipping_address"]),
		"is_own": is_own,
	}


def get_lines(row: Mapping, country: Mapping | None) -> list[str]:
	"""An address as its country writes it, without the name above it."""
	known = get_format(country["code"] if country else None)
	city_line = get_city_line(known, row["city"], row["state"], row["pincode"])
	country_line = country["label"] if country else row["country"]
	return [
		line
		for line in (row["address_line1"], row["address_line2"], city_line, row["county"], country_line)
		if line
	]


def find(customer: str, name: str) -> dict:
	"""One of the customer's addresses, as ``get_list`` gives it. Raises DocumentNotFound for any other, or a disabled one."""
	rows = select(customer, 1, name)
	if not rows:
		raise DocumentNotFound
	return describe(rows[0], not linked.get_shared(DOCTYPE, customer, [rows[0].name]))


def get_label(field: str, address_format: AddressFormat) -> str:
	if field == "state":
		return str(REGIONS[address_format.region or "Region"])
	if field == "pincode":
		return str(POSTCODES[address_format.postcode_name])
	return str(LABELS[field])


def read(form: Mapping, offered: list[dict], current: Mapping | None = None) -> dict:
	"""What was typed, checked as the chosen country wants it. Raises InvalidInput, which names the field.

	:param current: the address as it is, whose unchanged fields stay what they are.
	"""
	current = current or {}
	country = countries.require(form.get("country"), offered)
	known = get_format(country["code"])
	stays = country["value"] == current.get("country")
	readers = {
		"address_title": lambda typed: read_text(typed, "address_title", known),
		"address_type": read_type,
		"address_line1": lambda typed: read_text(typed, "address_line1", known),
		"address_line2": lambda typed: read_text(typed, "address_line2", known, is_required=False),
		"city": lambda typed: read_text(typed, "city", known),
		"state": lambda typed: read_state(typed, known),
		"pincode": lambda typed: read_postcode(typed, known),
		"phone": fields.read_phone,
		"email_id": lambda typed: fields.read_email(typed, "email_id"),
	}
	values = {"country": country["value"]}
	for field, read_field in readers.items():
		is_kept = fields.is_unchanged(form.get(field), current.get(field))
		if is_kept and (stays or field not in ("state", "pincode")):
			values[field] = current[field]
		else:
			values[field] = read_field(form.get(field))
	return values


def read_text(typed: str | None, field: str, known: AddressFormat, is_required: bool = True) -> str:
	check = fields.require_line if is_required else fields.read_line
	return check(typed, field, get_label(field, known), LONGEST.get(field, limits.LONGEST_LINE))


def read_type(typed: str | None) -> str:
	if typed not in TYPES:
		raise InvalidInput(_("Choose what kind of address it is."), "address_type")
	return typed


def read_state(typed: str | None, known: AddressFormat) -> str | None:
	if known.region is None:
		return None
	check = fields.require_line if known.is_region_required else fields.read_line
	return check(typed, "state", get_label("state", known))


def read_postcode(typed: str | None, known: AddressFormat) -> str | None:
	if known.postcode is None:
		return None
	label = get_label("pincode", known)
	check = fields.require_line if known.is_postcode_required else fields.read_line
	postcode = check(typed, "pincode", label, limits.LONGEST_POSTCODE).upper()
	if postcode and not fits(postcode, known):
		raise InvalidInput(
			_("This is no {0} of that country. It looks like this: {1}").format(label, known.example),
			"pincode",
		)
	return postcode


def add(customer: str, values: Mapping) -> str:
	"""Make an Address of the customer: its name. The same one again is the one that is there. Raises InvalidInput."""
	linked.lock_customer(customer)
	names = linked.get_names(DOCTYPE, customer, limits.MOST_ADDRESSES)
	if len(names) >= limits.MOST_ADDRESSES:
		raise InvalidInput(_("An account can have {0} addresses.").format(limits.MOST_ADDRESSES))
	for row in frappe.get_all(DOCTYPE, {"name": ("in", names or [""]), "disabled": 0}, list(COLUMNS)):
		if all((row[field] or None) == (value or None) for field, value in values.items()):
			return row.name
	address = frappe.new_doc(DOCTYPE)
	address.update(values)
	address.append("links", {"link_doctype": "Customer", "link_name": customer})
	return linked.save(address, is_new=True).name


def change(customer: str, name: str, values: Mapping) -> bool:
	"""Write what was typed; False where nothing differs. The caller has checked with ``find``. Raises InvalidInput."""
	linked.lock_customer(customer)
	linked.require_own(DOCTYPE, customer, name)
	address = frappe.get_doc(DOCTYPE, name, for_update=True)
	# A field that the country's form does not show keeps what staff wrote there, unless the country is another one.
	moved = values["country"] != address.country
	kept = {field: value for field, value in values.items() if value is not None or moved}
	if all((address.get(field) or None) == (value or None) for field, value in kept.items()):
		return False
	address.update(kept)
	linked.save(address)
	return True


def set_default(customer: str, name: str, purpose: str) -> None:
	"""Make it the address that new documents are billed or shipped to. ``purpose``: a key of DEFAULTS. Raises InvalidInput."""
	field = DEFAULTS[purpose]
	linked.lock_customer(customer)
	linked.require_own(DOCTYPE, customer, name)
	names = linked.get_names(DOCTYPE, customer, limits.MOST_ADDRESSES)
	own = set(names) - linked.get_shared(DOCTYPE, customer, names)
	# ERPNext's own validation takes the mark from one other address; more of them may have it.
	others = {"name": ("in", list(own - {name}) or [""]), field: 1}
	frappe.db.set_value(DOCTYPE, others, field, 0)
	address = frappe.get_doc(DOCTYPE, name, for_update=True)
	address.set(field, 1)
	linked.save(address)
	if purpose == "billing":
		set_primary(customer, address)


def set_primary(customer: str, address) -> None:
	"""What the customer's own form in Desk shows as the primary address, or nothing there."""
	values = {
		"customer_primary_address": address.name if address else None,
		"primary_address": frappe.utils.cstr(address.get_display()) if address else None,
	}
	frappe.db.set_value("Customer", customer, values)


def remove(customer: str, name: str) -> bool:
	"""Remove an address; one that documents name is disabled instead (False): they keep it, nothing new gets it."""
	linked.lock_customer(customer)
	linked.require_own(DOCTYPE, customer, name)
	if frappe.db.get_value("Customer", customer, "customer_primary_address") == name:
		set_primary(customer, None)
	address = frappe.get_doc(DOCTYPE, name, for_update=True)
	if linked.remove(address):
		return True
	address.update({"disabled": 1, "is_primary_address": 0, "is_shipping_address": 0})
	linked.save(address)
	return False
