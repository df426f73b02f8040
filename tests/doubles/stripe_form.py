"""Stripe's request bodies: form-encoded, nested by brackets, checked field by field."""

import re
from urllib.parse import parse_qsl

from tests.doubles.stripe_errors import invalid

PART = re.compile(r"\[([^\]]*)\]")


def parse(text: str) -> dict:
	"""``a[b][0][c]=1`` as nested dictionaries and lists, all values text."""
	root: dict = {}
	for key, value in parse_qsl(text, keep_blank_values=True):
		head, _, rest = key.partition("[")
		path = [head, *PART.findall(f"[{rest}")] if rest else [head]
		place = root
		for part, following in zip(path, [*path[1:], None], strict=True):
			if following is None:
				if part == "":
					place.setdefault("", []).append(value)
				else:
					place[part] = value
			else:
				place = place.setdefault(part, {})
	return {key: to_lists(value) for key, value in root.items()}


def to_lists(value):
	if not isinstance(value, dict):
		return value
	if "" in value:
		return value[""]
	made = {key: to_lists(child) for key, child in value.items()}
	if made and all(key.isdigit() for key in made):
		return [made[key] for key in sorted(made, key=int)]
	return made


def refuse_unknown(given: dict, known: set[str], prefix: str = "") -> None:
	for key in given:
		if key not in known:
			name = f"{prefix}[{key}]" if prefix else key
			raise invalid(name, f"Received unknown parameter: {name}", "parameter_unknown")


def read_integer(value, param: str, least: int = 0, most: int = 99999999) -> int:
	"""A whole number as Stripe reads one: digits alone. Raises Refusal."""
	if not isinstance(value, str) or not re.fullmatch(r"-?\d+", value):
		raise invalid(param, f"Invalid integer: {value}", "parameter_invalid_integer")
	number = int(value)
	if number < least:
		raise invalid(param, f"This value must be greater than or equal to {least}.")
	if number > most:
		raise invalid(param, f"{param} must be no more than {most}", "amount_too_large")
	return number


def read_metadata(value) -> dict[str, str]:
	if value in (None, ""):
		return {}
	if not isinstance(value, dict) or len(value) > 50:
		raise invalid("metadata", "Metadata can have up to 50 keys.")
	for key, text in value.items():
		if len(key) > 40 or not isinstance(text, str) or len(text) > 500:
			raise invalid(f"metadata[{key}]", "Metadata keys have up to 40 characters, values up to 500.")
	return dict(value)
