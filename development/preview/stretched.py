"""Recorded pages with what does not fit a phone: an e-mail address of seventy letters, and terms with a wide table."""

import re
from copy import deepcopy
from dataclasses import is_dataclass, replace

from markupsafe import Markup

from customer_portal_ext.documents.text import get_safe_html
from development.preview.samples import Sample

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
LONG_EMAIL = "accounts.payable.department.of.the.northern.subsidiary@longcompanies.example"
WIDE = (
	"<p>What follows has eight columns.</p><table><tr>"
	+ "".join(f"<th>Column{number}ofTheTable</th>" for number in range(8))
	+ "</tr><tr>"
	+ "".join(f"<td>{number},000,000.00</td>" for number in range(8))
	+ "</tr></table><p>"
	+ "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenhersteller" * 2
	+ "</p>"
)


def derive(samples: dict[str, Sample]):
	for key in (
		"account",
		"contacts",
		"colleagues",
		"account-preferences",
		"quotation-share",
		"issue",
		"messages",
	):
		if key in samples and (context := stretch(samples[key].context)) != samples[key].context:
			yield make(samples[key], context)
	for key in ("quotation", "order", "delivery", "invoice"):
		yield make(samples[key], stretch(samples[key].context) | {"terms": get_safe_html(WIDE)})


def make(sample: Sample, context: dict) -> Sample:
	title = f"{sample.title}, stretched"
	return replace(sample, key=f"{sample.key}-stretched", title=title, note="", path="", context=context)


def stretch(value):
	"""The same value with each e-mail address in it made a long one."""
	if isinstance(value, dict):
		return {key: stretch(held) for key, held in value.items()}
	if isinstance(value, list):
		return [stretch(held) for held in value]
	if isinstance(value, str) and not isinstance(value, Markup):
		return EMAIL.sub(LONG_EMAIL, value)
	return value if is_dataclass(value) else deepcopy(value)
