"""Rich text, as staff write it in Desk, with nothing in it that loads, links into the page or runs. Pure: no Frappe.

nh3 keeps a positive list of elements and attributes. Two steps go before it, so that the time is linear in the length: an
HTML5 parser such as nh3's opens every unclosed ``<b>`` again in each paragraph, which lxml's does not, and both compare the
attributes of one tag with each other, so that a tag with more than a hundred of them is text.
"""

import re
from functools import lru_cache

import lxml.html
import nh3
from lxml import etree

from customer_portal_ext.base.style_sheets import clean_declarations

LONGEST = 1_000_000
# nh3's time grows with the square of what it writes as an entity: a hundred thousand take a tenth of a second, a million nine
MOST_ENTITIES = 50_000
ENTITIES = ("&amp;", "&nbsp;", "&#160;", "\u00a0")
TAGS = frozenset(
	"""a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl
	dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q rp rt ruby s samp
	section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr""".split()
)
ANYWHERE = frozenset(
	"align bgcolor border class color dir height lang style title valign width nowrap data-list".split()
)
ATTRIBUTES = {
	"*": set(ANYWHERE),
	"a": {"href"},
	"col": {"span"},
	"colgroup": {"span"},
	"font": {"face", "size"},
	"img": {"src", "alt"},
	"li": {"value", "type"},
	"ol": {"start", "type", "reversed"},
	"table": {"cellpadding", "cellspacing"},
	"td": {"colspan", "rowspan"},
	"th": {"colspan", "rowspan", "scope"},
	"ul": {"type"},
}
# what stands inside these is for machines
SILENT = {
	"script",
	"style",
	"iframe",
	"object",
	"noscript",
	"template",
	"title",
	"svg",
	"math",
	"textarea",
}
PROPERTIES = frozenset(
	"""background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse
	border-color border-left border-left-color border-left-style border-left-width border-radius border-right
	border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color
	border-top-style border-top-width border-width break-after break-before break-inside caption-side clear color direction
	display float font font-family font-size font-style font-variant font-weight height letter-spacing line-height
	list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width
	overflow-wrap overflow-x padding padding-bottom padding-left padding-right padding-top page-break-after
	page-break-before page-break-inside table-layout text-align text-decoration text-indent text-transform
	unicode-bidi vertical-align white-space width word-break word-spacing word-wrap""".split()
)
# Classes by which Quill, ERPNext and Bootstrap lay out a text. Any other could belong to the page around it.
CLASS = re.compile(
	r"(ql|text|table|col|list|font|pull|img)-[a-z0-9-]+|row|table|small|bold|tax-break-up|address|well"
)
OWN_FILE = re.compile(r"/(files|private/files|assets)/[^\\\x00-\x1f]+")
PICTURE_DATA = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
LINK = re.compile(r"(https?://|mailto:|tel:)[^\x00-\x20]+", re.IGNORECASE)
IMAGE_WITHOUT_SOURCE = re.compile(r'<img(?:(?! src=) [a-z-]+="[^"]*")*>')
# characters that parsers leave out where they find them, so that what is around them would join
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A tag as HTML's grammar has it, with at most a hundred attributes; or a declaration; or any other "<".
TAG_OR_LESS = re.compile(
	r"""(</?[a-z][a-z0-9:-]*(?:(?:[\s/"']+|(?<=["']))[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=`][^\s"'<>`]*))?){0,100}[\s/"']*>)"""
	r"""|(<[!?][^<>]*>)|<""",
	re.IGNORECASE,
)
MARKUP = re.compile(r"<(?=[A-Za-z/!?])")


def has_markup(text: str) -> bool:
	"""Whether a browser would find an element, a comment or an end tag in it."""
	return bool(MARKUP.search(text))


def make_inert(text: str) -> str:
	"""Plain text that begins no element, wherever it is put: ``<`` before a letter gets a space after it.

	Escaping would do as well where a template does not escape; where one does, its reader would see ``&lt;``.
	"""
	return MARKUP.sub("< ", text)


def clean(html: str | None) -> str:
	"""``html`` with the elements of TAGS and their harmless attributes; the rest of the markup goes, its text stays.

	Pictures are the site's own files or data; links are web, e-mail and telephone addresses. Of more than LONGEST
	characters, or MOST_ENTITIES, nothing is left: no document has such a text.
	"""
	if not html or len(html) > LONGEST:
		return ""
	closed = close_elements(html)
	if sum(map(closed.count, ENTITIES)) > MOST_ENTITIES:
		return ""
	cleaned = nh3.clean(
		closed,
		tags=set(TAGS),
		clean_content_tags=SILENT,
		attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
		attribute_filter=clean_attribute,
		strip_comments=True,
		link_rel="noopener noreferrer nofollow",
		url_schemes={"http", "https", "mailto", "tel", "data"},
	)
	return IMAGE_WITHOUT_SOURCE.sub("", cleaned)


def drop_control(text: str) -> str:
	"""Text without the characters that XML knows nothing of, which parsers leave out where they find them."""
	return CONTROL.sub("", text)


def close_elements(html: str) -> str:
	"""The same with every element closed, at most 256 deep, every ``&`` escaped, without comments and what is for machines."""
	body = read(f"<html><body>{html}</body></html>").find("body")
	if body is None:
		return ""
	etree.strip_elements(body, *SILENT, with_tail=False)
	return lxml.html.tostring(body, encoding="unicode").removeprefix("<body>").removesuffix("</body>")


def read(html: str) -> lxml.html.HtmlElement:
	"""The page as a tree, in time that is linear in its length; an empty one where it cannot be read."""
	parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
	text = keep_ordinary_tags(drop_control(html))
	try:
		return lxml.html.document_fromstring(text, parser=parser)
	except (etree.ParserError, etree.XMLSyntaxError, ValueError):
		return lxml.html.document_fromstring("<html><body></body></html>")


def keep_ordinary_tags(html: str) -> str:
	"""``html`` without comments and declarations, and with every ``<`` that begins no ordinary tag escaped."""
	return TAG_OR_LESS.sub(_keep_tag, "".join(_without_comments(html)))


def _keep_tag(found: re.Match) -> str:
	if found[1]:
		return found[1]
	return "" if found[2] else "&lt;"


def _without_comments(html: str):
	"""The parts of a text between its comments; a comment that does not end hides the rest, as in a browser."""
	at = 0
	while (start := html.find("<!--", at)) >= 0:
		yield html[at:start]
		end = html.find("-->", start + 2)
		if end < 0:
			return
		at = end + 3
	yield html[at:]


def clean_attribute(tag: str, name: str, value: str) -> str | None:
	"""For nh3: the value that may stay, None for none."""
	if name == "style":
		return clean_style(value) or None
	if name == "class":
		return " ".join(part for part in value.split() if CLASS.fullmatch(part)) or None
	if name == "href":
		return value if LINK.fullmatch(value.strip()) else None
	if name == "src":
		return value if OWN_FILE.fullmatch(value) or PICTURE_DATA.fullmatch(value) else None
	return value


@lru_cache(maxsize=1024)
def clean_style(style: str) -> str:
	return clean_declarations(style, allowed=PROPERTIES)
