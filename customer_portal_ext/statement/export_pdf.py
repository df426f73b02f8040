"""The statement as a PDF, laid out by WeasyPrint: headings on every page, "Page 1 of 3", the company's own logo.

WeasyPrint takes some 120 KB a line, so a long statement is laid out in parts, which are then put together; the page
numbers of all parts come from one more, empty document of as many pages, laid over them.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import frappe
from frappe.utils import flt
from pypdf import PdfReader, PdfWriter
from weasyprint import CSS, HTML

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.base import company_logo, pictures
from customer_portal_ext.base.company import get_address
from customer_portal_ext.base.picture_data import clean_data_uri, read_data_uri
from customer_portal_ext.documents.text import get_lines
from customer_portal_ext.platform.weasyprint_fonts import font_configuration
from customer_portal_ext.statement.document import Statement
from customer_portal_ext.statement.fonts import get_faces
from customer_portal_ext.web.colours import get_accents
from customer_portal_ext.web.environment import TEMPLATES, render
from customer_portal_ext.web.words import _

MIMETYPE = "application/pdf"
LINES_PER_PART = 500
LOGO_URL = "portal:logo"
FONT_URL = "portal:font-"
# Print Settings' sizes that CSS has names for; any other is printed on A4.
SIZES = {"A3", "A4", "A5", "B4", "B5", "Letter", "Legal", "Ledger"}


class AddressRefused(ValueError):
	"""Something in the document wanted an address other than the logo."""


def write(statement: Statement, stream: BinaryIO, progress: Callable[[int], None]) -> None:
	"""Write the whole statement to ``stream``; ``progress`` is told after each part how many lines are done."""
	# asked for before the lines are read, as nothing else can be asked meanwhile
	look = get_look(statement)
	if statement.totals.count <= LINES_PER_PART:
		with statement.lines() as lines:
			rows = list(lines)
		layout(statement, look, rows, True, True, numbered=True, stream=stream)
		return progress(len(rows))
	write_in_parts(statement, look, stream, progress)


def get_look(statement: Statement) -> dict:
	"""`{"size" (a style sheet), "seller_address" (lines), "accent"}`."""
	return {
		"size": get_size_style(),
		"seller_address": get_lines(get_address(statement.account.company)),
		"accent": get_accents(get_settings().accent_colour)["accent_light"],
	}


def write_in_parts(
	statement: Statement, look: dict, stream: BinaryIO, progress: Callable[[int], None]
) -> None:
	writer, done, last = PdfWriter(), 0, statement.totals.count
	for rows in get_parts(statement):
		part = io.BytesIO()
		layout(statement, look, rows, not done, done + len(rows) >= last, numbered=False, stream=part)
		done += len(rows)
		for page in PdfReader(part).pages:
			writer.add_page(page)
		progress(done)
	numbers = PdfReader(io.BytesIO(get_page_numbers(len(writer.pages))))
	for page, number in zip(writer.pages, numbers.pages, strict=True):
		page.merge_page(number)
	writer.add_metadata({"/Title": statement.title})
	writer.write(stream)


def get_parts(statement: Statement) -> Iterator[list[dict]]:
	"""The lines in lists of LINES_PER_PART."""
	with statement.lines() as lines:
		while rows := list(islice(lines, LINES_PER_PART)):
			yield rows


def layout(
	statement: Statement,
	look: dict,
	rows: list[dict],
	is_first: bool,
	is_last: bool,
	*,
	numbered: bool,
	stream: BinaryIO,
) -> None:
	context = {
		"statement": statement,
		"lines": rows,
		"is_first": is_first,
		"is_last": is_last,
		"logo_url": LOGO_URL if statement.company["logo"] else None,
		"seller_address": look["seller_address"],
		"accent": look["accent"],
		"lang": statement.language,
		"dir": statement.direction,
		"today": statement.made_on,
	}
	html = render("pdf/statement.html", context, statement.language, _)
	sheets = [get_style("statement.css"), look["size"]]
	if numbered:
		sheets.append(get_number_style())
	write_pdf(html, statement.language, statement.company["logo"], sheets, stream)


def write_pdf(html: str, language: str, logo: Path | None, sheets: list[CSS], stream: BinaryIO) -> None:
	"""Lay a page of the portal's own templates out, with the company's logo and nothing else that is not in it."""
	faces = get_faces(html, language)
	fetch = get_url_fetcher(logo, [content for _family, _weight, content in faces])
	with font_configuration() as fonts:
		rules = "".join(
			f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{FONT_URL}{number}") }}'
			for number, (family, weight, _content) in enumerate(faces)
		)
		if rules:
			sheets = [*sheets, CSS(string=rules, url_fetcher=fetch, font_config=fonts)]
		HTML(string=html, url_fetcher=fetch).write_pdf(stream, stylesheets=sheets, font_config=fonts)


def get_page_numbers(pages: int) -> bytes:
	"""A document of ``pages`` pages with nothing on them but their numbers."""
	html = "<html><body>" + "<p></p>" * pages + "</body></html>"
	sheets = [
		CSS(string="p { break-after: page; margin: 0 } p:last-child { break-after: auto }"),
		get_number_style(),
		get_size_style(),
	]
	with font_configuration() as fonts:
		return HTML(string=html, url_fetcher=refuse_url).write_pdf(stylesheets=sheets, font_config=fonts)


def get_style(name: str) -> CSS:
	return CSS(string=(TEMPLATES / "pdf" / name).read_text(), url_fetcher=refuse_url)


def get_number_style() -> CSS:
	"""The numbers at the foot of each page. The translated text becomes CSS strings around the two counters."""
	text = _("Page {0} of {1}")
	parts = (
		f'"{escape(part)}"'
		if not part.startswith("{")
		else f"counter({'page' if part == '{0}' else 'pages'})"
		for part in split_placeholders(text)
	)
	style = (TEMPLATES / "pdf" / "page_numbers.css").read_text().replace("PAGE_NUMBER", " ".join(parts))
	return CSS(string=style, url_fetcher=refuse_url)


def get_size_style() -> CSS:
	"""The paper's size by the site's Print Settings."""
	settings = frappe.get_cached_doc("Print Settings")
	size = settings.pdf_page_size if settings.pdf_page_size in SIZES else "A4"
	width, height = flt(settings.pdf_page_width), flt(settings.pdf_page_height)
	if settings.pdf_page_size == "Custom" and width > 0 and height > 0:
		size = f"{width}mm {height}mm"
	return CSS(string=f"@page {{ size: {size} }}", url_fetcher=refuse_url)


def split_placeholders(text: str) -> list[str]:
	return [part for part in re.split(r"(\{[01]\})", text) if part]


def escape(text: str) -> str:
	"""A text as it stands within the quotes of a CSS string."""
	return "".join(
		f"\\{ord(character):x} " if not character.isalnum() and character != " " else character
		for character in text
	)


def refuse_url(url: str, *args, **kwargs):
	raise AddressRefused(url)


def get_url_fetcher(logo: Path | None, fonts: Iterable[bytes] = ()):
	"""WeasyPrint may read the company's logo, if it is a picture, the fonts made here, and pictures that are in the page itself;
	nothing else."""
	made = {f"{FONT_URL}{number}": font for number, font in enumerate(fonts)}

	def fetch(url: str, *args, **kwargs):
		picture = None
		if url == LOGO_URL and logo:
			picture = company_logo.read(logo)
		elif url.startswith("data:") and (data := clean_data_uri(url)):
			picture = read_data_uri(data)
		if picture and pictures.is_bearable(*picture):
			return {"mime_type": picture[0], "string": picture[1]}
		if url in made:
			return {"string": made[url], "mime_type": "font/otf"}
		raise AddressRefused(url)

	return fetch
