"""Ledgers nobody thought of: a customer's invoices in any kind of instalments, and anything that settles or undoes a part.

All of it is booked by ERPNext, except for fractions of a coin, which only some sites' ledgers hold. What ERPNext refuses, such
as a credit note of more than is open, is left out. What can happen is one list (``ACTIONS``): another kind of thing that
happens to invoices is one more method, and its name there.
"""

from datetime import timedelta
from random import Random

import frappe
from frappe.utils import flt, getdate

from tests.factories import discounts
from tests.factories.documents import make_payment_entry, make_sales_invoice, save
from tests.factories.masters import get_company, make_customer, make_receivable_account
from tests.factories.random_settlements import FOREIGN, HOME, Settlements
from tests.factories.terms import HALVES, THIRDS, make_in_instalments

MANY = ((10, 5), (20, 15), (15, 40), (25, 60), (30, 110))
# What a unit is worth in the company's currency. Yen have no decimals, and a ledger may hold them all the same.
RATES = {"EUR": 1.25, "JPY": 0.0066}
# Names of methods, as often as each is wanted.
ACTIONS = {
	HOME: (
		*("pay", "pay", "pay_by_name", "pay_by_name", "pay_by_name"),
		*("credit", "credit", "credit_itself", "journal", "bill", "charge", "write_off"),
		*("pay_on_account", "refund", "refund", "pay_out", "bounce", "cancel", "reconcile"),
		"other_book",
	),
	FOREIGN: (
		*("pay", "pay", "pay_by_name", "pay_by_name", "credit", "credit_itself"),
		*("pay_on_account", "refund", "pay_out", "cancel", "reconcile"),
	),
}


class RandomLedger(Settlements):
	"""``RandomLedger(seed).customer``; the same seed is the same ledger. ``has_fractions`` says whether one has no coin for some."""

	def __init__(self, seed: int):
		self.random = Random(seed)
		self.currency = self.random.choice((None, None, None, None, *RATES))
		self.rate = RATES.get(self.currency, 1)
		self.account = make_receivable_account(self.currency) if self.currency else None
		self.customer = self.make_customer()
		self.invoices = []
		self.said = [self.currency] if self.currency else []
		self.has_fractions = False
		for _number in range(self.random.randint(1, 3)):
			self.invoices.append(self.make_invoice())
		actions = ACTIONS[FOREIGN if self.currency else HOME]
		for action in self.random.choices(actions, k=self.random.randint(1, 6)):
			self.attempt(action)
		if self.random.random() < 0.2:
			self.attempt("leave_fractions")

	def attempt(self, action: str) -> None:
		frappe.db.savepoint("random_ledger")
		try:
			getattr(self, action)()
			self.said.append(action)
		except frappe.ValidationError:
			frappe.db.rollback(save_point="random_ledger")
			frappe.clear_messages()

	def get_day(self):
		return getdate() - timedelta(days=self.random.randint(0, 20))

	def get_amount(self, most: float) -> float:
		least = 1 if self.currency == "JPY" else 0.01
		return self.rounded(self.random.uniform(least, max(most, 2 * least)))

	def rounded(self, amount: float) -> float:
		return flt(amount, 0 if self.currency == "JPY" else 2)

	def make_customer(self):
		if not self.currency:
			return make_customer()
		account = {"company": get_company(), "account": self.account}
		return make_customer(default_currency=self.currency, accounts=[account])

	def get_invoice_fields(self) -> dict:
		if not self.currency:
			return {}
		fields = {"currency": self.currency, "conversion_rate": self.rate, "debit_to": self.account}
		return {**fields, "disable_rounded_total": 1}

	def make_invoice(self):
		rate = self.random.choice((112.95, 300, 1000, self.get_amount(5000) + 1, self.get_amount(50) + 1))
		rate = self.rounded(rate)
		if not self.currency and self.random.random() < 0.2:
			return self.make_discounted(rate)
		days = self.random.randint(21, 90)
		kind = self.random.choice(("plain", "single", "term", "term", "term", "parts", "parts", "advance"))
		posted = getdate() - timedelta(days=days)
		fields = self.get_invoice_fields()
		if kind == "plain":
			due = posted + timedelta(days=self.random.randint(0, 60))
			return make_sales_invoice(self.customer, rate=rate, posting_date=posted, due_date=due, **fields)
		parts = ((100, 30),) if kind == "single" else self.random.choice((THIRDS, HALVES, MANY))
		by_term = self.random.choice((True, False)) if kind in ("single", "advance") else kind == "term"
		if kind != "advance":
			return make_in_instalments(self.customer, rate, parts, by_term, days, **fields)
		return self.make_with_advance(rate, parts, by_term, days, **fields)

	def make_discounted(self, rate):
		"""Less is asked for today where its discount has not ended."""
		parts = self.random.choice((discounts.WHOLE, discounts.HALVES))
		by_term, days = self.random.choice((True, False)), self.random.choice((0, 5, 15, 30))
		return discounts.make_discounted(self.customer, rate, parts, by_term, days_ago=days)

	def make_with_advance(self, rate, parts, by_term, days, **fields):
		posted = getdate() - timedelta(days=days)
		paid = self.rounded(rate / 3 + 0.01)
		advance = make_payment_entry(
			self.customer, paid, posting_date=posted, **self.get_payment_fields(paid)
		)
		invoice = make_in_instalments(self.customer, rate, parts, by_term, days, do_not_submit=True, **fields)
		row = {
			"reference_type": "Payment Entry",
			"reference_name": advance.name,
			"ref_exchange_rate": self.rate,
		}
		amount = min(advance.unallocated_amount, invoice.grand_total)
		invoice.append(
			"advances", {**row, "advance_amount": advance.unallocated_amount, "allocated_amount": amount}
		)
		invoice.set("payment_schedule", [])
		return save(invoice, do_not_submit=False)
