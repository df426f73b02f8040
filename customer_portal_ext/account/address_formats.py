"""How addresses are written, country by country: which fields there are, what they are called, in which order they stand.

After the Universal Postal Union's "Postal addressing systems" and Unicode CLDR's postal code data. A country that is not
here takes every field and asks for none beyond what ERPNext's Address asks for. Nothing here imports Frappe.
"""

import re
from dataclasses import dataclass

CITY_FIRST = "{city} {pincode}"
POSTCODE_FIRST = "{pincode} {city}"
WITH_STATE = "{city} {state} {pincode}"
WITH_STATE_AFTER_COMMA = "{city}, {state} {pincode}"
# lines of an unknown country's address: everything there is
ANYTHING = "{pincode} {city} {state}"


@dataclass(frozen=True)
class AddressFormat:
	"""``postcode``: what a postcode looks like; None where there is none. ``example``: one that fits.

	``region``: the English name of the region's field, a key of ``account.address_book``'s labels; None where an address
	has no region. ``city_line``: the line of city, region and postcode.
	"""

	postcode: str | None = r".{1,20}"
	example: str = ""
	region: str | None = "Region"
	is_region_required: bool = False
	is_postcode_required: bool = False
	postcode_name: str = "Postcode"
	city_line: str = ANYTHING


ANY_COUNTRY = AddressFormat()


def _plain(postcode: str, example: str, city_line: str = POSTCODE_FIRST, **others) -> AddressFormat:
	return AddressFormat(
		postcode, example, **{"region": None, "is_postcode_required": True, "city_line": city_line, **others}
	)


def _with_state(postcode: str, example: str, region: str, city_line: str, **others) -> AddressFormat:
	required = {"is_region_required": True, **others}
	return _plain(postcode, example, city_line, region=region, **required)


FOUR, FIVE, SIX = r"\d{4}", r"\d{5}", r"\d{6}"
NO_POSTCODE = AddressFormat(postcode=None, region=None, city_line="{city}")
EMIRATES = AddressFormat(postcode=None, region="Emirate", is_region_required=True, city_line="{city} {state}")

# ISO 3166-1 alpha-2, as in ERPNext's Country.code
FORMATS = {
	"ae": EMIRATES,
	"ar": _plain(r"[A-Z]?\d{4}([A-Z]{3})?", "C1070AAM", region="Province"),
	"at": _plain(FOUR, "1010"),
	"au": _with_state(FOUR, "2060", "State", WITH_STATE),
	"bd": _plain(FOUR, "1340", CITY_FIRST),
	"be": _plain(FOUR, "1000"),
	"bg": _plain(FOUR, "1000"),
	"bh": NO_POSTCODE,
	"bo": NO_POSTCODE,
	"br": _with_state(r"\d{5}-?\d{3}", "40301-110", "State", WITH_STATE),
	"ca": _with_state(
		r"[A-Z]\d[A-Z] ?\d[A-Z]\d", "H3Z 2Y7", "Province", WITH_STATE, postcode_name="Postal code"
	),
	"ch": _plain(FOUR, "8022"),
	"cl": _plain(r"\d{3}-?\d{4}|", "8340457", region="Region", is_postcode_required=False),
	"cn": _with_state(SIX, "266033", "Province", "{pincode} {state} {city}"),
	"co": _plain(SIX, "111221", region="Department", is_postcode_required=False),
	"cy": _plain(FOUR, "2008"),
	"cz": _plain(r"\d{3} ?\d{2}", "100 00"),
	"de": _plain(FIVE, "26133"),
	"dk": _plain(FOUR, "8660"),
	"ee": _plain(FIVE, "69501"),
	"eg": _plain(FIVE, "12411", region="Governorate", is_postcode_required=False),
	"es": _plain(FIVE, "28039", region="Province"),
	"fi": _plain(FIVE, "00550"),
	"fr": _plain(r"\d{2} ?\d{3}", "33380"),
	"gb": _plain(
		r"GIR ?0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW]) ?[0-9][ABD-HJLNP-UW-Z]{2}",
		"EC1Y 8SY",
		CITY_FIRST,
		region="County",
	),
	"gr": _plain(r"\d{3} ?\d{2}", "151 24"),
	"hk": AddressFormat(postcode=None, region="District", city_line="{city} {state}"),
	"hr": _plain(FIVE, "10000"),
	"hu": _plain(FOUR, "1037"),
	"id": _plain(FIVE, "40115", CITY_FIRST, region="Province"),
	"ie": _plain(
		r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
		"A65 F4E2",
		region="County",
		is_postcode_required=False,
		postcode_name="Eircode",
		city_line="{city} {state} {pincode}",
	),
	"il": _plain(r"\d{5}(\d{2})?", "9614303", CITY_FIRST, is_postcode_required=False),
	"in": _with_state(
		r"[1-9]\d{2} ?\d{3}", "110034", "State", "{city} {pincode} {state}", postcode_name="PIN code"
	),
	"is": _plain(r"\d{3}", "320"),
	"it": _plain(FIVE, "00144", region="Province", city_line="{pincode} {city} {state}"),
	"jp": _with_state(r"\d{3}-?\d{4}", "154-0023", "Prefecture", "{pincode} {state} {city}"),
	"ke": _plain(FIVE, "20100", CITY_FIRST, is_postcode_required=False),
	"kr": _plain(FIVE, "03051", region="Province", city_line="{state} {city} {pincode}"),
	"kw": _plain(FIVE, "54541", is_postcode_required=False),
	"lt": _plain(r"(LT-)?\d{5}", "LT-04340"),
	"lu": _plain(r"(L-)?\d{4}", "4750"),
	"lv": _plain(r"LV-\d{4}", "LV-1073", "{city}, {pincode}"),
	"ma": _plain(FIVE, "53000", is_postcode_required=False),
	"mt": _plain(r"[A-Z]{3} ?\d{2,4}", "NXR 1234", CITY_FIRST),
	"mx": _with_state(FIVE, "02860", "State", "{pincode} {city}, {state}"),
	"my": _with_state(FIVE, "43000", "State", ANYTHING, is_region_required=False),
	"ng": _plain(SIX, "930283", CITY_FIRST, region="State", is_postcode_required=False),
	"nl": _plain(r"\d{4} ?[A-Z]{2}", "1234 AB"),
	"no": _plain(FOUR, "0025"),
	"nz": _plain(FOUR, "6001", CITY_FIRST),
	"om": _plain(r"\d{3}", "133", is_postcode_required=False),
	"pa": NO_POSTCODE,
	"pe": _plain(FIVE, "15001", region="Department", is_postcode_required=False),
	"ph": _plain(FOUR, "1008", is_postcode_required=False, region="Province"),
	"pk": _plain(FIVE, "44000", CITY_FIRST, is_postcode_required=False),
	"pl": _plain(r"\d{2}-\d{3}", "00-950"),
	"pt": _plain(r"\d{4}-\d{3}", "2725-079"),
	"qa": NO_POSTCODE,
	"ro": _plain(SIX, "060274", region="County"),
	"rs": _plain(r"\d{5,6}", "106314"),
	"ru": _plain(SIX, "247112", region="Region", city_line="{city} {state} {pincode}"),
	"sa": _plain(r"\d{5}(-\d{4})?", "11564", CITY_FIRST),
	"se": _plain(r"\d{3} ?\d{2}", "112 87"),
	"sg": _plain(SIX, "546080", CITY_FIRST),
	"si": _plain(r"(SI-)?\d{4}", "4000"),
	"sk": _plain(r"\d{3} ?\d{2}", "010 01"),
	"th": _plain(FIVE, "10150", "{city} {state} {pincode}", region="Province"),
	"tr": _plain(FIVE, "34940", region="Province", city_line="{pincode} {city} {state}"),
	"tw": _plain(r"\d{3}(\d{2,3})?", "104", is_postcode_required=False),
	"ua": _plain(FIVE, "15432", region="Region", city_line="{city} {state} {pincode}"),
	"us": _with_state(r"\d{5}(-\d{4})?", "95014", "State", WITH_STATE_AFTER_COMMA, postcode_name="ZIP code"),
	"vn": _plain(r"\d{5,6}", "70010", CITY_FIRST, is_postcode_required=False),
	"za": _plain(FOUR, "0083", CITY_FIRST),
}


def get_format(code: str | None) -> AddressFormat:
	"""The format of a country by its ISO code, in either case."""
	return FORMATS.get((code or "").lower(), ANY_COUNTRY)


def fits(postcode: str, address_format: AddressFormat) -> bool:
	"""Whether a postcode looks like one of that country, however its letters were typed."""
	pattern = address_format.postcode
	return pattern is None or re.fullmatch(pattern, postcode.upper()) is not None


def get_city_line(address_format: AddressFormat, city: str, state: str, pincode: str) -> str:
	"""City, region and postcode in the country's order; what is empty leaves no gap and no comma behind.

	What a country's addresses do not have, but this one does, is shown all the same: it is on ERPNext's record. A region
	of the city's own name stands beside it only where the country writes both, as in New York, New York.
	"""
	pattern = address_format.city_line
	is_written = "{state}" in pattern and address_format.postcode is not None
	if not is_written and (city or "").casefold() == (state or "").casefold():
		state = ""
	for field, value in (("{state}", state), ("{pincode}", pincode)):
		if value and field not in pattern:
			pattern += f" {field}"
	line = pattern.format(city=city or "", state=state or "", pincode=pincode or "")
	return re.sub(r"^[,\s]+|[,\s]+$", "", re.sub(r"\s*,(?:\s*,)*\s*", ", ", " ".join(line.split())))
