"""Which of the site's files a print may hold: pictures and fonts by their content, from a list of places.

Built assets of the installed apps, public files, and private files that are attached to what is printed: the document, its
letter head, its print format, its company and its items. A path is resolved before it is read, so that no link leads out.
"""

import stat
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import frappe

from customer_portal_ext.base.picture_data import LARGEST_BYTES, clean_data_uri, get_data_uri
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.base.style_sheets import clean_style_sheet

ASSETS, PUBLIC, PRIVATE = "/assets/", "/files/", "/private/files/"
LONGEST_ADDRESS = 2048


class PrintedFiles:
	"""The files of one print. ``owners`` are the documents, as (DocType, name), whose private files belong to it."""

	def __init__(self, owners: set[tuple[str, str]] | None = None):
		self.owners = owners or set()
		self.loaded: dict[str, str | None] = {}

	def load(self, address: str) -> str | None:
		"""The picture or font behind an address as a data URI; None for everything else, which is not even looked for."""
		if address not in self.loaded:
			self.loaded[address] = self._load(address)
		return self.loaded[address]

	def _load(self, address: str) -> str | None:
		if address.lstrip()[:5].lower() == "data:":
			return clean_data_uri(address)
		content = self.read(address)
		return get_data_uri(content, with_fonts=True) if content else None

	def get_style_sheet(self, address: str) -> str:
		"""A style sheet of an installed app or of the public files, with its pictures inside; empty where there is none."""
		path = get_own_path(address)
		if not path or not path.endswith(".css") or not path.startswith((ASSETS, PUBLIC)):
			return ""
		file = find_file(path)
		if not file:
			return ""
		if path.startswith(ASSETS):
			return get_built_style_sheet(file, file.stat().st_mtime_ns)
		return clean_style_sheet(file.read_text(errors="replace"), self.load)

	def read(self, address: str) -> bytes | None:
		path = get_own_path(address)
		if not path or (path.startswith(PRIVATE) and not self.is_attached(path)):
			return None
		file = find_file(path)
		return file.read_bytes() if file else None

	def is_attached(self, url: str) -> bool:
		"""Whether a private file belongs to one of the owners; that of an item's template belongs to the item."""
		attached = frappe.get_all(
			"File",
			{"file_url": url, "is_private": 1},
			["attached_to_doctype", "attached_to_name"],
			as_list=True,
		)
		if self.owners.intersection(attached):
			return True
		templates = [name for doctype, name in attached if doctype == "Item"]
		items = [name for doctype, name in self.owners if doctype == "Item"]
		return bool(
			templates
			and items
			and frappe.db.exists("Item", {"name": ("in", items), "variant_of": ("in", templates)})
		)


@lru_cache(maxsize=16)
def get_built_style_sheet(file: Path, _changed: int) -> str:
	"""An app's style sheet without its fonts, which come from the machine: kept, since it is large and seldom changes."""
	return clean_style_sheet(file.read_text(errors="replace"))


def get_own_path(address: str) -> str | None:
	"""The path of an address of this site's own files; None for any other address."""
	if len(address) > LONGEST_ADDRESS:
		return None
	try:
		parts = urlsplit(address.strip())
	except ValueError:
		return None
	if (parts.scheme or parts.netloc) and f"{parts.scheme}://{parts.netloc}" != get_site_url().rstrip("/"):
		return None
	path = unquote(parts.path)
	names = path.split("/")
	if not path.isprintable() or "\\" in path or "" in names[1:] or ".." in names or "." in names:
		return None
	return path if path.startswith((ASSETS, PUBLIC, PRIVATE)) else None


def find_file(path: str) -> Path | None:
	"""The ordinary file behind a path that get_own_path gave, resolved; None where it lies elsewhere or is too large."""
	if path.startswith(ASSETS):
		place, allowed = Path(frappe.local.sites_path, "assets"), get_asset_folders()
		name = path.removeprefix(ASSETS)
	else:
		kind = "public" if path.startswith(PUBLIC) else "private"
		place = Path(frappe.get_site_path(kind, "files"))
		allowed = (place.resolve(),)
		name = path.removeprefix(PUBLIC if kind == "public" else PRIVATE)
	try:
		file = (place / name).resolve(strict=True)
		status = file.stat()
	except (OSError, RuntimeError, ValueError):
		return None
	is_inside = any(file.is_relative_to(folder) for folder in allowed)
	return file if is_inside and stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_BYTES else None


def get_asset_folders() -> tuple[Path, ...]:
	"""Where assets lie: in the bench's own folder of them, or, by its links, in the public folders of installed apps."""
	return (
		Path(frappe.local.sites_path, "assets").resolve(),
		*(Path(frappe.get_app_path(app, "public")).resolve() for app in frappe.get_installed_apps()),
	)
