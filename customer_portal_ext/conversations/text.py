"""What people write, in and out. Pure: no Frappe, no database.

A customer's text is kept as HTML, because ERPNext's timeline shows it as HTML: every character of it escaped. Names,
subjects and file names are also shown by parts of Desk that do not escape; in them, the few characters that mean
something to a browser give way to typographic ones that look alike and mean nothing.
"""

import re
import unicodedata
from html import unescape

from email_reply_parser import EmailReplyParser
from markupsafe import escape

from customer_portal_ext.documents.text import BLOCKS, SILENT, _PlainText

LOOKALIKES = str.maketrans({"<": "‹", ">": "›", '"': "”", "'": "’", "`": "‘"})
ENTITY = re.compile(r"&(?=#?\w+;)")
KEPT_IN_FILE_NAME = re.compile(r"[^\w .,()\-]+")
# Hebrew and Arabic need marks; what reverses whole words (and hides a file's real ending) is not among them.
ALLOWED_FORMAT = frozenset("\u200c\u200d\u200e\u200f\u061c")


def clean(text: str | None) -> str:
	"""Typed text with one kind of line break, without characters that cannot be seen, trimmed."""
	text = (text or "").replace("\r\n", "\n").replace("\r", "\n")
	return "".join(character for character in text if _is_visible(character)).strip()


def clean_line(text: str | None) -> str:
	"""The same for a field of one line."""
	return " ".join(clean(text).split())


def make_inert(text: str) -> str:
	"""A line that is safe wherever it is shown, escaped or not."""
	return ENTITY.sub("＆", text).translate(LOOKALIKES)


def make_file_name(stem: str, extension: str) -> str:
	"""A name that is safe in a path, in a header and in a page."""
	stem = " ".join(KEPT_IN_FILE_NAME.sub("-", stem).split()).strip(". -") or "file"
	return f"{stem}.{extension}"


def to_html(text: str) -> str:
	"""Plain text as a Communication keeps it."""
	paragraphs = re.split(r"\n{2,}", text)
	return "".join(f"<p>{str(escape(part)).replace(chr(10), '<br>')}</p>" for part in paragraphs)


def to_text(html: str | None) -> str:
	"""The text of a message, whoever wrote it: paragraphs kept, markup gone."""
	if not html:
		return ""
	if "<" not in html:
		# a plain e-mail, as Frappe keeps it: lines are lines
		return re.sub(r"\n{3,}", "\n\n", unescape(html).replace("\r\n", "\n")).strip()
	parser = _Message()
	parser.feed(html)
	parser.close()
	lines = [" ".join(line.split()) for line in "".join(parser.parts).split("\n")]
	return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def split_reply(text: str) -> tuple[str, str]:
	"""An e-mail's own text, and what it quotes of earlier ones."""
	own = EmailReplyParser.parse_reply(text).strip()
	if not own or own == text.strip():
		return text, ""
	at = text.find(own)
	return (own, text[at + len(own) :].strip()) if at >= 0 else (text, "")


class _Message(_PlainText):
	"""A line for each paragraph, and an empty one between two."""

	def handle_starttag(self, tag, attributes):
		super().handle_starttag(tag, attributes)
		if tag == "p" and tag not in SILENT:
			self.parts.append("\n")

	def handle_endtag(self, tag):
		super().handle_endtag(tag)
		if tag == "p" and tag in BLOCKS:
			self.parts.append("\n")


def _is_visible(character: str) -> bool:
	if character in "\n\t":
		return True
	category = unicodedata.category(character)
	return category not in ("Cc", "Cs") and (category != "Cf" or character in ALLOWED_FORMAT)
