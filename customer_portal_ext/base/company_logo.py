"""A company's logo: the one file of this site's own that Company names in ``company_logo``.

Desk keeps what is attached there as a private file, which nobody without an account may read. So the portal opens that file
itself, and no other private one: it is attached to the company, lies where its address says (no link leads elsewhere), and is
a picture by its content.
"""

import hashlib
import stat
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import frappe

from customer_portal_ext.base import picture_data, pictures
from customer_portal_ext.base.site_address import get_site_url

PUBLIC, PRIVATE = "/files/", "/private/files/"
ADDRESS = "/portal/logo"


def get_default_company() -> str | None:
	"""The company whose name and logo the pages bear."""
	return frappe.defaults.get_global_default("company")


def get_address(company: str | None) -> str | None:
	"""Where a browser gets the logo: a public file where nginx serves it, a private one from the portal, under an address that
	changes with the file. No statement, once a process knows that the file is the company's.
	"""
	values = _get_values(company)
	url = (values and values.company_logo) or ""
	if url.startswith(PUBLIC) and _get_names(url):
		return url
	if not url.startswith(PRIVATE) or not _is_known_as_own(frappe.local.site, company, url, values.modified):
		return None
	file = _find(url)
	return f"{ADDRESS}?v={get_version(file)}" if file and read(file) else None


def get_mail_address(company: str | None) -> str | None:
	"""The same for an e-mail, whose reader may be signed in nowhere. No drawing: mail programs show none."""
	file = get_file(company)
	if not file or read(file)[0] == picture_data.DRAWING:
		return None
	return get_site_url(quote(get_address(company), safe="/?="))


def get_file(company: str | None) -> Path | None:
	"""The logo's file, whose content ``read`` gives; None where there is none that may be shown."""
	values = _get_values(company)
	url = (values and values.company_logo) or ""
	if url.startswith(PRIVATE) and not _is_attached(company, url):
		return None
	file = _find(url)
	return file if file and read(file) else None


def read(file: Path) -> tuple[str, bytes] | None:
	"""MIME type and content of a picture, a drawing's cleaned; None for what is none, or unpacks to more than is worth it."""
	try:
		status = file.stat()
	except OSError:
		return None
	return _read(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _read(file: Path, _changed: int, size: int) -> tuple[str, bytes] | None:
	if size > picture_data.LARGEST_BYTES:
		return None
	found = picture_data.get_picture(file.read_bytes())
	return found if found and pictures.is_bearable(*found) else None


def _get_values(company: str | None):
	fields = ["company_logo", "modified"]
	return frappe.get_cached_value("Company", company, fields, as_dict=True) if company else None


@lru_cache(maxsize=64)
def _is_known_as_own(_site: str, company: str, url: str, _modified) -> bool:
	return _is_attached(company, url)


def _is_attached(company: str, url: str) -> bool:
	"""Whether a private file belongs to the company. MariaDB compares without regard to case, a file system does not."""
	attached = {"attached_to_doctype": "Company", "attached_to_name": company, "is_private": 1}
	return url in frappe.get_all("File", {"file_url": url, **attached}, pluck="file_url")


def _find(url: str) -> Path | None:
	"""The ordinary file behind an address of this site's own; None where the way to it leads through a link or upwards."""
	names = _get_names(url)
	if not names:
		return None
	kind = "public" if url.startswith(PUBLIC) else "private"
	folder = Path(frappe.get_site_path(kind, "files")).resolve()
	wanted = folder.joinpath(*names)
	try:
		file = wanted.resolve(strict=True)
		is_file = stat.S_ISREG(file.stat().st_mode)
	except (OSError, RuntimeError, ValueError):
		return None
	stays = file == wanted if kind == "private" else file.is_relative_to(folder)
	return file if is_file and stays else None


def _get_names(url: str) -> list[str]:
	"""The names on the way from the folder of files; none where it leads upwards, or the address is no such file's."""
	prefix = next((prefix for prefix in (PUBLIC, PRIVATE) if url.startswith(prefix)), None)
	names = url.removeprefix(prefix).split("/") if prefix and url.isprintable() else []
	return [] if {"", ".", ".."}.intersection(names) else names


def get_version(file: Path) -> str:
	"""What changes with the file."""
	status = file.stat()
	return hashlib.sha256(f"{file.name}{status.st_mtime_ns}{status.st_size}".encode()).hexdigest()[:12]
