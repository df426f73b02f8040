"""How much a customer may write. How often is in access.limits."""

from dataclasses import dataclass

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.conversations import file_types

LONGEST_TEXT = 5000
LONGEST_SUBJECT = 140
LONGEST_NAME = 100
LONGEST_FILE_NAME = 140

MAXIMUM_MEGABYTES = 20
MAXIMUM_COUNT = 20
MEGABYTE = 1024 * 1024
# Frappe refuses a whole request above 25 MB before any app sees it (frappe/app.py); a form's other parts take some.
LARGEST_REQUEST = 24 * MEGABYTE
# An image of more pixels than this is not taken (a "decompression bomb" is small on disk).
MOST_PIXELS = 60_000_000

DEFAULTS = {
	"attachment_types": "pdf, png, jpg, gif, webp, heic, docx, xlsx, odt, ods, txt, csv, zip",
	"attachment_size": 10,
	"attachment_count": 5,
}


@dataclass(frozen=True)
class FileLimits:
	"""What the settings allow: the types' keys, bytes of one file, files of one message."""

	types: tuple[str, ...]
	size: int
	count: int


def get_file_limits() -> FileLimits:
	settings = get_settings()
	types = tuple(
		name for name in file_types.read_names(settings.attachment_types) if name in file_types.TYPES
	)
	return FileLimits(
		types=types,
		size=(settings.attachment_size or DEFAULTS["attachment_size"]) * MEGABYTE,
		count=settings.attachment_count or DEFAULTS["attachment_count"],
	)
