"""Files of messages, handed out: who may have one is decided by ``access.conversations``."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe.utils import cint
from pypika.queries import QueryBuilder

from customer_portal_ext.base import pictures
from customer_portal_ext.conversations import audience, file_types
from customer_portal_ext.exceptions import DocumentNotFound

THUMBNAIL_PIXELS = 320
THUMBNAIL_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Attachment:
	"""A file of a message that some customers may read; ``doctype`` and ``document`` are what the message is about."""

	name: str
	file_name: str
	path: Path
	content_hash: str
	doctype: str
	document: str


def join(messages: QueryBuilder) -> QueryBuilder:
	"""SQL: the rows of a query of messages, once for each of their files, oldest file first."""
	file = frappe.qb.DocType("File")
	message = messages.as_("message")
	return (
		frappe.qb.from_(message)
		.left_join(file)
		.on(
			(file.attached_to_doctype == "Communication")
			& (file.attached_to_name == message.name)
			& (file.is_folder == 0)
		)
		.select(
			message.star,
			file.name.as_("file"),
			file.file_name,
			file.file_size,
			file.file_url,
		)
		.orderby(file.creation)
		.orderby(file.name)
	)


def group(rows: Iterable[dict]) -> dict[str, list[dict]]:
	"""The files of each message, from the rows of ``join``."""
	found: dict[str, list[dict]] = {}
	for row in rows:
		if row["file"] and _is_local(row["file_url"]):
			found.setdefault(row["name"], []).append(describe(row))
	return found


def describe(row: dict) -> dict:
	"""What a page shows of a file. By its name here; what is handed out goes by the content."""
	extension = row["file_name"].rpartition(".")[2].lower()
	is_image = any(kind.is_image and extension in kind.extensions for kind in file_types.TYPES.values())
	return {
		"file": row["file"],
		"name": row["file_name"],
		"size": cint(row["file_size"]),
		"is_image": is_image,
	}


def find(customers: tuple[str, ...], file: str) -> Attachment:
	"""The attachment of a message these customers may read. Raises DocumentNotFound: missing, foreign, internal alike."""
	table, message = frappe.qb.DocType("File"), frappe.qb.DocType("Communication")
	rows = (
		frappe.qb.from_(table)
		.join(message)
		.on((table.attached_to_doctype == "Communication") & (table.attached_to_name == message.name))
		.select(
			table.name,
			table.file_name,
			table.file_url,
			table.is_private,
			table.content_hash,
			message.reference_doctype,
			message.reference_name,
		)
		.where((table.name == file) & (table.is_folder == 0) & audience.readable_by(message, customers))
	).run(as_dict=True)
	if not rows or rows[0].name != file or not _is_local(rows[0].file_url):
		raise DocumentNotFound
	row = rows[0]
	return Attachment(
		row.name,
		row.file_name,
		_get_path(row.file_url, row.is_private),
		row.content_hash or row.name,
		row.reference_doctype,
		row.reference_name,
	)


def read(attachment: Attachment) -> tuple[bytes, file_types.FileType]:
	"""Content and type. The type is what the content is; anything this app cannot tell is only ever saved, never shown."""
	content = attachment.path.read_bytes()
	key = file_types.detect(content)
	return content, file_types.TYPES[key] if key else file_types.UNKNOWN


def get_thumbnail(attachment: Attachment) -> bytes | None:
	"""A small JPEG made anew from the pixels; None where none can be drawn, or not now. Raises DocumentNotFound for what is
	not an image."""
	key = f"portal_thumbnail|{attachment.content_hash}"
	found = frappe.cache.get_value(key, expires=True)
	if found is None:
		require_image(attachment)
		try:
			found = pictures.draw(attachment.path, THUMBNAIL_PIXELS)
		except pictures.Unreadable:
			found = b""
		except pictures.Busy:
			return None
		frappe.cache.set_value(key, found, expires_in_sec=THUMBNAIL_SECONDS)
	return found or None


def require_image(attachment: Attachment) -> None:
	with attachment.path.open("rb") as stream:
		key = file_types.detect(stream.read(file_types.HEAD))
	if not key or not file_types.TYPES[key].is_image:
		raise DocumentNotFound


def _is_local(url: str | None) -> bool:
	return bool(url) and url.startswith(("/private/files/", "/files/"))


def _get_path(url: str, is_private: int) -> Path:
	"""Where the file lies, never outside the site's folder of files."""
	folder = Path(frappe.get_site_path("private" if is_private else "public", "files")).resolve()
	path = (folder / url.partition("/files/")[2]).resolve()
	if not path.is_relative_to(folder) or not path.is_file():
		raise DocumentNotFound
	return path
