"""Puts the site's own style sheets and images into a print page, so that making its PDF asks the site for nothing."""

import base64
import mimetypes
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import frappe
from bs4 import BeautifulSoup

from customer_portal_ext.base.site_address import get_site_url

URL_IN_CSS = re.compile(r"""url\(\s*(["']?)(?!data:)([^"')]+)\1\s*\)""", re.IGNORECASE)
# the files that staff attached to what makes up a print; any other private file stays private
PRINTED = ("Company", "Letter Head", "Print Format")


def make_printable(html: str, repeats_headers: bool) -> str:
	"""The page without scripts and buttons.

	:param repeats_headers: whether wkhtmltopdf repeats headers and footers on each page. Debian's build drops them without
		a word, letter head included; for it they become ordinary parts of the page.
	"""
	soup = BeautifulSoup(html, "html.parser")
	for element in soup.select("script, .action-banner, .print-hide"):
		element.decompose()
	if not repeats_headers:
		keep_headers_in_page(soup)
	return str(soup)


def append_once(html: str, part: str, css_class: str) -> str:
	"""The page with ``part`` at its end, unless the company's own format prints something of that class itself."""
	soup = BeautifulSoup(html, "html.parser")
	pages = soup.select(".print-format .page-break") or soup.select(".print-format")
	if soup.select_one(f".{css_class}") or not pages:
		return html
	pages[-1].append(BeautifulSoup(part, "html.parser"))
	return str(soup)


def keep_headers_in_page(soup: BeautifulSoup) -> None:
	"""Headers stay where they are; the footer, which some formats write at the top, goes to the end."""
	footers = soup.select("#footer-html")
	for element in soup.select("#header-html") + footers:
		del element["id"]
		element["class"] = [
			name for name in element.get("class", []) if name not in ("hidden-pdf", "visible-pdf")
		]
		# "Page 1 of 2" is filled in by the build that repeats footers
		for page_number in element.select(".page-number"):
			page_number.decompose()
	for element in footers[:-1]:
		element.decompose()
	pages = soup.select(".print-format .page-break")
	if footers and pages:
		pages[-1].append(footers[-1].extract())


def inline_assets(html: str) -> str:
	"""The page with its style sheets and images inside."""
	soup = BeautifulSoup(html, "html.parser")
	for link in soup.select("link[rel~=stylesheet][href]"):
		style = soup.new_tag("style")
		style.string = get_style_sheet(link["href"])
		link.replace_with(style)
	for image in soup.select("img[src]"):
		if not image["src"].startswith("data:") and is_own(image["src"]):
			image["src"] = get_data_uri(image["src"]) or ""
			if not image["src"]:
				image.decompose()
	for element in soup.select("[style*='url(']"):
		element["style"] = inline_urls(element["style"])
	return str(soup)


def is_own(url: str) -> bool:
	"""Whether an address is one of this site's own files. What staff load from elsewhere stays as they wrote it."""
	parts = urlsplit(url)
	return not parts.netloc or f"{parts.scheme}://{parts.netloc}" == get_site_url().rstrip("/")


def get_style_sheet(url: str) -> str:
	path = find_file(url) if is_own(url) else None
	return inline_urls(path.read_text()) if path else ""


def inline_urls(css: str) -> str:
	"""Style with the images it names inside, and without what cannot be: fonts come from the machine."""

	def replace(match):
		return f"url({get_data_uri(match[2]) or 'data:,'})"

	return URL_IN_CSS.sub(replace, css)


def get_data_uri(url: str) -> str | None:
	"""An image of this site as a data URI; None when there is none that may be printed."""
	mime_type = mimetypes.guess_type(urlsplit(url).path)[0] or ""
	if not mime_type.startswith("image/"):
		return None
	path = find_file(url)
	return f"data:{mime_type};base64,{base64.b64encode(path.read_bytes()).decode()}" if path else None


def find_file(url: str) -> Path | None:
	"""The file behind one of the site's own addresses: public files, built assets, and private files of a print's parts."""
	path = unquote(urlsplit(url).path)
	if path.startswith("/assets/"):
		return inside(Path(frappe.local.sites_path, "assets"), path.removeprefix("/assets/"))
	if path.startswith("/files/"):
		return inside(Path(frappe.get_site_path("public", "files")), path.removeprefix("/files/"))
	if path.startswith("/private/files/") and is_printed_file(path):
		return inside(Path(frappe.get_site_path("private", "files")), path.removeprefix("/private/files/"))
	return None


def is_printed_file(url: str) -> bool:
	return bool(frappe.db.exists("File", {"file_url": url, "attached_to_doctype": ["in", PRINTED]}))


def inside(folder: Path, name: str) -> Path | None:
	"""A file below a folder by its name in an address, which may not climb out of it. Assets are links into the apps."""
	if ".." in Path(name).parts:
		return None
	path = folder / name
	return path if path.is_file() else None
