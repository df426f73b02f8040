"""The statement's file formats: which there are, how long a statement may be in each, and a file made at once."""

import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import frappe

from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.statement import document, ledger, limits
from customer_portal_ext.statement.document import Statement
from customer_portal_ext.statement.request import StatementRequest
from customer_portal_ext.web.responses import Download, Redirect
from customer_portal_ext.web.urls import ROOT, with_query
from customer_portal_ext.web.words import _

CHUNK = 64 * 1024
# up to this a file stays in memory
IN_MEMORY = 4 * 1024 * 1024


def get_labels() -> dict[str, str]:
	return {"pdf": _("PDF"), "xlsx": _("Excel"), "csv": _("CSV")}


def get_writer(format: str):
	"""The module that writes a format; WeasyPrint and openpyxl are loaded only by who needs them."""
	return frappe.get_module(f"customer_portal_ext.statement.export_{format}")


def require_format(format: str | None) -> str:
	if format not in limits.FORMATS:
		raise InvalidInput(_("A statement comes as PDF, Excel or CSV."), "format")
	return format


def require_length(format: str, count: int) -> None:
	if limits.is_too_large(format, count):
		raise InvalidInput(
			_("This period has too many entries for this format. Choose a shorter one, or CSV."), "format"
		)


def get_download(wanted: StatementRequest, format: str) -> Download | Redirect:
	"""The file at once; for a long statement a way back to its page, whose button has it made in the background."""
	if format not in limits.FORMATS:
		raise DocumentNotFound
	period = wanted.period
	totals = ledger.get_totals(wanted.account, period.from_date, period.to_date, wanted.opening)
	require_length(format, totals.count)
	if limits.is_large(format, totals.count):
		return Redirect(with_query(f"{ROOT}/statement", wanted.query | {"notice": "statement-long"}))
	statement = document.get_statement(wanted.account, period.from_date, period.to_date, totals)
	stream = write(statement, format)
	return Download(statement.get_filename(format), get_writer(format).MIMETYPE, read_chunks(stream))


@frappe.read_only()
def write(statement: Statement, format: str) -> BinaryIO:
	"""The file, at its beginning; a long one lies on disk, not in memory."""
	stream = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
	get_writer(format).write(statement, stream, lambda done: None)
	stream.seek(0)
	return stream


def read_chunks(stream: BinaryIO) -> Iterator[bytes]:
	with stream:
		while chunk := stream.read(CHUNK):
			yield chunk
