"""A small Stripe on loopback: its API, its hosted page and its webhooks, over real HTTP.

It keeps to Stripe's documented behaviour where a client could notice: API keys, form encoding, unknown parameters,
``expand``, Idempotency-Key, error objects, signatures. It is not Stripe: live Stripe was not exercised.

    with StripeServer() as stripe:
        account = stripe.add_account("sk_test_…", "whsec_…")
        …the portal creates a session through stripe.address…
        account.pay(session_id)
        stripe.deliver_all(account, "http://127.0.0.1:8000/portal/webhooks/stripe", host="site.localhost")

``stripe.fail_next(...)`` makes the next requests go wrong, see ``Fault``.
"""

import copy
import hashlib
import hmac
import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.doubles import stripe_errors as errors
from tests.doubles import stripe_form as form
from tests.doubles.stripe_account import StripeAccount
from tests.doubles.stripe_errors import Refusal
from tests.doubles.stripe_page import HostedPage

EXPANDABLE = ("payment_intent", "latest_charge", "balance_transaction", "charge")
KINDS = {
	"payment_intents": "payment_intent",
	"charges": "charge",
	"refunds": "refund",
	"disputes": "dispute",
	"balance_transactions": "balance_transaction",
	"events": "event",
}
LISTED = ("refunds", "disputes", "events")


@dataclass
class Fault:
	"""What goes wrong with the next request to a path that begins so.

	``rate limit`` 429 · ``server error`` 500 after the work was begun, kept under the Idempotency-Key · ``outage`` 503
	before any work · ``lost answer`` the work is done and the connection dies before the answer · ``silence`` the same,
	but the connection stays open until the client gives up · ``refused`` the connection dies before any work
	"""

	kind: str
	path: str
	times: int


class StripeServer:
	"""The double as a context manager. ``address`` is its base address."""

	def __init__(self):
		self.accounts: dict[str, StripeAccount] = {}
		self.kept: dict[tuple[str, str], tuple[str, int, bytes] | None] = {}
		self.faults: list[Fault] = []
		self.requests: list[dict] = []
		self.lock = threading.Lock()
		self.closing = threading.Event()

	def __enter__(self):
		self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"stripe": self}))
		self.http.daemon_threads = True
		self.address = f"http://127.0.0.1:{self.http.server_address[1]}"
		self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05})
		self.thread.start()
		return self

	def __exit__(self, *failure):
		self.closing.set()
		self.http.shutdown()
		self.thread.join()
		self.http.server_close()

	def add_account(self, secret_key: str, webhook_secret: str) -> StripeAccount:
		account = StripeAccount(secret_key, webhook_secret, self.address)
		self.accounts[secret_key] = account
		return account

	def fail_next(self, kind: str, path: str = "/v1/", times: int = 1) -> None:
		self.faults.append(Fault(kind, path, times))

	def take_fault(self, path: str) -> str | None:
		with self.lock:
			for fault in self.faults:
				if fault.times and path.startswith(fault.path):
					fault.times -= 1
					return fault.kind
		return None

	def count(self, method: str, path: str) -> int:
		"""How many requests came to paths that begin so."""
		return sum(r["method"] == method and r["path"].startswith(path) for r in self.requests)

	# Webhooks.

	def deliver_all(
		self, account: StripeAccount, url: str, host: str, order=lambda events: events
	) -> list[int]:
		"""Send what waits in the outbox, in ``order``; the statuses. What is not answered with 2xx stays in the outbox."""
		waiting, account.outbox = order(list(account.outbox)), []
		statuses = [self.deliver(account, event, url, host) for event in waiting]
		account.outbox += [
			event for event, status in zip(waiting, statuses, strict=True) if status // 100 != 2
		]
		return statuses

	def deliver(self, account: StripeAccount, event: dict, url: str, host: str) -> int:
		"""Send one event, signed now; the status of the answer."""
		payload = encode(event)
		return post(url, host, payload, sign(payload, account.webhook_secret, int(time.time())))[0]


def encode(event: dict) -> bytes:
	"""Stripe's webhook bodies are indented JSON; the signature is over these very bytes."""
	return json.dumps(event, indent=2, ensure_ascii=False).encode()


def sign(payload: bytes, secret: str, moment: int) -> str:
	"""The Stripe-Signature header: HMAC-SHA256 over ``moment.payload`` (https://docs.stripe.com/webhooks#verify-manually)."""
	digest = hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
	return f"t={moment},v1={digest}"


def post(
	url: str,
	host: str,
	payload: bytes,
	signature: str | None,
	content_type: str = "application/json; charset=utf-8",
) -> tuple[int, bytes]:
	"""POST to a loopback address under the site's name; status and body."""
	parts = urlsplit(url)
	assert parts.hostname in ("127.0.0.1", "localhost"), "the double sends nothing beyond this machine"
	connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
	headers = {"Host": host, "Content-Type": content_type, "User-Agent": "Stripe/1.0"}
	if signature is not None:
		headers["Stripe-Signature"] = signature
	try:
		connection.request("POST", parts.path, payload, headers)
		answer = connection.getresponse()
		return answer.status, answer.read()
	finally:
		connection.close()


class Handler(HostedPage, BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"
	stripe: StripeServer

	def do_GET(self):
		self.handle_request("GET")

	def do_POST(self):
		self.handle_request("POST")

	def log_message(self, *arguments):
		pass

	def handle_request(self, method: str) -> None:
		parts = urlsplit(self.path)
		body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
		if parts.path.startswith("/c/pay/"):
			return self.show_hosted_page(method, parts.path.removeprefix("/c/pay/"), body)
		self.stripe.requests.append(
			{"method": method, "path": parts.path, "headers": dict(self.headers), "body": body}
		)
		fault = self.stripe.take_fault(parts.path)
		if fault == "refused":
			return self.hang_up()
		try:
			status, content, replayed = self.answer(method, parts, body, fault)
		except Refusal as refusal:
			status, content, replayed = refusal.status, json.dumps(refusal.body).encode(), False
		if fault == "silence":
			self.stripe.closing.wait(60)
		if fault in ("lost answer", "silence"):
			return self.hang_up()
		self.send(status, content, "application/json", {"Idempotent-Replayed": "true"} if replayed else {})

	def answer(self, method: str, parts, body: str, fault: str | None) -> tuple[int, bytes, bool]:
		account = self.require_account()
		if fault == "rate limit":
			raise errors.rate_limited()
		if fault == "outage":
			raise Refusal(503, "Service unavailable", kind="api_error")
		key = self.headers.get("Idempotency-Key") if method == "POST" else None
		if not key:
			return 200, self.work(account, method, parts, body, fault), False
		return self.work_once(account, key, method, parts, body, fault)

	def work_once(self, account, key, method, parts, body, fault) -> tuple[int, bytes, bool]:
		"""Stripe's idempotency: the first answer is kept under the key, errors after the start of the work included."""
		place = (account.secret_key, key)
		print_of = hashlib.sha256(f"{method} {parts.path}\n{body}".encode()).hexdigest()
		with self.stripe.lock:
			if place in self.stripe.kept:
				known = self.stripe.kept[place]
				if known is None:
					raise errors.key_in_use(key)
				if known[0] != print_of:
					raise errors.key_reused(key)
				return known[1], known[2], True
			self.stripe.kept[place] = None
		status, content = 0, b""
		try:
			status, content = 200, self.work(account, method, parts, body, fault)
			return status, content, False
		except Refusal as refusal:
			if refusal.is_kept:
				status, content = refusal.status, json.dumps(refusal.body).encode()
			raise
		finally:
			with self.stripe.lock:
				if status:
					self.stripe.kept[place] = (print_of, status, content)
				else:
					del self.stripe.kept[place]

	def require_account(self) -> StripeAccount:
		kind, _, key = (self.headers.get("Authorization") or "").partition(" ")
		account = self.stripe.accounts.get(key) if kind == "Bearer" else None
		if account is None:
			raise errors.wrong_key(f"{key[:7]}{'*' * 10}{key[-4:]}")
		return account

	def work(self, account: StripeAccount, method: str, parts, body: str, fault: str | None) -> bytes:
		given = form.parse(body if method == "POST" else parts.query)
		expand = given.pop("expand", [])
		path = parts.path.removeprefix("/v1/").split("/")
		found = self.find(account, method, path, given)
		if fault == "server error":
			raise errors.server_error()
		return json.dumps(self.expand(account, found, expand), indent=2).encode()

	def find(self, account: StripeAccount, method: str, path: list[str], given: dict):
		if path[:2] == ["checkout", "sessions"]:
			match method, path[2:]:
				case "POST", []:
					return account.create_session(given)
				case "GET", []:
					return account.get_list("checkout.session", given)
				case "GET", [name]:
					return account.get_session(name)
				case "POST", [name, "expire"]:
					return account.expire_session(name)
		elif method == "GET" and path[0] in KINDS and len(path) == 2:
			return account.get_record(KINDS[path[0]], path[1])
		elif method == "GET" and path[0] in LISTED and len(path) == 1:
			return account.get_list(KINDS[path[0]], given)
		raise Refusal(404, f"Unrecognized request URL ({method}: /v1/{'/'.join(path)}).")

	def expand(self, account: StripeAccount, found, paths: list[str]):
		"""The object with the asked fields in place of their ids; a list as Stripe's list object."""
		with account.lock:
			if isinstance(found, list):
				inner = [path.removeprefix("data.") for path in paths]
				data = [self.expand(account, record, inner) for record in found]
				return {"object": "list", "data": data, "has_more": False, "url": self.path.partition("?")[0]}
			shown = copy.deepcopy({key: value for key, value in found.items() if key != "used_method"})
			for path in paths:
				place, parts = shown, path.split(".")
				for part in parts:
					if part not in EXPANDABLE or part not in place:
						raise errors.invalid("expand", f"This property cannot be expanded ({path}).")
					if isinstance(place[part], str):
						place[part] = copy.deepcopy(account.records[place[part]])
					if place[part] is None:
						break
					place = place[part]
			return shown

	def send(self, status: int, content: bytes, kind: str, headers: dict[str, str]) -> None:
		self.send_response(status)
		all_headers = {"Content-Type": kind, "Content-Length": str(len(content)), "Request-Id": "req_double"}
		for name, value in {**all_headers, **headers}.items():
			self.send_header(name, value)
		self.end_headers()
		self.wfile.write(content)

	def hang_up(self) -> None:
		self.close_connection = True
		self.connection.shutdown(socket.SHUT_RDWR)
