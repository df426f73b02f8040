"""Webhooks that must change nothing: forged, old, unsigned, of another account or mode. And what nobody may read."""

import copy
import json
import time

import frappe
import pytest

from customer_portal_ext.exceptions import GatewayUnavailable, InvalidInput
from customer_portal_ext.payments import gateways, states, stripe_api, stripe_session
from tests import factories
from tests.doubles.stripe_server import encode, post, sign
from tests.factories import paying, stripe_site
from tests.factories.stripe_site import GATEWAY, fresh

LIMIT = "portal_limit|wrong-signature"


@pytest.fixture
def paid(stripe, customer):
	"""Paid at Stripe, and nobody has told the site yet."""
	invoice = factories.make_sales_invoice(customer, rate=120.5)
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	frappe.db.commit()
	return payment


@pytest.fixture(autouse=True)
def no_limit(db):
	"""Every test may be wrong as often as the limit allows."""
	frappe.cache.delete_keys(LIMIT)
	yield
	frappe.cache.delete_keys(LIMIT)


def get_event(stripe):
	return stripe.events("checkout.session.completed")[-1]


def send(stripe, payload, signature):
	frappe.db.commit()
	return post(stripe.webhook, stripe.host, payload, signature)


def count_everything():
	frappe.db.rollback()
	return [
		frappe.db.count(doctype)
		for doctype in (
			"Portal Payment",
			"Portal Payment Event",
			"Portal Payment Reversal",
			"Payment Entry",
			"Journal Entry",
			"GL Entry",
		)
	]


def assert_refused(stripe, payment, payload, signature, reason, case=""):
	before, was = count_everything(), fresh(payment).as_dict()
	asked = len(stripe.double.requests)
	status, body = send(stripe, payload, signature)
	assert (status, json.loads(body)) == (400, {"error": "refused"}), case
	assert count_everything() == before, case
	assert fresh(payment).as_dict() == was, case
	assert len(stripe.double.requests) == asked, "nobody was even asked"
	log = frappe.get_last_doc("Error Log", {"method": "Customer Portal: webhook refused"})
	assert reason in log.error, case
	for hidden in (stripe.secret, stripe.key, signature or "-", "cs_test_"):
		assert hidden == "-" or hidden not in log.error


def now():
	return int(time.time())


def test_the_right_one_is_taken(stripe, paid):
	payload = encode(get_event(stripe))
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 200
	assert fresh(paid).state == states.POSTED


def test_unsigned(stripe, paid):
	assert_refused(stripe, paid, encode(get_event(stripe)), None, "not signed")


NO_SIGNATURES = (
	"",
	"t=,v1=",
	"t=1,v1=é",
	"v1=abc",
	"t=x,v1=abc",
	f"t={10**40},v1=ab",
	"t=1;v1=2",
	"\x7f" * 40,
)


def test_nonsense_in_place_of_a_signature(stripe, paid):
	payload = encode(get_event(stripe))
	before = count_everything()
	for signature in NO_SIGNATURES:
		try:
			status = send(stripe, payload, signature)[0]
		except ValueError:
			continue  # a header that no client can send
		assert status == 400, signature
		assert count_everything() == before and fresh(paid).state == states.PROCESSING, signature


def test_signed_with_another_secret(stripe, paid):
	payload = encode(get_event(stripe))
	assert_refused(stripe, paid, payload, sign(payload, "whsec_other", now()), "not signed")


def test_the_body_was_changed(stripe, paid):
	payload = encode(get_event(stripe))
	signature = sign(payload, stripe.secret, now())
	assert_refused(stripe, paid, payload.replace(b"12050", b"1"), signature, "not signed")
	assert_refused(stripe, paid, payload + b" ", signature, "not signed")


def test_the_signature_of_another_scheme(stripe, paid):
	payload = encode(get_event(stripe))
	signature = sign(payload, stripe.secret, now()).replace("v1=", "v0=")
	assert_refused(stripe, paid, payload, signature, "not signed")


def test_recorded_and_sent_again_later(stripe, paid):
	payload = encode(get_event(stripe))
	assert_refused(stripe, paid, payload, sign(payload, stripe.secret, now() - 301), "too long ago")


def test_of_live_mode_on_a_test_key(stripe, paid):
	event = {**get_event(stripe), "livemode": True}
	payload = encode(event)
	assert_refused(stripe, paid, payload, sign(payload, stripe.secret, now()), "test and live mode")


def test_of_a_connected_account(stripe, paid):
	payload = encode({**get_event(stripe), "account": "acct_1Other"})
	assert_refused(stripe, paid, payload, sign(payload, stripe.secret, now()), "another account")


def test_of_the_sites_other_account(stripe, paid, portal_settings):
	"""Two Stripe accounts of one site: neither's secret speaks for the other's payments."""
	key, secret = stripe_site.make_key(), "whsec_of_the_second"
	stripe.double.add_account(key, secret)
	gateway = stripe_site.make_settings(key, "Portal Second")
	portal_settings(
		payment_gateways=[
			stripe.get_row(),
			stripe.get_row(payment_gateway=gateway, webhook_secret=secret),
		]
	)
	frappe.db.commit()
	payload = encode(get_event(stripe))
	assert_refused(stripe, paid, payload, sign(payload, secret, now()), f"signed for {gateway}")
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 200
	assert fresh(paid).state == states.POSTED


def test_of_live_mode_about_a_test_payment_where_one_secret_signs_for_both(stripe, paid, portal_settings):
	"""The secret's gateways have a key of each mode: what counts is the mode of the payment's own."""
	live = stripe_site.make_settings(stripe_site.make_key("live"), "Portal Live")
	portal_settings(payment_gateways=[stripe.get_row(), stripe.get_row(payment_gateway=live)])
	frappe.db.commit()
	payload = encode({**get_event(stripe), "livemode": True})
	assert_refused(stripe, paid, payload, sign(payload, stripe.secret, now()), "test and live mode")
	payload = encode(get_event(stripe))
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 200
	assert fresh(paid).state == states.POSTED


def test_a_secret_that_is_being_replaced(stripe, paid):
	stripe.set_up({"stripe_webhook_secret": f"whsec_new {stripe.secret}"})
	payload = encode(get_event(stripe))
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 200
	assert fresh(paid).state == states.POSTED


def test_no_secret_is_no_permission(stripe, paid):
	stripe.set_up({"stripe_webhook_secret": ""})
	payload = encode(get_event(stripe))
	for secret in ("", stripe.secret, "None"):
		assert_refused(stripe, paid, payload, sign(payload, secret, now()), "no webhook secret")


NO_EVENTS = (
	{"id": None},
	{"type": 7},
	{"data": []},
	{"data": {"object": "cs_1"}},
	{"data": {"object": {"id": {"$ne": ""}, "object": "checkout.session"}}},
	{"livemode": "false"},
)


def test_signed_but_no_event(stripe, paid):
	for change in NO_EVENTS:
		payload = encode({**get_event(stripe), **change})
		assert_refused(stripe, paid, payload, sign(payload, stripe.secret, now()), "not readable", change)


def test_not_json_and_not_text(stripe, paid):
	"""As another type than JSON, which Frappe reads itself, and refuses, before any app sees the request."""
	before = count_everything()
	for payload in (b"\xff\xfe\x00", b"[1, 2", b"null", b"7", b""):
		signature = sign(payload, stripe.secret, now())
		status, body = post(stripe.webhook, stripe.host, payload, signature, "text/plain")
		assert (status, json.loads(body)) == (400, {"error": "refused"}), payload
	assert send(stripe, b"[1, 2", sign(b"[1, 2", stripe.secret, now()))[0] >= 400
	assert count_everything() == before and fresh(paid).state == states.PROCESSING


def test_what_an_event_says_is_not_believed(stripe, paid, customer):
	"""Even rightly signed: a session that names another payment, or says paid, is looked up at Stripe."""
	other = stripe.begin(customer, [factories.make_sales_invoice(customer, rate=5000).name])
	event = copy.deepcopy(get_event(stripe))
	content = event["data"]["object"]
	content.update(id=other.provider_reference, amount_total=500000)
	content["metadata"]["portal_payment"] = other.name
	payload = encode(event)
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 200
	assert fresh(other).state == states.PROCESSING, "Stripe says it is open"
	frappe.db.set_value(
		"Portal Payment",
		other.name,
		{"provider_reference": None, "checkout_url": None, "state": states.INITIATED},
	)
	event["id"], content["id"] = f"evt_{frappe.generate_hash()}", paid.provider_reference
	frappe.db.set_value("Portal Payment", paid.name, "provider_reference", None)
	payload = encode(event)
	status, body = send(stripe, payload, sign(payload, stripe.secret, now()))
	assert (status, json.loads(body)) == (200, {"event": "Ignored"}), "its digest is another payment's"
	content["metadata"] = {"portal_payment": other.name, "portal_intent": get_digest(other)}
	payload = encode(event)
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 503
	assert fresh(other).state == states.INITIATED, "Stripe says for which payment that session was made"
	assert fresh(paid).state == states.PROCESSING
	kept = frappe.get_doc("Portal Payment Event", {"event_id": event["id"]})
	assert kept.state == "Failed" and other.name in kept.error


def get_digest(payment):
	return stripe_session.get_metadata(fresh(payment))["portal_intent"]


def test_events_of_others_on_the_account_are_not_kept(stripe, paid):
	event = copy.deepcopy(get_event(stripe))
	event["id"] = "evt_shop"
	event["data"]["object"].update(id="cs_test_shop", metadata={})
	payload = encode(event)
	before = count_everything()
	status, body = send(stripe, payload, sign(payload, stripe.secret, now()))
	assert (status, json.loads(body)) == (200, {"event": "Ignored"})
	assert count_everything() == before


def test_the_portal_switched_off_still_records_money(stripe, paid):
	stripe.set_up({"enabled": 0})
	payload = encode(get_event(stripe))
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 200
	assert fresh(paid).state == states.POSTED


def test_too_large_and_too_often(stripe, paid):
	assert send(stripe, b"{" + b" " * 600_000 + b"}", "t=1,v1=2")[0] == 413
	payload = encode(get_event(stripe))
	statuses = [send(stripe, payload, "t=1,v1=2")[0] for _ in range(61)]
	assert statuses == [400] * 60 + [429]
	assert send(stripe, payload, sign(payload, stripe.secret, now()))[0] == 200, (
		"a right one is never held up"
	)


def test_a_browser_gets_nothing_from_it(stripe, paid, http):
	assert http.get("/portal/webhooks/stripe").status_code == 405
	answer = http.post("/portal/webhooks/stripe", data={"id": "x"})
	assert answer.status_code == 400 and answer.get_json() == {"error": "refused"}


@pytest.mark.parametrize(
	"address",
	[
		"https://api.stripe.com.evil.example",
		"http://192.0.2.7:1",
		"https://127.0.0.1:1",
		"http://127.0.0.1.evil.example",
		"http://localhost:1",
		"http://user@127.0.0.1:1",
		"http://127.0.0.1:1/elsewhere",
		"file:///etc/passwd",
	],
)
def test_the_key_goes_to_stripe_or_to_this_machine(db, monkeypatch, address):
	monkeypatch.setitem(frappe.conf, "portal_stripe_address", address)
	with pytest.raises(stripe_api.NotConfigured):
		stripe_api.get_address()


def test_without_the_setting_it_is_stripe(db, monkeypatch):
	monkeypatch.delitem(frappe.conf, "portal_stripe_address", raising=False)
	assert stripe_api.get_address() == "https://api.stripe.com"


def test_no_secret_in_any_log_page_or_record(stripe, customer, http):
	"""Everything goes wrong that can; then the database and the answers are searched."""
	invoice = factories.make_sales_invoice(customer, rate=60)
	started = frappe.utils.now_datetime()
	texts = []
	for fault in ("rate limit", "server error", "outage", "lost answer", "refused"):
		stripe.double.faults.clear()
		stripe.double.fail_next(fault, times=9)
		payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
		try:
			gateways.start(payment)
		except (GatewayUnavailable, InvalidInput) as problem:
			texts.append(str(problem))
		gateways.refresh(payment.name)
		frappe.db.set_value("Portal Payment", payment.name, "state", "Failed")
	stripe.double.faults.clear()
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	stripe.double.fail_next("outage", times=9)
	stripe.deliver_all()
	del stripe.double.accounts[stripe.key]
	stripe.double.faults.clear()
	gateways.refresh(payment.name)
	stripe.deliver_all()
	for shown in (stripe.account, stripe_api.get_account(GATEWAY)):
		texts.append(repr(shown))
	frappe.db.rollback()
	logs = frappe.get_all("Error Log", {"creation": (">=", started)}, ["method", "error"])
	assert len(logs) >= 6
	texts += [f"{log.method} {log.error}" for log in logs]
	texts += [
		json.dumps(row, default=str)
		for doctype in ("Portal Payment", "Portal Payment Event", "Portal Activity")
		for row in frappe.get_all(doctype, {"creation": (">=", started)}, ["*"])
	]
	texts += [http.get("/portal/webhooks/stripe").text, http.get("/portal/pay").text]
	everything = "\n".join(texts)
	for secret in (stripe.key, stripe.secret, "client_secret", "_secret_", "4242"):
		assert secret not in everything, secret
	tables = frappe.db.sql(
		"select field, value from tabSingles where doctype = 'Customer Portal Settings' and value like %s",
		f"%{stripe.secret[-12:]}%",
	)
	assert tables == ()
