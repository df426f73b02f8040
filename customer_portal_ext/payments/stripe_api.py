"""Calls to Stripe's API: a key and a version for each call, times and retries of our own, nothing kept in the process.

``stripe``'s own defaults are 80 seconds and no retry, and its convenient classes read a key that is global to the process;
another app of the bench may set that for another account. Its requestor takes all of it per call.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import frappe
from tenacity import (
	Retrying,
	retry_if_exception,
	stop_after_attempt,
	stop_after_delay,
	wait_random_exponential,
)

from customer_portal_ext.payments import stripe_library

ADDRESS = "https://api.stripe.com"
# The objects' shape is pinned here; the account's own default version may be older or newer.
VERSION = "2024-06-20"
# Seconds to connect, and to wait for an answer. A customer waits for this.
TIMEOUTS = (5, 15)
MOST_ATTEMPTS = 3
MOST_SECONDS = 20
LONGEST_MESSAGE = 200
# Our name for an error of Stripe's that it keeps under the idempotency key.
KEPT_ERROR = "kept_error"
# A key or secret of Stripe, whole or shortened by Stripe with asterisks.
SECRET = re.compile(r"\b(?:sk|rk|pk|whsec)_[\w*]+")


class StripeProblem(Exception):
	"""A call that did not succeed. Its text can be logged and shown to staff: it holds no key and no customer's data."""


class StripeUnavailable(StripeProblem):
	"""Stripe did not answer in time, or has trouble of its own, or too many requests. The outcome is not known: try again
	later with the same idempotency key."""


class StripeRefused(StripeProblem):
	"""Stripe said no, and nothing was done. ``code`` and ``param`` are Stripe's own names."""

	def __init__(self, text: str, status: int | None, code: str | None, param: str | None):
		super().__init__(text)
		self.status = status
		self.code = code
		self.param = param


class NotConfigured(StripeProblem):
	"""The gateway has no usable key, or the library cannot be loaded."""


@dataclass(frozen=True)
class Account:
	"""One Stripe account of the site: the name of its Stripe Settings and its key."""

	settings: str
	secret_key: str

	def __repr__(self) -> str:
		# a traceback or a log may show this
		return f"Account({self.settings!r})"

	@property
	def is_live(self) -> bool:
		"""Whether real money moves: ``sk_live_…`` and restricted ``rk_live_…`` keys."""
		return "_live_" in self.secret_key


def get_account(payment_gateway: str) -> Account:
	"""The account behind a Payment Gateway. Raises NotConfigured."""
	gateway = frappe.db.get_value(
		"Payment Gateway", payment_gateway, ["gateway_settings", "gateway_controller"], as_dict=True
	)
	if not gateway or gateway.gateway_settings != "Stripe Settings":
		raise NotConfigured(f"{payment_gateway} is not a Stripe gateway")
	settings = frappe.get_cached_doc("Stripe Settings", gateway.gateway_controller)
	key = settings.get_password("secret_key", raise_exception=False)
	if not key:
		raise NotConfigured(f"Stripe Settings {settings.name} has no secret key")
	return Account(settings.name, key)


def get(account: Account, path: str, expand: tuple[str, ...] = (), **parameters) -> dict:
	"""GET ``/v1/<path>``: the object as Stripe sends it. Raises StripeProblem."""
	if expand:
		parameters["expand"] = list(expand)
	return _request(account, "get", path, parameters, {})


def post(account: Account, path: str, parameters: dict, idempotency_key: str) -> dict:
	"""POST ``/v1/<path>``. The same key and parameters, sent again, give the same object. Raises StripeProblem."""
	return _request(account, "post", path, parameters, {"Idempotency-Key": idempotency_key})


def make_path(*parts: str) -> str:
	"""Names that came from outside, as parts of a path."""
	return "/".join(quote(part, safe="") for part in parts)


def get_address() -> str:
	"""Where Stripe is. ``portal_stripe_address`` in site_config.json may name a double for tests, on this machine alone."""
	address = frappe.conf.get("portal_stripe_address")
	if not address:
		return ADDRESS
	parts = urlsplit(address)
	try:
		is_here = ipaddress.ip_address(parts.hostname or "").is_loopback
	except ValueError:
		is_here = False
	if parts.scheme != "http" or not is_here or parts.username or parts.path.strip("/"):
		raise NotConfigured(
			"portal_stripe_address may only be http://127.0.0.1:<port>: keys are sent nowhere else"
		)
	return address.rstrip("/")


def _request(account: Account, method: str, path: str, parameters: dict, headers: dict) -> dict:
	try:
		stripe = stripe_library.load()
	except ImportError as problem:
		raise NotConfigured(f"The stripe package cannot be loaded: {problem}") from None
	from stripe.api_requestor import APIRequestor
	from stripe.http_client import RequestsClient

	client = RequestsClient(timeout=TIMEOUTS)
	requestor = APIRequestor(
		key=account.secret_key,
		client=client,
		api_base=get_address(),
		api_version=VERSION,
	)
	attempts = Retrying(
		retry=retry_if_exception(_is_passing),
		stop=stop_after_attempt(MOST_ATTEMPTS) | stop_after_delay(MOST_SECONDS),
		wait=wait_random_exponential(multiplier=0.3, max=2),
		reraise=True,
	)
	try:
		answer, _key = attempts(requestor.request, method, f"/v1/{path}", parameters, dict(headers))
	except stripe.error.StripeError as problem:
		# "from None": the original holds the request and, in a text about a wrong key, a part of it.
		raise _translate(problem) from None
	finally:
		client.close()
	return answer.data


def _is_passing(problem: BaseException) -> bool:
	"""Whether another attempt may do better: no answer, too many requests, a conflict, trouble at Stripe."""
	from stripe import error

	if isinstance(problem, error.APIConnectionError):
		return problem.should_retry
	if is_kept(problem):
		return False
	status = getattr(problem, "http_status", None)
	return isinstance(problem, error.StripeError) and (status in (409, 429) or (status or 0) >= 500)


def is_kept(problem) -> bool:
	"""Whether Stripe only repeats the answer that it keeps under the idempotency key: for 24 hours there will be no other."""
	return (getattr(problem, "headers", None) or {}).get("Idempotent-Replayed") == "true"


def _translate(problem) -> StripeProblem:
	from stripe import error

	status, details = problem.http_status, _get_details(problem)
	if isinstance(problem, error.APIConnectionError):
		return StripeUnavailable("Stripe could not be reached, or did not answer in time")
	if (status or 0) >= 500 and is_kept(problem):
		return StripeRefused(f"Stripe answered {status}{details}, and keeps to it", status, KEPT_ERROR, None)
	if status in (409, 429) or (status or 0) >= 500:
		return StripeUnavailable(f"Stripe answered {status}{details}")
	if isinstance(problem, error.AuthenticationError):
		return StripeRefused("Stripe does not know the secret key", status, "authentication", None)
	message = SECRET.sub("…", " ".join(str(problem.user_message or "").split()))[:LONGEST_MESSAGE]
	param = getattr(problem, "param", None)
	return StripeRefused(f"Stripe answered {status}{details}: {message}", status, problem.code, param)


def _get_details(problem) -> str:
	known = [problem.code, problem.request_id]
	return f" ({', '.join(part for part in known if part)})" if any(known) else ""
