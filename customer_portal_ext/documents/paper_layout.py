"""Lays paper out by WeasyPrint: "Page 1 of 3" on every page, a table's head on each of its pages, and Arabic from right to left,
which Debian's build of wkhtmltopdf does not do. A room of its own: WeasyPrint is a large import, which only a PDF needs.
"""

import io
from collections.abc import Mapping

from markupsafe import Markup
from pypdf import PdfReader, PdfWriter
from weasyprint import CSS

from customer_portal_ext.base.rich_text import read
from customer_portal_ext.documents.paper_pages import get_style
from customer_portal_ext.documents.pdf_assets import isolate, make_printable, write
from customer_portal_ext.documents.printed_files import PrintedFiles
from customer_portal_ext.statement.export_pdf import get_number_style, get_size_style, refuse_url, write_pdf
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.formats import get_direction
from customer_portal_ext.web.words import _


def to_pdf(parts: str, language: str, about: Mapping, files: PrintedFiles | None = None) -> bytes:
	"""The PDF of a paper's parts.

	:param parts: HTML: what print formats and the portal's templates gave, letter head and texts of rich text included.
	:param about: ``title`` and ``author``.
	:param files: What of the site's private files it may hold; none where it is left out.
	"""
	context = {"lang": language, "dir": get_direction(language), "body": Markup(parts), **about}
	page = read(render("pdf/frame.html", context, language, _))
	make_printable(page, repeats_headers=True)
	isolate(page, files or PrintedFiles())
	made = io.BytesIO()
	sheets = [
		get_number_style(),
		CSS(string=get_style("pages.css"), url_fetcher=refuse_url),
		get_size_style(),
	]
	write_pdf(write(page), language, None, sheets, made)
	return made.getvalue()


def join(*parts: bytes) -> bytes:
	"""One PDF of several."""
	writer = PdfWriter()
	for part in parts:
		writer.append(PdfReader(io.BytesIO(part)))
	joined = io.BytesIO()
	writer.write(joined)
	return joined.getvalue()
