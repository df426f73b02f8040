"""The Stripe double keeps to Stripe's rules where a client relies on them: a test against it is worth what it is worth."""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.doubles.stripe_server import StripeServer

KEY = "sk_test_abcdefgh1234"
SESSION = {
	"mode": "payment",
	"line_items[0][price_data][currency]": "sgd",
	"line_items[0][price_data][unit_amount]": "1234",
	"line_items[0][price_data][product_data][name]": "INV-1",
	"line_items[0][quantity]": "1",
	"success_url": "http://127.0.0.1/",
	"cancel_url": "http://127.0.0.1/",
}


@pytest.fixture
def double():
	with StripeServer() as running:
		running.add_account(KEY, "whsec_x")
		yield running


def call(double, path, data=None, key=None, secret=KEY):
	"""Status, object and headers."""
	headers = {"Authorization": f"Bearer {secret}", **({"Idempotency-Key": key} if key else {})}
	body = urllib.parse.urlencode(data).encode() if data is not None else None
	request = urllib.request.Request(f"{double.address}/v1/{path}", body, headers)
	try:
		with urllib.request.urlopen(request, timeout=10) as answer:
			return answer.status, json.load(answer), answer.headers
	except urllib.error.HTTPError as answer:
		return answer.code, json.load(answer), answer.headers


def create(double, key=None, **changes):
	return call(double, "checkout/sessions", {**SESSION, **changes}, key)


def get_sessions(double):
	return double.accounts[KEY].sessions


def test_the_same_key_and_body_is_the_same_answer(double):
	first, again = create(double, "k"), create(double, "k")
	assert (first[0], first[1]) == (again[0], again[1])
	assert first[2]["Idempotent-Replayed"] is None and again[2]["Idempotent-Replayed"] == "true"
	assert len(get_sessions(double)) == 1


def test_the_same_key_and_another_body_is_refused(double):
	create(double, "k")
	status, content, _headers = create(double, "k", client_reference_id="other")
	assert (status, content["error"]["type"]) == (400, "idempotency_error")
	assert len(get_sessions(double)) == 1


def test_without_a_key_each_request_counts(double):
	assert create(double)[1]["id"] != create(double)[1]["id"]


def test_a_server_error_is_kept_and_a_refused_request_is_not(double):
	double.fail_next("server error")
	assert create(double, "a")[0] == create(double, "a")[0] == 500
	double.fail_next("rate limit")
	assert (create(double, "b")[0], create(double, "b")[0]) == (429, 200)
	assert create(double, "c", mode="")[0] == 400
	assert create(double, "c")[0] == 200


def test_a_lost_answer_is_had_again(double):
	double.fail_next("lost answer")
	with pytest.raises(OSError):
		create(double, "k")
	assert create(double, "k")[1]["id"] in get_sessions(double)
	assert len(get_sessions(double)) == 1


def test_the_same_key_at_once(double):
	results = []
	threads = [threading.Thread(target=lambda: results.append(create(double, "k")[0])) for _ in range(12)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	assert set(results) <= {200, 409} and 200 in results
	assert len(get_sessions(double)) == 1


def test_a_wrong_key_is_shown_masked(double):
	status, content, _headers = call(double, "refunds", secret="sk_test_zzzzzzzzzzzz")
	assert status == 401 and "sk_test_zzzz" not in content["error"]["message"]


@pytest.mark.parametrize(
	"changes, param",
	[
		({"amount": "5"}, "amount"),
		({"line_items[0][price_data][unit_amount]": "12.5"}, "line_items[0][price_data][unit_amount]"),
		({"line_items[0][price_data][unit_amount]": "100000000"}, "line_items[0][price_data][unit_amount]"),
		({"line_items[0][price_data][currency]": "SGD"}, "line_items[0][price_data][currency]"),
		({"line_items[0][price_data][unit_amount]": "10"}, "line_items"),
		({"payment_method_types[0]": "ideal"}, "payment_method_types[0]"),
		({"expires_at": "1"}, "expires_at"),
		({"success_url": "/portal"}, "success_url"),
		({"metadata[key]": "x" * 501}, "metadata[key]"),
	],
	ids=str,
)
def test_what_stripe_would_refuse(double, changes, param):
	status, content, _headers = create(double, **changes)
	assert (status, content["error"]["param"]) == (400, param)
	assert get_sessions(double) == {}


def test_expanding(double):
	name = create(double)[1]["id"]
	double.accounts[KEY].pay(name)
	plain = call(double, f"checkout/sessions/{name}")[1]
	assert plain["payment_intent"].startswith("pi_")
	query = urllib.parse.urlencode({"expand[]": "payment_intent.latest_charge.balance_transaction"})
	intent = call(double, f"checkout/sessions/{name}?{query}")[1]["payment_intent"]
	assert intent["latest_charge"]["balance_transaction"]["fee"] == 30 + 36
	assert call(double, f"checkout/sessions/{name}?expand[]=secrets")[0] == 400


def test_only_an_open_session_expires(double):
	name = create(double)[1]["id"]
	assert call(double, f"checkout/sessions/{name}/expire", {})[1]["status"] == "expired"
	assert call(double, f"checkout/sessions/{name}/expire", {})[0] == 400
	assert call(double, "checkout/sessions/cs_test_none")[0] == 404


def test_the_events_of_a_payment_in_stripes_order(double):
	account = double.accounts[KEY]
	account.pay(create(double)[1]["id"])
	assert [event["type"] for event in account.outbox] == [
		"payment_intent.created",
		"charge.succeeded",
		"payment_intent.succeeded",
		"checkout.session.completed",
	]
