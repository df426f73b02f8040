"""Gateways of the payments app by its own code, up to the calls that leave the machine: those answer as the gateway would."""

import json

import frappe
import pytest
import requests
from frappe.utils import add_to_date, flt

from customer_portal_ext.exceptions import GatewayUnavailable
from customer_portal_ext.payments import follow_up, gateway_records, gateways, other_gateways, states
from tests import factories
from tests.factories import paying
from tests.factories.stripe_site import fresh

RAZORPAY_PAYMENT = "https://api.razorpay.com/v1/payments/"


class Answer:
	"""What ``requests`` gives back."""

	def __init__(self, content, status=200):
		self.status_code = status
		self.content = content
		self.headers = {
			"content-type": "application/json" if isinstance(content, dict) else "text/plain; charset=utf-8"
		}

	@property
	def text(self):
		return self.content if isinstance(self.content, str) else json.dumps(self.content)

	def json(self):
		return self.content

	def raise_for_status(self):
		if self.status_code >= 400:
			raise requests.HTTPError(str(self.status_code))


@pytest.fixture
def outside(monkeypatch):
	"""Addresses outside this machine: ``outside[address]`` is what is answered there. Everything else is an error."""
	answers, real = {}, requests.Session.request

	def request(self, method, url, **keywords):
		if url.startswith("http://127.0.0.1:"):
			return real(self, method, url, **keywords)
		for address, content in answers.items():
			if url.startswith(address):
				return content(keywords) if callable(content) else content
		raise requests.ConnectionError(f"no network here: {url}")

	monkeypatch.setattr(requests.Session, "request", request)
	return answers


def make_settings(doctype, **values):
	settings = frappe.get_doc(doctype)
	settings.update(values)
	settings.flags.ignore_mandatory = True
	settings.save()
	frappe.clear_messages()


@pytest.fixture
def set_up(portal_settings, no_former_payments):
	def change(gateway):
		row = paying.make_gateway(payment_gateway=gateway)
		portal_settings(
			allow_payments=1, allow_partial_payments=1, smallest_payment=0, payment_gateways=[row]
		)
		frappe.db.commit()

	return change


@pytest.fixture
def razorpay(set_up):
	make_settings("Razorpay Settings", api_key="rzp_test_x", api_secret="hidden")
	set_up("Razorpay")


@pytest.fixture
def paypal(set_up):
	make_settings("PayPal Settings", api_username="u", api_password="hidden", signature="s", paypal_sandbox=1)
	set_up("PayPal")


def make_rupee_invoice(customer, rate=1999):
	from tests.factories.booking import set_rate

	set_rate("INR", 0.0125)
	return factories.make_sales_invoice(
		customer,
		rate=rate,
		currency="INR",
		conversion_rate=0.0125,
		debit_to=factories.make_receivable_account("INR"),
		disable_rounded_total=1,
	)


def get_outstanding(invoice):
	return flt(frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount"), 6)


def get_request(payment):
	name = frappe.db.get_value("Integration Request", {"reference_docname": payment.name})
	return frappe.get_doc("Integration Request", name)


def razorpay_answers(payment_id, amount, status="captured", currency="INR"):
	return Answer(
		{
			"id": payment_id,
			"entity": "payment",
			"amount": amount,
			"currency": currency,
			"status": status,
			"method": "upi",
			"fee": 4720,
			"tax": 720,
			"created_at": 1767225600,
		}
	)


def make_id():
	return f"pay_{frappe.generate_hash(length=14)}"


def come_back_from_razorpay(http, payment, payment_id, token=None, **options):
	"""What razorpay_checkout.js posts, with whatever the browser likes."""
	return http.post(
		"/api/method/payments.templates.pages.razorpay_checkout.make_payment",
		data={
			"razorpay_payment_id": payment_id,
			"options": json.dumps({"amount": payment.amount_minor, "currency": "INR", **options}),
			"reference_doctype": "Portal Payment",
			"reference_docname": payment.name,
			"token": token or get_request(payment).name,
		},
		headers={"X-Requested-With": "XMLHttpRequest"},
	)


def begin_razorpay(customer, invoice):
	payment = paying.begin(customer, [invoice.name], gateway="Razorpay")
	url = gateways.start(payment)
	payment = fresh(payment)
	assert payment.state == states.PROCESSING and payment.checkout_url == url
	return payment


def test_razorpay_from_page_to_ledger(razorpay, customer, http, outside):
	invoice = make_rupee_invoice(customer, 19.99)
	payment = begin_razorpay(customer, invoice)
	page = http.get(payment.checkout_url)
	assert page.status_code == 200 and "rzp_test_x" in page.text
	sent = json.loads(get_request(payment).data)
	assert int(sent["amount"] * 100) == 1999, "the page multiplies and cuts"
	paid = make_id()
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 1999)
	answer = come_back_from_razorpay(http, payment, paid)
	assert f"%2Fportal%2Fpay%2F{payment.name}" in answer.get_json()["message"]["redirect_to"]
	payment = fresh(payment)
	assert (payment.state, payment.captured_minor, payment.provider_payment) == (states.POSTED, 1999, paid)
	assert (payment.fee_minor, payment.payment_method) == (4720, "upi")
	assert get_outstanding(invoice) == 0
	assert len(paying.get_entries(payment)) == 1


def test_a_gateway_that_is_gone_since_the_payment_was_begun(razorpay, customer):
	"""Nothing is taken, nothing breaks: the customer is told, staff find the reason, the payment may still be cancelled."""
	payment = paying.begin(customer, [make_rupee_invoice(customer).name], gateway="Razorpay")
	fields = ["gateway_settings", "gateway_controller"]
	before = frappe.db.get_value("Payment Gateway", "Razorpay", fields, as_dict=True)
	frappe.db.set_value("Payment Gateway", "Razorpay", dict.fromkeys(fields, "Gone Settings"))
	frappe.clear_document_cache("Payment Gateway", "Razorpay")
	logged = frappe.db.count("Error Log")
	try:
		with pytest.raises(GatewayUnavailable):
			gateways.start(payment)
		assert frappe.db.count("Error Log") == logged + 1
		assert fresh(payment).state == states.INITIATED
	finally:
		frappe.db.set_value("Payment Gateway", "Razorpay", before)
		frappe.db.commit()
		frappe.clear_document_cache("Payment Gateway", "Razorpay")


def test_razorpay_paid_less_than_it_says(razorpay, customer, http, outside):
	"""The browser pays one rupee and says it was the whole: what Razorpay took counts, and a person decides."""
	invoice = make_rupee_invoice(customer)
	payment = begin_razorpay(customer, invoice)
	paid = make_id()
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 100)
	come_back_from_razorpay(http, payment, paid, amount=199900)
	payment = fresh(payment)
	assert (payment.state, payment.captured_minor) == (states.NEEDS_ATTENTION, 100)
	assert not payment.payment_entry and get_outstanding(invoice) == 1999


def test_razorpay_in_another_currency(razorpay, customer, http, outside):
	invoice = make_rupee_invoice(customer)
	payment = begin_razorpay(customer, invoice)
	paid = make_id()
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 199900, currency="IDR")
	come_back_from_razorpay(http, payment, paid)
	payment = fresh(payment)
	assert (payment.state, payment.captured_currency) == (states.NEEDS_ATTENTION, "IDR")
	assert get_outstanding(invoice) == 1999


def test_one_razorpay_payment_pays_once(razorpay, customer, http, outside):
	first, second = make_rupee_invoice(customer), make_rupee_invoice(customer)
	paid = make_id()
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 199900)
	one, other = begin_razorpay(customer, first), begin_razorpay(customer, second)
	come_back_from_razorpay(http, one, paid)
	come_back_from_razorpay(http, other, paid)
	assert fresh(one).state == states.POSTED
	assert fresh(other).state == states.PROCESSING
	assert (get_outstanding(first), get_outstanding(second)) == (0, 1999)


def test_a_payment_of_ones_own_does_not_pay_anothers(razorpay, customer, http, outside):
	"""With a request of one's own, the browser names another's Portal Payment: that one has no record of being paid."""
	mine, others = make_rupee_invoice(customer, 1), make_rupee_invoice(customer)
	own, victim = begin_razorpay(customer, mine), begin_razorpay(customer, others)
	paid = make_id()
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 100)
	come_back_from_razorpay(http, victim, paid, token=get_request(own).name)
	assert fresh(victim).state == states.PROCESSING
	assert get_outstanding(others) == 1999


def come_back_authorized(customer, http, outside):
	"""Razorpay may take the money and has not yet: the invoice, its payment, and Razorpay's name for it."""
	invoice = make_rupee_invoice(customer)
	payment = begin_razorpay(customer, invoice)
	paid = make_id()
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 199900, status="authorized")
	come_back_from_razorpay(http, payment, paid)
	return invoice, payment, paid


def test_authorized_is_not_captured(razorpay, customer, http, outside):
	invoice, payment, paid = come_back_authorized(customer, http, outside)
	assert fresh(payment).state == states.PROCESSING
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 199900)
	frappe.db.set_value("Portal Payment", payment.name, "creation", add_to_date(None, hours=-1))
	frappe.db.commit()
	follow_up.run()
	assert fresh(payment).state == states.POSTED
	assert get_outstanding(invoice) == 0


def test_captured_long_after_the_time_to_pay(razorpay, customer, http, outside):
	invoice, payment, paid = come_back_authorized(customer, http, outside)
	past = add_to_date(None, hours=-1)
	frappe.db.set_value("Portal Payment", payment.name, {"creation": past, "expires_on": past})
	frappe.db.commit()
	follow_up.run()
	assert fresh(payment).state == states.EXPIRED
	outside[RAZORPAY_PAYMENT + paid] = razorpay_answers(paid, 199900)
	follow_up.run()
	assert fresh(payment).state == states.POSTED
	assert get_outstanding(invoice) == 0


def test_a_number_razorpay_does_not_know(razorpay, customer, http, outside):
	invoice = make_rupee_invoice(customer)
	payment = begin_razorpay(customer, invoice)
	outside[RAZORPAY_PAYMENT] = Answer({"error": {"code": "BAD_REQUEST_ERROR"}}, 400)
	come_back_from_razorpay(http, payment, "pay_invented")
	assert fresh(payment).state == states.PROCESSING
	assert get_outstanding(invoice) == 1999


def test_nobody_pays_in_time(razorpay, customer):
	payment = begin_razorpay(customer, make_rupee_invoice(customer))
	past = add_to_date(None, hours=-1)
	frappe.db.set_value("Portal Payment", payment.name, {"creation": past, "expires_on": past})
	frappe.db.commit()
	follow_up.run()
	assert fresh(payment).state == states.EXPIRED


def nvp(**values):
	from urllib.parse import urlencode

	return Answer(urlencode(values))


def test_paypal_from_page_to_ledger(paypal, customer, http, outside):
	invoice = factories.make_sales_invoice(customer, rate=19.99)
	token = f"EC-{frappe.generate_hash(length=12)}"
	transaction = frappe.generate_hash(length=17).upper()
	sent = []

	def answer(keywords):
		from urllib.parse import parse_qs

		data = keywords["data"]
		data = {k: v[0] for k, v in parse_qs(data.decode()).items()} if isinstance(data, bytes) else data
		sent.append(data)
		return {
			"SetExpressCheckout": nvp(ACK="Success", TOKEN=token, CORRELATIONID="c"),
			"DoExpressCheckoutPayment": nvp(
				ACK="Success", PAYMENTINFO_0_TRANSACTIONID=transaction, CORRELATIONID="c"
			),
			"GetTransactionDetails": nvp(
				ACK="Success",
				TRANSACTIONID=transaction,
				AMT="19.99",
				FEEAMT="0.88",
				CURRENCYCODE="USD",
				PAYMENTSTATUS="Completed",
			),
		}[data["METHOD"]]

	outside["https://api-3t.sandbox.paypal.com/nvp"] = answer
	payment = paying.begin(customer, [invoice.name], gateway="PayPal")
	url = gateways.start(payment)
	assert url == f"https://www.sandbox.paypal.com/cgi-bin/webscr?cmd=_express-checkout&token={token}"
	assert sent[0]["PAYMENTREQUEST_0_AMT"] == "19.99"
	path = "/api/method/payments.payment_gateways.doctype.paypal_settings.paypal_settings.confirm_payment"
	response = http.get(path, query_string={"token": token})
	assert response.status_code in (301, 302)
	payment = fresh(payment)
	assert (payment.state, payment.captured_minor, payment.fee_minor) == (states.POSTED, 1999, 88)
	assert payment.provider_payment == transaction
	assert get_outstanding(invoice) == 0


def test_a_pending_paypal_payment_is_no_money(paypal, outside):
	outside["https://api-3t.sandbox.paypal.com/nvp"] = nvp(
		ACK="Success", TRANSACTIONID="T", AMT="5", CURRENCYCODE="USD", PAYMENTSTATUS="Pending"
	)
	request = frappe.get_doc({"doctype": "Integration Request", "data": json.dumps({"transaction_id": "T"})})
	request.insert(ignore_permissions=True)
	assert gateway_records.read("PayPal", request.name, "Completed", {"transaction_id": "T"}) is None


def test_paytm_from_page_to_ledger(set_up, customer, http, outside):
	"""Whoever knocks, Paytm is asked: here by its own callback, with a checksum that the payments app verifies."""
	from paytmchecksum import generateSignature

	key = "a" * 16
	make_settings("Paytm Settings", merchant_id="M1", merchant_key=key, staging=1, website="w")
	set_up("Paytm")
	invoice = make_rupee_invoice(customer, 250.5)
	payment = paying.begin(customer, [invoice.name], gateway="Paytm")
	page = http.get(gateways.start(payment))
	order = get_request(payment).name
	assert page.status_code == 200 and "250.5" in page.text and order in page.text
	status = {
		"ORDERID": order,
		"STATUS": "TXN_SUCCESS",
		"TXNID": f"T{order}",
		"TXNAMOUNT": "250.50",
		"PAYMENTMODE": "UPI",
	}
	outside["https://securegw-stage.paytm.in/order/status"] = Answer(status)
	form = {"ORDERID": order, "RESPCODE": "01", "STATUS": "TXN_SUCCESS"}
	form["CHECKSUMHASH"] = generateSignature(form, key)
	path = "/api/method/payments.payment_gateways.doctype.paytm_settings.paytm_settings.verify_transaction"
	assert http.post(path, data=form).status_code in (301, 302, 303)
	payment = fresh(payment)
	assert (payment.state, payment.captured_minor, payment.provider_payment) == (
		states.POSTED,
		25050,
		f"T{order}",
	)
	assert get_outstanding(invoice) == 0


def test_a_gateway_that_does_not_answer(paypal, customer, outside):
	payment = paying.begin(customer, [factories.make_sales_invoice(customer, rate=10).name], gateway="PayPal")
	with pytest.raises(GatewayUnavailable):
		gateways.start(payment)
	assert fresh(payment).state == states.INITIATED


def test_a_gateway_nobody_here_knows_is_believed_by_its_own_record(db):
	read = gateway_records.read
	data = {"amount": 12.5, "currency": "EUR"}
	assert read("Unheard", "IR-1", "Queued", data) is None
	assert read("Unheard", "IR-1", "Completed", data).amount_minor == 1250
	with pytest.raises(gateway_records.Unreadable):
		read("Unheard", "IR-1", "Completed", {"amount": "12.505", "currency": "EUR"})
	with pytest.raises(gateway_records.Unreadable):
		read("Unheard", "IR-1", "Completed", {"amount": "much", "currency": "EUR"})


def test_what_is_offered_for_rupees(razorpay):
	company = factories.get_company()
	assert [row["key"] for row in gateways.list_for("INR", company)] == ["Razorpay"]
	assert gateways.list_for("USD", company) == [], "Razorpay takes rupees alone"


def test_gateways_whose_pages_want_a_payment_request_are_not_offered(db, set_up):
	assert other_gateways.needs_payment_request("Braintree Settings")
	assert other_gateways.needs_payment_request("GoCardless Settings")
	assert not other_gateways.needs_payment_request("Razorpay Settings")


def test_the_old_stripe_page_moves_nothing(stripe, customer, http, outside):
	"""The payments app's own Stripe page takes any amount for any document: for a Portal Payment it does not even begin."""
	invoice = factories.make_sales_invoice(customer, rate=500)
	payment = stripe.begin(customer, [invoice.name])
	charges = []
	outside["https://api.stripe.com/v1/charges"] = lambda keywords: charges.append(keywords)
	data = {
		"amount": "0.50",
		"currency": "USD",
		"reference_doctype": "Portal Payment",
		"reference_docname": payment.name,
	}
	answer = http.post(
		"/api/method/payments.templates.pages.stripe_checkout.make_payment",
		data={"stripe_token_id": "tok_visa", "data": json.dumps(data), **data},
	)
	assert answer.status_code >= 400 and charges == []
	assert fresh(payment).state == states.PROCESSING


def test_a_charge_of_the_old_stripe_page_is_not_believed(stripe, customer):
	"""Its own record can be had for a Portal Payment all the same, by way of some Payment Request."""
	invoice = factories.make_sales_invoice(customer, rate=500)
	payment = stripe.begin(customer, [invoice.name])
	frappe.get_doc(
		{
			"doctype": "Integration Request",
			"integration_request_service": "Stripe",
			"reference_doctype": "Portal Payment",
			"reference_docname": payment.name,
			"status": "Completed",
			"data": json.dumps({"amount": 500, "currency": "USD"}),
		}
	).insert(ignore_permissions=True)
	assert payment.on_payment_authorized("Completed") == f"/portal/pay/{payment.name}"
	payment = fresh(payment)
	assert payment.state == states.PROCESSING and not payment.captured_on
	assert get_outstanding(invoice) == 500


def test_nobody_calls_the_controller_from_a_browser(razorpay, customer, http):
	payment = begin_razorpay(customer, make_rupee_invoice(customer))
	for data in (
		{"dt": "Portal Payment", "dn": payment.name, "method": "on_payment_authorized"},
		{"docs": frappe.as_json(payment.as_dict()), "method": "on_payment_authorized"},
	):
		assert http.post("/api/method/run_doc_method", data=data).status_code >= 400
	path = f"/api/resource/Portal Payment/{payment.name}?run_method=on_payment_authorized"
	assert http.post(path).status_code >= 400
	assert fresh(payment).state == states.PROCESSING
