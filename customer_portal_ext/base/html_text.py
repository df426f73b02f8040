"""HTML read from its beginning to its end, once. Pure: no Frappe, no database.

Python's own HTMLParser begins anew at each ``<!--``, ``<![`` or ``<a`` that nothing closes, in every version before 3.13.6:
a megabyte of them takes hours. Here whatever is not closed ends the reading, as it does in a browser, so a text costs
what its length says. For what is shown as text alone: what is kept as HTML goes through a sanitiser (base/safe_html.py).
"""

import re
from collections.abc import Iterator
from html import unescape as _unescape

START, END, TEXT = "start", "end", "text"
NAME = re.compile(r"[a-zA-Z][^\s/>]*")
# a quote counts where a value begins; else it is part of a name, as browsers have it
VALUE_OR_END = re.compile(r"""=\s*(["'])|>""")
RAW = {tag: re.compile(f"</{tag}", re.IGNORECASE | re.ASCII) for tag in ("script", "style")}
# Python refuses to read a number of more than 4,300 digits, and takes its time below that
LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")


def unescape(text: str) -> str:
	"""``html.unescape`` for any text at all: a reference to a number that no character has becomes U+FFFD."""
	return _unescape(LONG_REFERENCE.sub("\ufffd", text))


def read(html: str) -> Iterator[tuple[str, str]]:
	"""(START or END, lower-case tag) and (TEXT, words without entities), in order; comments and scripts are left out."""
	position = 0
	while (at := html.find("<", position)) >= 0:
		if at > position:
			yield TEXT, unescape(html[position:at])
		name = NAME.match(html, at + 1)
		if name:
			end = find_tag_end(html, name.end())
			if end is None:
				break
			tag = name[0].lower()
			yield START, tag
			if html[end - 2] == "/":
				yield END, tag
			elif tag in RAW:
				closing = RAW[tag].search(html, end)
				if not closing:
					return
				end = closing.start()
			position = end
			continue
		end = find_other_end(html, at)
		if end is None:
			break
		if end == at + 1:
			yield TEXT, "<"
		elif html[at + 1] == "/" and (name := NAME.match(html, at + 2)):
			yield END, name[0].lower()
		position = end
	rest = html[max(at, position) :]
	if rest and not rest.startswith("<!--"):
		yield TEXT, unescape(rest)


def find_tag_end(html: str, position: int) -> int | None:
	"""Where the start tag whose name ends at ``position`` ends; None if nothing closes it."""
	while found := VALUE_OR_END.search(html, position):
		if not found[1]:
			return found.end()
		closing = html.find(found[1], found.end())
		if closing < 0:
			return None
		position = closing + 1
	return None


def find_other_end(html: str, at: int) -> int | None:
	"""Where an end tag, a comment or a declaration that begins at ``at`` ends; the next character where it is none of them.
	None if nothing closes it."""
	if html.startswith("<!--", at):
		# "<!-->" is a whole comment
		closing, length = html.find("-->", at + 2), 3
	elif html.startswith(("</", "<!", "<?"), at):
		closing, length = html.find(">", at + 2), 1
	else:
		return at + 1
	return closing + length if closing >= 0 else None


def cut(html: str, longest: int) -> str:
	"""The beginning of ``html``, without a tag that the cut went through."""
	if len(html) <= longest:
		return html
	html = html[:longest]
	opened = html.rfind("<")
	return html[:opened] if opened > html.rfind(">") else html
