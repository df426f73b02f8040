"""Where in a text the address of a link may become the link itself: directly behind the site's own address, as a whole, where
only a click opens it. Under another host, as the address of a picture or behind a redirect, it would be given away."""

import quopri
import re
import secrets
from collections.abc import Callable

from customer_portal_ext.access.mail_marks import INVITATION, SECURE_LINK
from customer_portal_ext.base import rich_text
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.web.urls import ROOT

PATH = re.compile(rf"{ROOT}/(?:{SECURE_LINK}|{INVITATION})/[A-Za-z0-9_.-]+")
# In quoted-printable text a line may break anywhere: "=" and the line's end, which the reader takes away again.
SOFT_BREAK = r"(?:=\r?\n)?"
BROKEN_PATH = re.compile(
	"(?:"
	+ "|".join(SOFT_BREAK.join(map(re.escape, f"{ROOT}/{kind}/")) for kind in (SECURE_LINK, INVITATION))
	+ rf")(?:{SOFT_BREAK}[A-Za-z0-9_.-])+"
)
LONGEST_LINE = 70  # below the 76 characters of quoted-printable (RFC 2045)
# Whose text is read as it stands. Others send it off, as a form's field does, or are for machines.
READ = rich_text.TAGS | {"html", "body"}
# Parsers of HTML do not agree on what is text in these.
UNCLEAR = frozenset(
	"""frameset iframe math noembed noframes noscript object plaintext script select svg template textarea
	xmp""".split()
)
# As much of what stands before an address as is looked at: a longer word is no word.
LONGEST_WORD = 500
OPENING = tuple("([{<>|*_,;:\"'")
DOT = re.compile(r"\w[.\u3002\uff0e\uff61]\w")  # and those that domain names take for one (RFC 3490, 3.1)


def rewrite(text: str, replace: Callable[[str, bool], str], is_html: bool = True) -> str:
	"""``text`` with ``replace(path, may_open)`` in the place of each path of a link."""
	return _rewrite(text, PATH, str, str, replace, is_html)


def rewrite_quoted(text: str, replace: Callable[[str, bool], str], is_html: bool) -> str:
	"""The same of a quoted-printable text, in which nothing else changes."""
	return _rewrite(text, BROKEN_PATH, _decode_quoted, _quote, replace, is_html)


def _rewrite(text: str, pattern: re.Pattern, decode, encode, replace, is_html: bool) -> str:
	seam = secrets.token_hex(8)
	marked = pattern.sub(lambda found: seam + found[0], text)
	if marked == text:
		return text
	parts = decode(marked).split(seam)
	places = iter(_find_in_html(parts) if is_html else _find_in_plain(parts))

	def put(found: re.Match) -> str:
		path = decode(found[0])
		changed = replace(path, next(places))
		return found[0] if changed == path else encode(changed)

	return pattern.sub(put, text)


def _decode_quoted(text: str) -> str:
	# of another charset than this, what matters here is the same
	return quopri.decodestring(text.encode(errors="replace")).decode(errors="replace")


def _quote(path: str) -> str:
	# On lines of its own, so that no line becomes longer than it may.
	lines = [path[start : start + LONGEST_LINE] for start in range(0, len(path), LONGEST_LINE)]
	return "=\n" + "=\n".join(lines) + "=\n"


def _find_in_plain(parts: list[str]) -> list[bool]:
	"""Whether each part but the first, which begins with a path, stands where it may open something."""
	site, before, places = get_site_url().rstrip("/"), "", []
	for part in parts[:-1]:
		before = (before + part)[-LONGEST_WORD - len(site) :]
		places.append(_ends_with_site(before, site))
	return places


def _find_in_html(parts: list[str]) -> list[bool]:
	"""The same of HTML, as its parser understands it: a path is good where each place it turned up in is."""
	site, seam = get_site_url().rstrip("/"), secrets.token_hex(8)
	number = re.compile(rf"{seam}(\d+)-")
	page = rich_text.read(parts[0] + "".join(f"{seam}{index}-{part}" for index, part in enumerate(parts[1:])))
	good, bad = set(), set()
	waiting = [] if next(page.iter(*UNCLEAR), None) is not None else [(page, True)]
	while waiting:
		element, is_read = waiting.pop()
		is_read = is_read and element.tag in READ
		for name, value in element.attrib.items():
			found = number.findall(value)
			is_link = element.tag == "a" and name == "href" and "ping" not in element.attrib
			if found and is_link and value.strip().startswith(f"{site}{seam}{found[0]}-{ROOT}/"):
				good.add(found.pop(0))
			elif element.tag == "a" and name == "href":
				is_read = False
			bad.update(found)
		for text in (element.text, *(child.tail for child in element)):
			for found in number.finditer(text or ""):
				start = max(0, found.start() - 2 * LONGEST_WORD)
				before = number.sub("", text[start : found.start()])
				(good if is_read and _ends_with_site(before, site) else bad).add(found[1])
		waiting.extend((child, is_read) for child in element)
	return [str(index) in good and str(index) not in bad for index in range(len(parts) - 1)]


def _ends_with_site(before: str, site: str) -> bool:
	"""Whether a text ends with the site's address, and a reader's program takes that for the beginning of an address."""
	if not before.endswith(site):
		return False
	line = before.removesuffix(site)[-LONGEST_WORD:].replace("\r", "\n").rpartition("\n")[2]
	# some take everything in brackets or quotes for one address (RFC 3986, appendix C)
	for opening, closing in ("<>", '""'):
		around = line[line.rfind(opening) :] if opening in line else ""
		if "://" in around and closing not in around[1:]:
			return False
	word = line[-1:].strip() and line.split()[-1]
	if not word:
		return True
	if len(word) >= LONGEST_WORD or "://" in word or "\\" in word:
		return False
	# a domain's name before it is no beginning of an address that goes on into this one
	dot = DOT.search(word)
	return not dot or (word.endswith(OPENING) and set("/?#").isdisjoint(word[dot.end() :]))
