"""The statement as CSV: UTF-8 with a byte order mark (which Excel needs), plain numbers, ISO dates."""

import csv
import io
from collections.abc import Callable
from typing import BinaryIO

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.statement.document import Statement
from customer_portal_ext.statement.texts import guard_formula
from customer_portal_ext.web.formats import quantise
from customer_portal_ext.web.words import _

MIMETYPE = "text/csv"


def write(statement: Statement, stream: BinaryIO, progress: Callable[[int], None]) -> None:
	"""Write the whole statement to ``stream``; ``progress`` is told after each line how many are done."""
	digits = get_decimals(statement.account.currency)
	text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
	writer = csv.writer(text)

	def write_row(date, entry, number="", reference="", due_date=None, debit=None, credit=None, balance=None):
		texts = (guard_formula(text) for text in (entry, number, reference))
		amounts = ("" if amount is None else quantise(amount, digits) for amount in (debit, credit, balance))
		due = due_date.isoformat() if due_date else ""
		writer.writerow([date.isoformat(), *texts, due, *amounts, statement.account.currency])

	writer.writerow(get_headings())
	opening, closing = _("Opening balance"), _("Closing balance")
	totals = statement.totals
	write_row(statement.from_date, opening, balance=totals.opening)
	with statement.lines() as lines:
		for done, line in enumerate(lines, 1):
			write_row(
				line["date"],
				line["text"],
				line["number"],
				line["reference"],
				line["due_date"],
				line["debit"] or None,
				line["credit"] or None,
				line["balance"],
			)
			progress(done)
	write_row(statement.to_date, closing, debit=totals.debit, credit=totals.credit, balance=totals.closing)
	text.detach()


def get_headings() -> list[str]:
	return [
		_("Date"),
		_("Entry"),
		_("Number"),
		_("Reference"),
		_("Due date"),
		_("Charged"),
		_("Paid or credited"),
		_("Balance"),
		_("Currency"),
	]
