"""The forms about an account as templates/portal/components/account_form.html shows them."""

from collections.abc import Mapping

from customer_portal_ext.account import address_book, contact_book, limits
from customer_portal_ext.account.address_formats import POSTCODE_FIRST, AddressFormat, get_format
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _

REQUIRED = ("address_title", "address_line1", "city", "country", "address_type", "first_name")
KINDS = {"email_id": "email", "email": "email", "phone": "tel", "mobile_no": "tel"}
# what a browser may fill in (HTML, autofill): another address of the same company is no business of it
AUTOCOMPLETE = {"first_name": "given-name", "last_name": "family-name", "designation": "organization-title"}
LONGEST = {
	"address_line1": limits.LONGEST_ADDRESS_LINE,
	"address_line2": limits.LONGEST_ADDRESS_LINE,
	"address_title": address_book.LONGEST["address_title"],
	"first_name": contact_book.LONGEST_NAME,
	"last_name": contact_book.LONGEST_NAME,
	"phone": limits.LONGEST_PHONE,
	"mobile_no": limits.LONGEST_PHONE,
	"pincode": limits.LONGEST_POSTCODE,
}


def make(url: str, rows: list[list[dict]], problem: InvalidInput | None) -> dict:
	"""``{"url", "rows": [[field]], "problem", "field"}``; a problem that is about no field of the form stands above it."""
	names = {field["name"] for row in rows for field in row}
	return {
		"url": url,
		"rows": rows,
		"problem": problem.message if problem else None,
		"field": problem.field if problem and problem.field in names else None,
	}


def field(name: str, label: str, typed: Mapping, **others) -> dict:
	"""One field: ``{"name", "label", "kind", "value", "is_required", "longest", "hint", "autocomplete", "options"}``."""
	return {
		"name": name,
		"label": label,
		"kind": KINDS.get(name, "text"),
		"value": str(typed.get(name) or ""),
		"is_required": name in REQUIRED,
		"longest": LONGEST.get(name, limits.LONGEST_LINE),
		"hint": None,
		"autocomplete": AUTOCOMPLETE.get(name, "off"),
		"options": None,
		**others,
	}


def get_address_rows(typed: Mapping, countries: list[dict]) -> list[list[dict]]:
	"""The fields of an address as its country has them."""
	country = next((each for each in countries if each["value"] == typed.get("country")), None)
	known = get_format(country["code"] if country else None)

	def make_field(name: str, **others) -> dict:
		return field(name, address_book.get_label(name, known), typed, **others)

	types = list(address_book.TYPES)
	if typed.get("address_type") and typed["address_type"] not in types:
		types.append(typed["address_type"])
	return [
		[
			make_field("country", options=countries),
			make_field("address_type", options=[{"value": name, "label": _(name)} for name in types]),
		],
		[make_field("address_title")],
		[make_field("address_line1")],
		[make_field("address_line2")],
		*get_city_rows(make_field, known),
		[make_field("phone"), make_field("email_id")],
	]


def get_city_rows(make_field, known: AddressFormat) -> list[list[dict]]:
	city = make_field("city")
	others = []
	if known.region is not None:
		others.append(make_field("state", is_required=known.is_region_required))
	if known.postcode is None:
		return [[city, *others]]
	postcode = make_field(
		"pincode",
		is_required=known.is_postcode_required,
		hint=_("For example {0}").format(known.example) if known.example else None,
	)
	if known.city_line.startswith(POSTCODE_FIRST[:9]):
		return [[postcode, city], *([others] if others else [])]
	return [[city, *others], [postcode]] if others else [[city, postcode]]


def get_contact_rows(typed: Mapping) -> list[list[dict]]:
	def make_field(name: str) -> dict:
		return field(name, str(contact_book.LABELS[name]), typed)

	return [
		[make_field("first_name"), make_field("last_name")],
		[make_field("designation")],
		[make_field("email_id")],
		[make_field("phone"), make_field("mobile_no")],
	]
