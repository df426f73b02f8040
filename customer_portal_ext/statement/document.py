"""One statement as it leaves the portal: everything but its lines, which are read as they are written."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import frappe
from frappe.utils import getdate

from customer_portal_ext.account.contacts import get_recipient
from customer_portal_ext.base.company import get_company
from customer_portal_ext.statement import ageing, ledger
from customer_portal_ext.statement.ledger import ZERO, Account, Totals
from customer_portal_ext.web.formats import get_direction
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class Statement:
	"""Amounts are Decimal in ``account.currency``; ``ageing`` has the shape of one of ageing.get_accounts."""

	account: Account
	from_date: date
	to_date: date
	made_on: date
	language: str
	totals: Totals
	ageing: dict
	company: dict
	customer: dict

	@property
	def title(self) -> str:
		return _("Statement of account")

	@property
	def direction(self) -> str:
		return get_direction(self.language)

	@contextmanager
	def lines(self):
		"""An iterator over all lines; see ledger.every_line for what holds inside the ``with``."""
		with ledger.every_line(self.account, self.from_date, self.to_date, self.totals.opening) as lines:
			yield lines

	def get_filename(self, extension: str) -> str:
		return "{} {} {} {}.{}".format(
			_("Statement"),
			self.account.currency,
			self.from_date.isoformat(),
			self.to_date.isoformat(),
			extension,
		)


def get_statement(
	account: Account, from_date: date, to_date: date, totals: Totals | None = None
) -> Statement:
	"""The statement of ``account`` in the language of this request or job. At most five SQL statements."""
	if totals is None:
		opening = ledger.get_openings(account.customer, from_date).get(account, ZERO)
		totals = ledger.get_totals(account, from_date, to_date, opening)
	age = ageing.get_account_ageing(
		account.customer, account.company, account.currency, to_date, totals.closing
	)
	return Statement(
		account=account,
		from_date=from_date,
		to_date=to_date,
		made_on=getdate(),
		language=frappe.local.lang or "en",
		totals=totals,
		ageing=ageing.get_summary(account.company, account.currency, totals.closing, age),
		company=get_company(account.company),
		customer=get_recipient(account.customer),
	)
