"""One account at the Stripe double: what its API creates and reads, and what customers, banks and staff then do.

Everything that happens makes the events Stripe makes of it, in Stripe's order. They wait in ``outbox`` until they are
delivered, so that a test decides when, how often and in which order they arrive.
"""

import copy
import threading
from contextlib import contextmanager

from tests.doubles import stripe_form as form
from tests.doubles import stripe_objects as objects
from tests.doubles.stripe_errors import Refusal, missing
from tests.doubles.stripe_sessions import SessionApi

FEE_PERMILLE = 29


class StripeAccount(SessionApi):
	"""All objects of one account. ``settlement_currency`` and ``rates`` make fees appear in another currency."""

	def __init__(self, secret_key: str, webhook_secret: str, address: str):
		self.secret_key = secret_key
		self.webhook_secret = webhook_secret
		self.address = address
		self.livemode = "_live_" in secret_key
		self.webhook_version = "2024-06-20"
		self.settlement_currency: str | None = None
		self.rates: dict[str, float] = {}
		self.lock = threading.RLock()
		self.sessions: dict[str, dict] = {}
		self.intent_data: dict[str, dict] = {}
		self.records: dict[str, dict] = {}
		self.events: list[dict] = []
		self.outbox: list[dict] = []
		self.clock_offset = 0

	@property
	def now(self) -> int:
		return objects.now() + self.clock_offset

	# What the API does.

	def get_record(self, kind: str, name: str) -> dict:
		with self.lock:
			record = self.records.get(name)
			if record is None or record["object"] != kind:
				raise missing(kind, name)
			return record

	def get_list(self, kind: str, given: dict) -> list[dict]:
		"""Newest first, as Stripe lists; filtered by the equal fields that Stripe offers."""
		filters = {key: given[key] for key in ("payment_intent", "charge") if key in given}
		since = int((given.get("created") or {}).get("gte", 0))
		with self.lock:
			pool = self.sessions if kind == "checkout.session" else self.records
			found = [
				record
				for record in pool.values()
				if record["object"] == kind
				and record["created"] >= since
				and all(record.get(key) == value for key, value in filters.items())
			]
			return list(reversed(found))[: form.read_integer(given.get("limit", "10"), "limit", 1, 100)]

	# What the customer does on the hosted page.

	def pay(self, name: str, method: str = "card") -> dict:
		"""The customer pays. With a delayed method the session is complete and still unpaid until ``settle``."""
		with self.happening():
			session = self.get_session(name)
			intent = self.start_intent(session, method)
			session["customer_details"] = {"email": session["customer_email"], "name": None}
			session["status"] = "complete"
			if method in objects.DELAYED_METHODS:
				intent["status"] = "processing"
				self.note("payment_intent.processing", intent)
			else:
				self.collect(intent, method)
				session["payment_status"] = "paid"
			self.note("checkout.session.completed", session)
			return session

	def settle(self, name: str) -> dict:
		"""The money of a delayed method has arrived."""
		with self.happening():
			session = self.sessions[name]
			intent = self.records[session["payment_intent"]]
			assert intent["status"] == "processing", intent["status"]
			self.collect(intent, session["used_method"])
			session["payment_status"] = "paid"
			self.note("checkout.session.async_payment_succeeded", session)
			return session

	def fail_later(self, name: str) -> dict:
		"""The delayed method failed: the session stays complete and unpaid."""
		with self.happening():
			session = self.sessions[name]
			intent = self.records[session["payment_intent"]]
			assert intent["status"] == "processing", intent["status"]
			self.refuse(intent, "payment_intent_payment_attempt_failed")
			self.note("checkout.session.async_payment_failed", session)
			return session

	def decline(self, name: str) -> dict:
		"""The bank declines the card. The session stays open: the customer may try another."""
		with self.happening():
			session = self.get_session(name)
			intent = self.start_intent(session, "card")
			self.refuse(intent, "card_declined")
			return session

	def expire(self, name: str) -> dict:
		with self.happening():
			session = self.sessions[name]
			assert session["status"] == "open", session["status"]
			session["status"], session["url"] = "expired", None
			self.note("checkout.session.expired", session)
			return session

	# What banks, and staff in Stripe's dashboard, do later.

	def refund(self, intent: str, amount: int | None = None, status: str = "succeeded") -> dict:
		"""All, or ``amount``, goes back. With status "pending" the money has not moved yet."""
		with self.happening():
			charge = self.records[self.records[intent]["latest_charge"]]
			left = charge["amount"] - charge["amount_refunded"]
			amount = left if amount is None else amount
			assert 0 < amount <= left
			refund = objects.make_refund(charge, amount, "requested_by_customer", status, self.now)
			self.records[refund["id"]] = refund
			self.book(refund, "refund", -amount, 0)
			charge["amount_refunded"] += amount
			charge["refunded"] = charge["amount_refunded"] == charge["amount"]
			self.note("refund.created", refund)
			self.note("charge.refunded", charge)
			return refund

	def fail_refund(self, name: str) -> dict:
		"""The customer's bank sent the refund back: the money is the company's again."""
		with self.happening():
			refund = self.records[name]
			charge = self.records[refund["charge"]]
			refund["status"], refund["failure_reason"] = "failed", "expired_or_canceled_card"
			charge["amount_refunded"] -= refund["amount"]
			charge["refunded"] = False
			self.note("refund.failed", refund)
			return refund

	def open_dispute(self, intent: str, amount: int | None = None, reason: str = "fraudulent") -> dict:
		with self.happening():
			charge = self.records[self.records[intent]["latest_charge"]]
			dispute = objects.make_dispute(self, charge, amount or charge["amount"], reason, self.now)
			self.records[dispute["id"]] = dispute
			charge["disputed"] = True
			taken = self.book(dispute, "adjustment", -dispute["amount"], 1500)
			dispute["balance_transactions"] = [taken]
			self.note("charge.dispute.created", dispute)
			self.note("charge.dispute.funds_withdrawn", dispute)
			return dispute

	def close_dispute(self, name: str, is_won: bool) -> dict:
		with self.happening():
			dispute = self.records[name]
			dispute["status"] = "won" if is_won else "lost"
			if is_won:
				back = self.book(dispute, "adjustment", dispute["amount"], 0)
				dispute["balance_transactions"] = [*dispute["balance_transactions"], back]
				self.note("charge.dispute.funds_reinstated", dispute)
			self.note("charge.dispute.closed", dispute)
			return dispute

	# Steps of the above.

	def start_intent(self, session: dict, method: str) -> dict:
		if session["status"] != "open":
			raise Refusal(400, "This Checkout Session is no longer open.")
		if method not in session["payment_method_types"]:
			raise Refusal(400, f"This Checkout Session does not offer {method}.")
		session["used_method"] = method
		if session["payment_intent"]:
			return self.records[session["payment_intent"]]
		intent = objects.make_payment_intent(self, session, self.intent_data[session["id"]], self.now)
		self.records[intent["id"]] = intent
		session["payment_intent"] = intent["id"]
		self.note("payment_intent.created", intent)
		return intent

	def collect(self, intent: dict, method: str) -> None:
		charge = objects.make_charge(self, intent, method, self.now)
		self.records[charge["id"]] = charge
		fee = 30 + (intent["amount"] * FEE_PERMILLE + 500) // 1000
		self.book(charge, "charge", intent["amount"], fee)
		intent |= {
			"amount_received": intent["amount"],
			"last_payment_error": None,
			"latest_charge": charge["id"],
			"status": "succeeded",
		}
		self.note("charge.succeeded", charge)
		self.note("payment_intent.succeeded", intent)

	def refuse(self, intent: dict, code: str) -> None:
		intent["status"] = "requires_payment_method"
		intent["last_payment_error"] = {
			"code": code,
			"message": "Your card was declined.",
			"type": "card_error",
		}
		self.note("payment_intent.payment_failed", intent)

	def book(self, source: dict, kind: str, gross: int, fee: int) -> dict:
		rate = self.rates.get(source["currency"], 1)
		transaction = objects.make_balance_transaction(
			self, source, kind, round(gross * rate), round(fee * rate), self.now
		)
		self.records[transaction["id"]] = transaction
		if "balance_transaction" in source:
			source["balance_transaction"] = transaction["id"]
		return transaction

	def note(self, kind: str, content: dict) -> None:
		shown = {key: value for key, value in content.items() if key != "used_method"}
		event = objects.make_event(self, kind, copy.deepcopy(shown), self.now)
		self.records[event["id"]] = event
		self.events.append(event)
		self.outbox.append(event)

	@contextmanager
	def happening(self):
		with self.lock:
			yield
