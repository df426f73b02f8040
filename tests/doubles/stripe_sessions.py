"""Checkout Sessions at the double: created with every parameter checked, read, expired."""

import copy

from tests.doubles import stripe_form as form
from tests.doubles import stripe_objects as objects
from tests.doubles.stripe_errors import Refusal, invalid, missing

SESSION_FIELDS = {
	*("mode", "line_items", "success_url", "cancel_url", "client_reference_id", "customer_email", "locale"),
	*("expires_at", "metadata", "payment_intent_data", "payment_method_types", "submit_type"),
}


class SessionApi:
	"""Part of the double's account."""

	def create_session(self, given: dict) -> dict:
		form.refuse_unknown(given, SESSION_FIELDS)
		if given.get("mode") != "payment":
			raise invalid("mode", "This account's double knows mode=payment alone.")
		amount, currency = self.read_lines(given.get("line_items"))
		for field in ("success_url", "cancel_url"):
			if not str(given.get(field, "")).startswith(("http://", "https://")):
				raise invalid(field, "Not a valid URL", "url_invalid")
		methods = given.get("payment_method_types") or ["card", "link"]
		for place, method in enumerate(methods):
			allowed = objects.METHOD_CURRENCIES.get(method, set())
			if allowed is not None and currency not in allowed:
				raise invalid(
					f"payment_method_types[{place}]",
					f"The payment method `{method}` cannot be used with currency `{currency}`.",
				)
		data = given.get("payment_intent_data") or {}
		form.refuse_unknown(data, {"description", "metadata", "receipt_email"}, "payment_intent_data")
		values = {
			**given,
			"amount": amount,
			"currency": currency,
			"payment_method_types": methods,
			"metadata": form.read_metadata(given.get("metadata")),
		}
		if "expires_at" in given:
			values["expires_at"] = self.read_expiry(given["expires_at"])
		with self.lock:
			session = objects.make_session(self, values, self.now)
			self.sessions[session["id"]] = session
			self.intent_data[session["id"]] = {**data, "metadata": form.read_metadata(data.get("metadata"))}
			return copy.deepcopy(session)

	def read_lines(self, lines) -> tuple[int, str]:
		if not isinstance(lines, list) or not lines:
			raise invalid("line_items", "You must pass line_items.", "parameter_missing")
		total, currencies = 0, set()
		for place, line in enumerate(lines):
			name = f"line_items[{place}]"
			form.refuse_unknown(line, {"price_data", "quantity"}, name)
			price = line.get("price_data") or {}
			form.refuse_unknown(price, {"currency", "unit_amount", "product_data"}, f"{name}[price_data]")
			product = price.get("product_data") or {}
			form.refuse_unknown(product, {"name", "description"}, f"{name}[price_data][product_data]")
			if not product.get("name", "").strip():
				raise invalid(f"{name}[price_data][product_data][name]", "Missing required param: name.")
			if not str(price.get("currency", "")).isalpha() or price["currency"] != price["currency"].lower():
				raise invalid(f"{name}[price_data][currency]", "Invalid currency")
			unit = form.read_integer(price.get("unit_amount"), f"{name}[price_data][unit_amount]")
			total += unit * form.read_integer(line.get("quantity"), f"{name}[quantity]", 1)
			currencies.add(price["currency"])
		if len(currencies) > 1:
			raise invalid("line_items", "All prices must use the same currency.")
		currency = currencies.pop()
		if total < objects.SMALLEST_CHARGE.get(currency, 1):
			raise invalid(
				"line_items", "The Checkout Session's total amount is too small.", "amount_too_small"
			)
		if currency in objects.THREE_DECIMAL and total % 10:
			raise invalid("line_items", f"Amounts in {currency} must end in 0.", "invalid_charge_amount")
		return total, currency

	def read_expiry(self, value) -> int:
		moment = form.read_integer(value, "expires_at", 1, 2**40)
		if not self.now + 30 * 60 <= moment <= self.now + objects.SECONDS_OPEN:
			raise invalid(
				"expires_at",
				"The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout "
				"Session creation.",
			)
		return moment

	def get_session(self, name: str) -> dict:
		with self.lock:
			if name not in self.sessions:
				raise missing("checkout.session", name)
			session = self.sessions[name]
			if session["status"] == "open" and session["expires_at"] <= self.now:
				self.expire(name)
			return session

	def expire_session(self, name: str) -> dict:
		with self.lock:
			if self.get_session(name)["status"] != "open":
				raise Refusal(
					400,
					"Only Checkout Sessions with a status in ['open'] can be expired. This Checkout Session has a "
					f"status of {self.sessions[name]['status']}.",
				)
			self.expire(name)
			return self.sessions[name]
