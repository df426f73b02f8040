"""The statement as a workbook: real dates and numbers, texts that are never formulas, row by row in little memory."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.statement.document import Statement
from customer_portal_ext.statement.export_csv import get_headings
from customer_portal_ext.statement.texts import get_sheet_title, strip_unprintable
from customer_portal_ext.web.formats import quantise
from customer_portal_ext.web.words import _

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = {"A": 12, "B": 20, "C": 24, "D": 22, "E": 12, "F": 16, "G": 18, "H": 16, "I": 10}
HEADING_ROW = 5
BOLD = Font(bold=True)


class Sheet:
	"""One write-only sheet and the cells it takes."""

	def __init__(self, book: Workbook, title: str, currency: str, right_to_left: bool):
		self.sheet = book.create_sheet(get_sheet_title(title))
		self.sheet.sheet_view.rightToLeft = right_to_left
		self.digits = get_decimals(currency)
		self.number_format = "#,##0" + ("." + "0" * self.digits if self.digits else "")

	def append(self, *values, bold: bool = False) -> None:
		self.sheet.append([self.make_cell(value, bold) for value in values])

	def make_cell(self, value: str | date | Decimal | None, bold: bool) -> WriteOnlyCell:
		if isinstance(value, Decimal):
			cell = WriteOnlyCell(self.sheet, quantise(value, self.digits))
			cell.number_format = self.number_format
		elif isinstance(value, date):
			cell = WriteOnlyCell(self.sheet, value)
			cell.number_format = "yyyy-mm-dd"
		else:
			cell = WriteOnlyCell(self.sheet, strip_unprintable(value or "") or None)
			if value:
				# a text that begins with "=" would become a formula
				cell.data_type = "s"
		if bold:
			cell.font = BOLD
		return cell


def write(statement: Statement, stream: BinaryIO, progress: Callable[[int], None]) -> None:
	"""Write the whole statement to ``stream``; ``progress`` is told after each line how many are done."""
	book = Workbook(write_only=True)
	write_entries(statement, book, progress)
	write_ageing(statement, book)
	book.save(stream)


def write_entries(statement: Statement, book: Workbook, progress: Callable[[int], None]) -> None:
	currency = statement.account.currency
	sheet = Sheet(book, _("Statement"), currency, statement.direction == "rtl")
	for column, width in WIDTHS.items():
		sheet.sheet.column_dimensions[column].width = width
	sheet.sheet.freeze_panes = f"A{HEADING_ROW + 1}"
	sheet.append(statement.title, bold=True)
	sheet.append(statement.company["name"])
	sheet.append(statement.customer["customer_name"])
	sheet.append(statement.from_date, statement.to_date)
	sheet.append(*get_headings(), bold=True)

	opening, closing = _("Opening balance"), _("Closing balance")
	totals = statement.totals
	sheet.append(
		statement.from_date, opening, None, None, None, None, None, totals.opening, currency, bold=True
	)
	with statement.lines() as lines:
		for done, line in enumerate(lines, 1):
			sheet.append(
				line["date"],
				line["text"],
				line["number"],
				line["reference"],
				line["due_date"],
				line["debit"] or None,
				line["credit"] or None,
				line["balance"],
				currency,
			)
			progress(done)
	sheet.append(
		statement.to_date,
		closing,
		None,
		None,
		None,
		totals.debit,
		totals.credit,
		totals.closing,
		currency,
		bold=True,
	)


def write_ageing(statement: Statement, book: Workbook) -> None:
	ageing = statement.ageing
	sheet = Sheet(book, _("Ageing"), statement.account.currency, statement.direction == "rtl")
	sheet.sheet.column_dimensions["A"].width = 28
	sheet.sheet.column_dimensions["B"].width = 18
	sheet.append(_("By due date"), statement.account.currency, bold=True)
	sheet.append(_("As of"), statement.to_date)
	for bucket in ageing["buckets"]:
		sheet.append(bucket["label"], bucket["amount"])
	sheet.append(_("Unallocated credit"), -ageing["credit"])
	sheet.append(_("Balance"), ageing["balance"], bold=True)
