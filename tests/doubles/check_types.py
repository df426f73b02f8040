"""The double's objects against the types of a current ``stripe`` package, in an environment of its own.

The bench keeps stripe 2.56, whose classes have no types. This needs no bench and no Frappe:

    uv run --no-project --python 3.12 --with stripe python -m tests.doubles.check_types

Every field of every object that the double makes must be a field of Stripe's class, and its value of the field's type.
Exit code 1 and a line for each that is not.
"""

import builtins
import sys
import types
import typing

import stripe

from tests.doubles.stripe_account import StripeAccount
from tests.doubles.stripe_sessions import SESSION_FIELDS

CLASSES = {
	"checkout.session": stripe.checkout.Session,
	"payment_intent": stripe.PaymentIntent,
	"charge": stripe.Charge,
	"balance_transaction": stripe.BalanceTransaction,
	"refund": stripe.Refund,
	"dispute": stripe.Dispute,
	"event": stripe.Event,
}
# Parameters of the pinned version (2024-06-20) that the newest one has renamed; a session still has the field.
FORMER_PARAMETERS = {"payment_method_types"}
# Fields that Python's own words keep from being declared, or that carry any content.
UNTYPED = {"event.data", "event.request"}


def play() -> StripeAccount:
	"""An account in which everything has happened once."""
	account = StripeAccount("sk_test_x", "whsec_x", "http://127.0.0.1:1")

	def begin(**values) -> str:
		price = {"currency": "usd", "unit_amount": "5000", "product_data": {"name": "INV-1"}}
		return account.create_session(
			{
				"mode": "payment",
				"line_items": [{"price_data": price, "quantity": "1"}],
				"success_url": "http://127.0.0.1/",
				"cancel_url": "http://127.0.0.1/",
				"customer_email": "buyer@example.com",
				"payment_method_types": ["card", "us_bank_account"],
				"metadata": {"portal_payment": "PAY-1"},
				**values,
			}
		)["id"]

	for method in ("card", "us_bank_account"):
		name = begin()
		account.pay(name, method)
	account.settle(name)
	intent = account.sessions[name]["payment_intent"]
	account.fail_refund(account.refund(intent, 1000)["id"])
	account.refund(intent, 500)
	account.close_dispute(account.open_dispute(intent, 2000)["id"], is_won=True)
	account.close_dispute(account.open_dispute(intent, 2000)["id"], is_won=False)
	account.decline(begin())
	account.expire(begin())
	late = begin()
	account.pay(late, "us_bank_account")
	account.fail_later(late)
	return account


def check(value, hint, place: str) -> list[str]:
	"""What is wrong with ``value`` as a ``hint``."""
	if place in UNTYPED:
		return []
	origin, inner = typing.get_origin(hint), typing.get_args(hint)
	if origin in (typing.Union, types.UnionType):
		found = [check(value, one, place) for one in inner]
		return [] if [] in found else min(found, key=len)
	if origin is typing.Literal:
		return [] if value in inner else [f"{place}: {value!r} is none of {inner}"]
	if origin is list:
		if not isinstance(value, list):
			return [f"{place}: {value!r} is no list"]
		return [line for one in value for line in check(one, inner[0], place)]
	if isinstance(origin, type) and issubclass(
		origin, stripe.StripeObject
	):  # such as metadata: text by free names
		return check(value, dict[str, inner[0]], place)
	if origin is dict or hint in (dict, typing.Any):
		return [] if hint is typing.Any or isinstance(value, dict) else [f"{place}: {value!r} is no object"]
	if isinstance(hint, type) and issubclass(hint, stripe.StripeObject):
		return check_object(value, hint, place) if isinstance(value, dict) else [f"{place}: {value!r}"]
	if hint is float:
		return [] if isinstance(value, int | float) else [f"{place}: {value!r} is no number"]
	wanted = type(None) if hint is None else hint
	if not isinstance(wanted, type):
		return [f"{place}: {hint} is not understood here"]
	is_right = isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))
	return [] if is_right else [f"{place}: {value!r} is no {wanted.__name__}"]


class Names(dict):
	"""What Stripe's modules import for type checkers alone, found by name."""

	def __init__(self, module: str):
		super().__init__()
		self.known = vars(sys.modules[module])

	def __missing__(self, name: str):
		if name in self.known or hasattr(builtins, name):
			raise KeyError(name)
		return getattr(stripe, name, getattr(stripe.checkout, name, typing.Any))


def get_hints(kind: type) -> dict:
	return typing.get_type_hints(kind, localns=Names(kind.__module__))


def check_object(record: dict, kind: type, place: str) -> list[str]:
	hints = get_hints(kind)
	lines = []
	for field, value in record.items():
		if field not in hints:
			lines.append(f"{place}.{field}: no such field")
		else:
			lines += check(value, hints[field], f"{place}.{field}")
	return lines


def main() -> int:
	account = play()
	lines, seen = [], {}
	for record in [*account.sessions.values(), *account.records.values()]:
		shown = {key: value for key, value in record.items() if key != "used_method"}
		seen[record["object"]] = seen.get(record["object"], 0) + 1
		lines += check_object(shown, CLASSES[record["object"]], record["object"])
	for kind in {event["type"] for event in account.events}:
		lines += check(kind, get_hints(stripe.Event)["type"], "event.type")
	known = get_create_parameters().__annotations__
	lines += [
		f"checkout.session: no parameter {field}"
		for field in SESSION_FIELDS - FORMER_PARAMETERS - known.keys()
	]
	print(*sorted(set(lines)), sep="\n")
	print(f"stripe {stripe.VERSION}: {sum(seen.values())} objects {seen}, {len(set(lines))} differences")
	return 1 if lines or len(seen) < len(CLASSES) else 0


def get_create_parameters():
	"""The TypedDict of Session.create's parameters; where it is depends on the package's version."""
	if hasattr(stripe.checkout.Session, "CreateParams"):
		return stripe.checkout.Session.CreateParams
	from stripe.params.checkout import SessionCreateParams

	return SessionCreateParams


if __name__ == "__main__":
	sys.exit(main())
