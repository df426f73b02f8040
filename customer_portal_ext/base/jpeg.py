"""A JPEG without what the camera wrote into it (where, when, by whom): its pixels are copied, never decoded. Pure.

Segments are those of ITU-T T.81, annex B: a marker, and for most of them a length.
"""

import re
import struct

START, END, SCAN = 0xD8, 0xD9, 0xDA
# JFIF, an ICC profile and Adobe's note of the colours: without them the picture looks different
KEPT = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
APPLICATIONS = range(0xE0, 0xF0)
COMMENT = 0xFE
# what ends a scan: a marker that is neither a stuffed FF nor a restart
AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def without_metadata(content: bytes, orientation: int = 1) -> bytes:
	"""The same picture up to its end, turned as it was. Raises ValueError for what is no JPEG."""
	if content[:2] != bytes((0xFF, START)):
		raise ValueError("no JPEG")
	parts, place = [content[:2]], 2
	if orientation != 1:
		parts.append(make_orientation(orientation))
	while place < len(content):
		place, marker = read_marker(content, place)
		if marker == END:
			break
		end = place + struct.unpack_from(">H", content.ljust(place + 2, b"\0"), place)[0]
		if end < place + 2:
			raise ValueError("a segment of no length")
		if is_kept(marker, content[place + 2 : place + 16]):
			parts.append(bytes((0xFF, marker)) + content[place:end])
		place = end
		if marker == SCAN:
			found = AFTER_SCAN.search(content, place)
			end = found.start() if found else len(content)
			parts.append(content[place:end])
			place = end
	return b"".join((*parts, bytes((0xFF, END))))


def read_marker(content: bytes, place: int) -> tuple[int, int]:
	"""Where the marker at ``place`` ends, and which it is; fill bytes may stand before it."""
	if content[place] != 0xFF:
		raise ValueError("no marker")
	while place < len(content) and content[place] == 0xFF:
		place += 1
	if place == len(content):
		raise ValueError("no marker")
	return place + 1, content[place]


def is_kept(marker: int, head: bytes) -> bool:
	if marker in APPLICATIONS:
		return marker in KEPT and head.startswith(KEPT[marker])
	return marker != COMMENT


def make_orientation(orientation: int) -> bytes:
	"""EXIF with that one entry."""
	entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
	exif = b"Exif\x00\x00MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + bytes(4)
	return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
