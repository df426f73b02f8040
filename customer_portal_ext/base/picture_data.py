"""Pictures and fonts by what they are, not by what they are called. Pure: no Frappe, no files.

A file is a picture if its first bytes say so. A drawing (SVG) is a page of its own that can load others; it is read as
XML and written anew with nothing but what draws.
"""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

import filetype
from lxml import etree

from customer_portal_ext.base.style_sheets import clean_declarations

LARGEST_BYTES = 8_000_000
LARGEST_DRAWING_BYTES = 1_000_000
PICTURES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/x-icon"))
DRAWING = "image/svg+xml"
# what wkhtmltopdf can read; woff and woff2 it cannot
FONTS = {b"\x00\x01\x00\x00": "font/ttf", b"true": "font/ttf", b"OTTO": "font/otf"}
DATA_URI = re.compile(r"\s*data:(image/[a-z0-9.+-]+)((?:;[a-z0-9=-]+)*),", re.IGNORECASE)
SVG = "http://www.w3.org/2000/svg"
DRAWS = frozenset(
	"""svg g defs symbol path rect circle ellipse line polyline polygon text tspan title desc use clippath mask
	lineargradient radialgradient stop pattern marker image""".split()
)
ATTRIBUTE = re.compile(r"[a-z][a-z0-9-]*")
LOADING_ATTRIBUTES = frozenset("href src data action formaction from to values by begin end".split())


def get_data_uri(content: bytes, with_fonts: bool = False) -> str | None:
	"""A picture (or font) as a data URI; None for anything else, whatever its name."""
	found = get_picture(content, with_fonts)
	return as_data_uri(*found) if found else None


def as_data_uri(mime_type: str, content: bytes) -> str:
	return f"data:{mime_type};base64,{base64.b64encode(content).decode()}"


def get_picture(content: bytes, with_fonts: bool = False) -> tuple[str, bytes] | None:
	"""A picture's (or font's) MIME type and content, a drawing's cleaned; None for anything else."""
	mime_type = get_type(content)
	if mime_type == DRAWING:
		drawing = clean_drawing(content)
		return (DRAWING, drawing) if drawing else None
	if mime_type in PICTURES or (with_fonts and mime_type in FONTS.values()):
		return mime_type, content
	return None


def get_type(content: bytes) -> str | None:
	"""The MIME type of a picture or font by its first bytes; None for anything else."""
	if not content or len(content) > LARGEST_BYTES:
		return None
	start = content[:4096]
	if start[:4] in FONTS:
		return FONTS[start[:4]]
	kind = filetype.guess(start)
	if kind:
		return kind.mime if kind.mime in PICTURES else None
	return (
		DRAWING
		if re.search(rb"<svg[\s>]", start) and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
		else None
	)


def clean_data_uri(address: str) -> str | None:
	"""A data URI that holds a picture, written anew from the picture; None for any other address."""
	found = DATA_URI.match(address[:200])
	if not found or len(address) > 2 * LARGEST_BYTES:
		return None
	body = address[found.end() :]
	try:
		if ";base64" in found[2].lower():
			return get_data_uri(
				base64.b64decode("".join(unquote_to_bytes(body).decode().split()), validate=True)
			)
		return get_data_uri(unquote_to_bytes(body))
	except (binascii.Error, ValueError):
		return None


def read_data_uri(address: str) -> tuple[str, bytes]:
	"""MIME type and content of a data URI as ``as_data_uri`` writes it."""
	mime_type, _base64, body = address.removeprefix("data:").partition(";base64,")
	return mime_type, base64.b64decode(body)


def clean_drawing(content: bytes) -> bytes | None:
	"""An SVG with nothing but shapes, text and gradients of its own: no script, style element, link, picture or entity."""
	if len(content) > LARGEST_DRAWING_BYTES:
		return None
	parser = etree.XMLParser(
		resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
	)
	try:
		root = etree.fromstring(content, parser)
	except (etree.XMLSyntaxError, ValueError):
		return None
	if root.tag != f"{{{SVG}}}svg":
		return None
	clean_shapes(root)
	return etree.tostring(root)


def clean_shapes(root: etree._Element) -> None:
	"""Take out of a tree of SVG, in place, what does not draw or what loads."""
	for element in list(root.iter()):
		name = get_local_name(element.tag) if isinstance(element.tag, str) else ""
		if name not in DRAWS:
			if element.getparent() is not None:
				drop(element)
			continue
		for attribute, value in list(element.attrib.items()):
			cleaned = clean_attribute(name, get_local_name(attribute), value)
			if cleaned is None:
				del element.attrib[attribute]
			elif cleaned != value:
				element.attrib[attribute] = cleaned


def get_local_name(name: str) -> str:
	"""Without its namespace, whether an XML or an HTML parser wrote it; in small letters."""
	return name.rpartition("}")[2].rpartition(":")[2].lower()


def clean_attribute(element: str, name: str, value: str) -> str | None:
	"""The value of an attribute of a drawing; None where it must go."""
	if name.startswith("on") or not ATTRIBUTE.fullmatch(name):
		return None
	if name == "href" and element == "image":
		data = clean_data_uri(value)
		return None if not data or data.startswith(f"data:{DRAWING}") else data
	if name in LOADING_ATTRIBUTES:
		return value if name == "href" and value.strip().startswith("#") else None
	if name == "style" or "(" in value or "\\" in value:
		return clean_declarations(value if name == "style" else f"x: {value}").removeprefix("x: ")
	return value


def drop(element: etree._Element) -> None:
	"""Remove an element and what is in it; the text after it stays."""
	parent = element.getparent()
	if element.tail:
		before = element.getprevious()
		if before is not None:
			before.tail = (before.tail or "") + element.tail
		else:
			parent.text = (parent.text or "") + element.tail
	parent.remove(element)
