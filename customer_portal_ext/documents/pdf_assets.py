"""Makes a print page one that needs nothing else: style sheets and pictures inside it, and nothing in it that loads.

What remains is a positive list of elements and attributes. Style is written anew from its tokens, a picture is data that was
looked at; so whatever a field or a format holds, the tool that makes the PDF finds no address in the page.
"""

import lxml.html
from lxml import etree

from customer_portal_ext.base.picture_data import clean_shapes, drop
from customer_portal_ext.base.rich_text import ATTRIBUTES, LINK, TAGS, read
from customer_portal_ext.base.style_sheets import clean_declarations, clean_style_sheet
from customer_portal_ext.documents.printed_files import PrintedFiles

PAGE_TAGS = TAGS | frozenset("html head body title style label main nav input fieldset legend".split())
# Neither they nor what is in them is printed; any other unknown element gives way to what is in it.
UNPRINTED = frozenset(
	"""applet audio base canvas frame frameset iframe link math meta noframes noscript object param portal script
	select template textarea video""".split()
)
PAGE_ATTRIBUTES = frozenset("checked disabled for id name role type value".split())
NO_HEADERS_REPEATED = ("hidden-pdf", "visible-pdf")


def inline_assets(html: str, files: PrintedFiles) -> str:
	"""The page with its style sheets and pictures inside."""
	page = read(html)
	sheets = isolate(page, files)
	return put_sheets(write(page), sheets)


def write(page: lxml.html.HtmlElement) -> str:
	return lxml.html.tostring(page, encoding="unicode", doctype="<!DOCTYPE html>")


def put_sheets(html: str, sheets: list[str]) -> str:
	"""The page with ``sheets`` at the beginning of its head, as they stood before its own styles."""
	styles = "".join(f"<style>{sheet}</style>" for sheet in sheets)
	before, head, after = html.partition("<head>")
	return f'{before}<head><meta charset="utf-8">{styles}{after}' if head else f"{styles}{html}"


def isolate(page: lxml.html.HtmlElement, files: PrintedFiles) -> list[str]:
	"""Take out of a page, in place, whatever could load something; put its pictures inside.

	:returns: The style sheets it linked to, which go into a page last (put_sheets): Frappe parses each style of a page.
	"""
	sheets = [
		files.get_style_sheet(link.get("href") or "")
		for link in page.iter("link")
		if "stylesheet" in (link.get("rel") or "").lower().split()
	]
	etree.strip_elements(page, *UNPRINTED, with_tail=False)
	for drawing in page.xpath("//svg[not(ancestor::svg)]"):
		clean_shapes(drawing)
	for element in page.xpath("//*[not(self::svg) and not(ancestor::svg)]"):
		if element.tag not in PAGE_TAGS:
			element.drop_tag()
		elif element.tag == "style":
			clean_style(element, files)
		elif element.tag == "img":
			clean_image(element, files)
		else:
			clean_attributes(element, files)
	return [sheet for sheet in sheets if sheet]


def clean_style(element, files: PrintedFiles) -> None:
	css = clean_style_sheet(element.text_content(), files.load)
	element.clear(keep_tail=True)
	element.text = css


def clean_image(element, files: PrintedFiles) -> None:
	data = files.load(element.get("src") or "")
	if data and not data.startswith("data:font"):
		clean_attributes(element, files)
		element.set("src", data)
	else:
		drop(element)


def clean_attributes(element, files: PrintedFiles) -> None:
	own = ATTRIBUTES["*"] | PAGE_ATTRIBUTES | ATTRIBUTES.get(element.tag, set())
	for name, value in list(element.attrib.items()):
		if name == "style":
			element.set(name, clean_declarations(value, files.load))
		elif name == "href" and not LINK.fullmatch(value.strip()) and not value.startswith("#"):
			del element.attrib[name]
		elif name not in own and not name.startswith(("data-", "aria-")):
			del element.attrib[name]


def make_printable(page: lxml.html.HtmlElement, repeats_headers: bool) -> None:
	"""Take scripts and buttons out of a page, in place.

	:param repeats_headers: whether wkhtmltopdf repeats headers and footers on each page. Debian's build drops them without
		a word, letter head included; for it they become ordinary parts of the page.
	"""
	etree.strip_elements(page, "script", with_tail=False)
	for name in ("action-banner", "print-hide"):
		for element in page.find_class(name):
			drop(element)
	if not repeats_headers:
		keep_headers_in_page(page)


def append_once(html: str, part: str, css_class: str) -> str:
	"""The page with ``part`` at its end, unless the company's own format prints something of that class itself."""
	page = read(html)
	pages = get_pages(page) or page.find_class("print-format")
	if page.find_class(css_class) or not pages:
		return html
	for element in lxml.html.fragments_fromstring(part):
		pages[-1].append(element)
	return write(page)


def get_pages(page) -> list:
	return [
		element
		for element in page.find_class("page-break")
		if any("print-format" in (parent.get("class") or "").split() for parent in element.iterancestors())
	]


def keep_headers_in_page(page) -> None:
	"""Headers stay where they are; the footer, which some formats write at the top, goes to the end."""
	footers = page.xpath("//*[@id='footer-html']")
	for element in page.xpath("//*[@id='header-html']") + footers:
		del element.attrib["id"]
		classes = (element.get("class") or "").split()
		element.set("class", " ".join(name for name in classes if name not in NO_HEADERS_REPEATED))
		# "Page 1 of 2" is filled in by the build that repeats footers
		for page_number in element.find_class("page-number"):
			drop(page_number)
	for element in footers[:-1]:
		drop(element)
	pages = get_pages(page)
	if footers and pages:
		footer = footers[-1]
		drop(footer)
		footer.tail = None
		pages[-1].append(footer)
