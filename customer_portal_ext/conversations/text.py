"""What people write, in and out. Pure: no Frappe, no database.

A customer's text is kept as HTML, because ERPNext's timeline shows it as HTML: every character of it escaped. Names,
subjects and file names are also shown by parts of Desk that do not escape; in them, the few characters that mean
something to a browser give way to typographic ones that look alike and mean nothing.
"""

import re
import unicodedata

from markupsafe import escape

from customer_portal_ext.base.html_text import cut, unescape
from customer_portal_ext.documents.text import _PlainText

# How much of an e-mail's HTML is read, and how much of its text a page shows: the portal's own messages are shorter.
LONGEST_READ = 100_000
LONGEST_SHOWN = 20_000

LOOKALIKES = str.maketrans({"<": "‹", ">": "›", '"': "”", "'": "’", "`": "‘"})
BRACKETS = str.maketrans({"<": "‹", ">": "›"})
ALL_BUT_APOSTROPHES = str.maketrans({"<": "‹", ">": "›", '"': "”", "`": "‘"})
ENCODED = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "'": "%27", "`": "%60"})
BRACKETED = re.compile(r"(<[A-Za-z0-9.+_-]{1,64}@[A-Za-z0-9.-]{1,255}>)")
# Parsers read numbers, and the names of what means something to them, without a semicolon as well.
ENTITY = re.compile(r"&(?=#[0-9x]|\w+;|lt|gt|amp|quot)", re.IGNORECASE)
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


def replace_brackets(text: str) -> str:
	"""The same for what machines read as well: a quote stays a quote."""
	return text.translate(BRACKETS)


def make_inert_address(address: str) -> str:
	"""The address of a file or picture, which stays the same address."""
	return address.translate(ENCODED)


def make_inert_recipients(recipients: str, keeps_quotes: bool = False) -> str:
	"""E-mail addresses, each alone or as ``Name <address>``: between angle brackets stands an address or nothing."""
	parts = BRACKETED.split(recipients)
	# every second part is what a pair of brackets holds; an apostrophe is part of names and addresses
	characters = BRACKETS if keeps_quotes else ALL_BUT_APOSTROPHES
	parts[::2] = [part.translate(characters) for part in parts[::2]]
	return "".join(parts)


def is_paragraphs(html: str) -> bool:
	"""Whether it is HTML as ``to_html`` writes it."""
	for tag in ("<p>", "</p>", "<br>"):
		html = html.replace(tag, "")
	return "<" not in html


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
	lines = [" ".join(line.split()) for line in _Message().read(html).split("\n")]
	return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def read_beginning(html: str | None) -> tuple[str, bool]:
	"""The text of a message and whether it is only the beginning: an e-mail may be of any length, a page may not."""
	text = to_text(cut(html or "", LONGEST_READ))
	is_shortened = len(html or "") > LONGEST_READ or len(text) > LONGEST_SHOWN
	return text[:LONGEST_SHOWN].strip(), is_shortened


class _Message(_PlainText):
	"""A line for each paragraph, and an empty one between two."""

	def start(self, tag: str) -> None:
		super().start(tag)
		if tag == "p":
			self.parts.append("\n")

	def end(self, tag: str) -> None:
		super().end(tag)
		if tag == "p":
			self.parts.append("\n")


def _is_visible(character: str) -> bool:
	if character in "\n\t":
		return True
	category = unicodedata.category(character)
	return category not in ("Cc", "Cs") and (category != "Cf" or character in ALLOWED_FORMAT)
