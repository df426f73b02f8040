"""The recorded pages: contexts of real pages of the demo site, as JSON with a tag on every type JSON does not have."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from markupsafe import Markup

FOLDER = Path(__file__).parent / "sample"


@dataclass(frozen=True)
class Sample:
	"""One page: its template, the context it was rendered with, and how the site answered."""

	key: str
	template: str
	context: dict
	path: str = ""
	status: int = 200
	title: str = ""
	group: str = ""
	note: str = ""
	order: int = 0


def encode(value: Any) -> Any:
	"""``value`` as JSON can hold it. Refuses what a template context may not hold."""
	if isinstance(value, dict):
		return {str(key): encode(item) for key, item in value.items()}
	if isinstance(value, list | tuple):
		return [encode(item) for item in value]
	if isinstance(value, Markup):
		return {"$markup": str(value)}
	if isinstance(value, Decimal):
		return {"$decimal": str(value)}
	if isinstance(value, datetime):
		return {"$datetime": value.isoformat()}
	if isinstance(value, date):
		return {"$date": value.isoformat()}
	if value is None or isinstance(value, str | int | float | bool):
		return value
	raise TypeError(f"A template context may not hold a {type(value).__name__}: {value!r}")


DECODERS = {
	"$markup": Markup,
	"$decimal": Decimal,
	"$datetime": datetime.fromisoformat,
	"$date": date.fromisoformat,
}


def decode(value: Any) -> Any:
	"""The reverse of ``encode``."""
	if isinstance(value, list):
		return [decode(item) for item in value]
	if isinstance(value, dict):
		if len(value) == 1 and (tag := next(iter(value))) in DECODERS:
			return DECODERS[tag](value[tag])
		return {key: decode(item) for key, item in value.items()}
	return value


def write(sample: Sample) -> Path:
	"""Keep a recorded page."""
	values = {
		"template": sample.template,
		"path": sample.path,
		"status": sample.status,
		"title": sample.title,
		"group": sample.group,
		"note": sample.note,
		"order": sample.order,
		"context": encode(sample.context),
	}
	file = FOLDER / f"{sample.key}.json"
	file.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
	return file


def read(key: str) -> Sample:
	"""A recorded page by its key."""
	values = json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8"))
	values["context"] = decode(values["context"])
	return Sample(key=key, **values)


def read_all() -> dict[str, Sample]:
	"""Every recorded page by key, in the order of the recording."""
	recorded = [read(file.stem) for file in FOLDER.glob("*.json")]
	return {sample.key: sample for sample in sorted(recorded, key=lambda sample: sample.order)}
