"""What a file is, by its content. Pure: no Frappe, no database.

Only what this module can tell apart can be allowed. SVG and HTML are not among it: a browser would run what is in them.
"""

import io
import re
import zipfile
from dataclasses import dataclass

import filetype


@dataclass(frozen=True)
class FileType:
	mimetype: str
	extensions: tuple[str, ...]
	# shown in a page by its thumbnail, and as itself when it is opened
	is_image: bool = False


OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

TYPES = {
	"pdf": FileType("application/pdf", ("pdf",)),
	"png": FileType("image/png", ("png",), is_image=True),
	"jpg": FileType("image/jpeg", ("jpg", "jpeg"), is_image=True),
	"gif": FileType("image/gif", ("gif",), is_image=True),
	"webp": FileType("image/webp", ("webp",), is_image=True),
	"heic": FileType("image/heic", ("heic", "heif")),
	"docx": FileType(f"{OFFICE}.wordprocessingml.document", ("docx",)),
	"xlsx": FileType(f"{OFFICE}.spreadsheetml.sheet", ("xlsx",)),
	"pptx": FileType(f"{OFFICE}.presentationml.presentation", ("pptx",)),
	"odt": FileType(f"{OPEN_DOCUMENT}.text", ("odt",)),
	"ods": FileType(f"{OPEN_DOCUMENT}.spreadsheet", ("ods",)),
	"odp": FileType(f"{OPEN_DOCUMENT}.presentation", ("odp",)),
	"txt": FileType("text/plain", ("txt", "log", "md")),
	"csv": FileType("text/csv", ("csv",)),
	"zip": FileType("application/zip", ("zip",)),
}
UNKNOWN = FileType("application/octet-stream", ())

# How much of a file its type can be told from, a zip apart.
HEAD = 8192
# What an older browser would take for a page, whatever its name says.
MARKUP = re.compile(rb"^(?:\s|\xef\xbb\xbf)*<(!doctype|!--|\?xml|[a-z][a-z0-9]*[\s/>:])", re.IGNORECASE)
CONTROL = frozenset(range(32)) - {9, 10, 12, 13, 27}
ZIP_FOLDERS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}


def read_names(text: str | None) -> list[str]:
	"""The keys of a setting such as "pdf, PNG .jpg", in order and once each."""
	found = [name.strip(".").lower() for name in re.split(r"[\s,;]+", text or "")]
	return list(dict.fromkeys("jpg" if name == "jpeg" else name for name in found if name))


def detect(content: bytes) -> str | None:
	"""The key of what ``content`` is, or None for what is not in TYPES. A text file is "txt": its columns are its reader's."""
	if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
		return _detect_in_zip(content)
	kind = filetype.guess(content[:HEAD])
	if kind is not None:
		return kind.extension if kind.extension in TYPES else None
	return "txt" if is_text(content) else None


def fits(key: str, extension: str) -> bool:
	"""Whether a file of this type may be called so."""
	if key == "txt" and extension in TYPES["csv"].extensions:
		return True
	return extension in TYPES[key].extensions


def is_text(content: bytes) -> bool:
	"""Text without control characters that is no page in disguise."""
	head = content[:HEAD]
	return bool(head) and not MARKUP.match(head) and CONTROL.isdisjoint(content)


def _detect_in_zip(content: bytes) -> str | None:
	try:
		with zipfile.ZipFile(io.BytesIO(content)) as archive:
			names = archive.namelist()
			if names and names[0] == "mimetype":
				with archive.open("mimetype") as stream:
					written = stream.read(100).decode("ascii", "replace").strip()
				return next((key for key, kind in TYPES.items() if kind.mimetype == written), "zip")
	except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
		return None
	if "[Content_Types].xml" not in names:
		return "zip"
	return next(
		(key for folder, key in ZIP_FOLDERS.items() if any(n.startswith(folder) for n in names)), "zip"
	)
