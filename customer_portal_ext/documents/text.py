"""What staff wrote in rich text fields, made safe to show. Pure: no Frappe, no database.

Item descriptions, terms and addresses are HTML in ERPNext. Descriptions and addresses become plain text; terms keep
their paragraphs, lists, emphasis and tables, and nothing else: no attribute survives, so neither style nor script nor
address does.
"""

import re

import nh3
from markupsafe import Markup, escape

from customer_portal_ext.base import html_text, rich_text

BLOCKS = frozenset(
	"address blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul".split()
)
# what stands inside these is for machines
SILENT = frozenset(("head", "iframe", "noscript", "object", "script", "style", "template", "title"))
TERMS_TAGS = frozenset(
	"b blockquote br em h2 h3 h4 hr i li ol p s strong sub sup table tbody td th thead tr u ul".split()
)
SCROLLING = '<div class="scrolls" role="group" tabindex="0"><table>'


class _PlainText:
	def __init__(self):
		self.parts: list[str] = []
		self.silent = 0

	def read(self, html: str) -> str:
		for kind, value in html_text.read(html):
			if kind == html_text.START:
				self.start(value)
			elif kind == html_text.END:
				self.end(value)
			elif not self.silent:
				# in HTML a line break in the source is a space
				self.parts.append(re.sub(r"\s+", " ", value))
		return "".join(self.parts)

	def start(self, tag: str) -> None:
		if tag in SILENT:
			self.silent += 1
		elif tag == "br" or tag in BLOCKS:
			self.parts.append("\n")
		elif tag in ("td", "th"):
			self.parts.append(" ")
		if tag == "li":
			self.parts.append("• ")

	def end(self, tag: str) -> None:
		if tag in SILENT:
			self.silent = max(0, self.silent - 1)
		elif tag in BLOCKS:
			self.parts.append("\n")


def get_plain_text(html: str | None) -> str:
	"""The text of `html` with a line for every block or break; text without any markup keeps its own lines."""
	if not html:
		return ""
	if "<" not in html and "&" not in html:
		lines = html.splitlines()
	else:
		lines = _PlainText().read(html).split("\n")
	lines = [" ".join(line.split()) for line in lines]
	return "\n".join(line for line in lines if line and line != "•")


def get_lines(html: str | None) -> list[str]:
	"""The lines of an address."""
	return get_plain_text(html).splitlines()


def get_safe_html(html: str | None) -> Markup | None:
	"""Terms as HTML that holds nothing but the tags of TERMS_TAGS without attributes; None when no text is left."""
	if not get_plain_text(html):
		return None
	if "<" not in html:
		paragraphs = "".join(f"<p>{escape(line)}</p>" for line in html.splitlines() if line.strip())
		return Markup(paragraphs)
	# a page has one main heading, its own
	html = re.sub(r"<(/?)h[1-3]\b", r"<\1h3", html, flags=re.IGNORECASE)
	return Markup(let_tables_scroll(nh3.clean(rich_text.clean(html), tags=set(TERMS_TAGS), attributes={})))


def let_tables_scroll(html: str) -> str:
	"""Cleaned HTML, whose tables stand in a box that scrolls sideways, also by the keyboard: a phone is narrow."""
	return html.replace("<table>", SCROLLING).replace("</table>", "</table></div>")
