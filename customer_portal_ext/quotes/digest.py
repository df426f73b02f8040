"""What was signed, as one text that gives the same bytes each time, and its digest. Pure: no Frappe, no database."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal


def to_canonical_text(content: Mapping) -> str:
	"""JSON with sorted keys and no spaces; amounts are texts without trailing zeros, dates are ISO 8601."""
	return json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def get_digest(text: str) -> str:
	"""SHA-256 of a text as UTF-8, in hex."""
	return hashlib.sha256(text.encode()).hexdigest()


def _plain(value):
	if isinstance(value, Mapping):
		return {str(key): _plain(inner) for key, inner in value.items()}
	if isinstance(value, list | tuple):
		return [_plain(inner) for inner in value]
	if isinstance(value, Decimal):
		return f"{value.normalize():f}"
	if isinstance(value, date | datetime):
		return value.isoformat()
	return value
