"""Any other gateway of the payments app, by that app's own protocol: the Portal Payment is the reference document.

The app's controller gives an address (``get_payment_url``), takes the money on pages of its own, and then calls
``on_payment_authorized`` of the reference document. Some of those pages are called by the browser with whatever it likes:
with Razorpay, the reference and the amount that the app keeps can be rewritten, and nothing compares them with what was
paid. So that call is a knock on the door here too: the gateway is asked what it took (gateway_records.py), and that is
compared with the intent. What cannot be known, or differs, needs a person.
"""

import inspect
import json
import math
from importlib import import_module

import frappe
from frappe import _
from frappe.utils import now_datetime

from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.payments import capture, gateway_records, refusals, states
from customer_portal_ext.payments.gateway_records import Unreadable
from customer_portal_ext.payments.minor_units import from_minor
from customer_portal_ext.web.payment_urls import payment_url

MOST_REQUESTS = 10
# DocTypes whose pages look their payment up as a Payment Request, whatever the reference is, as long as the
# ``get_gateway_controller`` of this module takes the name of a document alone.
LOOK_UPS = {
	"Braintree Settings": "braintree_settings",
	"GoCardless Settings": "gocardless_settings",
}


def get_service(payment_gateway: str) -> str:
	"""The name the payments app logs a gateway under: "Razorpay" for "Razorpay Settings"."""
	settings = frappe.get_cached_value("Payment Gateway", payment_gateway, "gateway_settings")
	return (settings or payment_gateway).removesuffix(" Settings")


def get_controller(payment_gateway: str):
	"""The gateway's settings document. Raises frappe.ValidationError where there is none."""
	from payments.utils import get_payment_gateway_controller

	return get_payment_gateway_controller(payment_gateway)


def get_obstacle(payment_gateway: str) -> str | None:
	"""Why the portal cannot offer a gateway, for staff; None where it can."""
	try:
		controller = get_controller(payment_gateway)
	except Exception:
		frappe.clear_messages()
		return _("The payments app has no settings for {0}.").format(payment_gateway)
	if not hasattr(controller, "get_payment_url"):
		return _("{0} has no page to pay on: it asks for payments by telephone.").format(payment_gateway)
	if needs_payment_request(controller.doctype):
		return _(
			"The pages of {0} in the installed payments app work for ERPNext's Payment Requests alone. Customers cannot be "
			"offered it here."
		).format(payment_gateway)
	return None


def needs_payment_request(settings: str) -> bool:
	"""Whether the gateway's pages know no reference document but a Payment Request."""
	name = LOOK_UPS.get(settings)
	if not name:
		return False
	module = import_module(f"payments.payment_gateways.doctype.{name}.{name}")
	return len(inspect.signature(module.get_gateway_controller).parameters) < 2


def takes_currency(payment_gateway: str, currency: str) -> bool:
	try:
		get_controller(payment_gateway).validate_transaction_currency(currency)
	except frappe.ValidationError:
		frappe.clear_messages()
		return False
	return True


def start(payment) -> str:
	"""The address of the gateway's page. Commits.

	:raises InvalidInput: the gateway refuses this payment.
	:raises GatewayUnavailable: it could not be asked; try again.
	"""
	payment = frappe.get_doc(states.DOCTYPE, payment.name)
	if payment.state == states.PROCESSING and payment.checkout_url:
		return payment.checkout_url
	try:
		controller = get_controller(payment.gateway)
	except Exception:  # its settings were taken away since the payment was begun
		raise log_no_answer(payment.gateway) from None
	details = get_details(payment)
	try:
		controller.validate_transaction_currency(payment.currency)
		if hasattr(controller, "validate_minimum_transaction_amount"):
			controller.validate_minimum_transaction_amount(payment.currency, payment.amount)
	except frappe.ValidationError as problem:
		frappe.clear_messages()
		capture.fail(payment.name, str(problem))
		raise InvalidInput(frappe.utils.strip_html_tags(str(problem))) from None
	try:
		url = get_site_url(controller.get_payment_url(**details))
	except Exception:
		raise log_no_answer(payment.gateway) from None
	capture.set_processing(payment.name, checkout_url=url)
	return url


def log_no_answer(gateway: str) -> Exception:
	"""What is raised when a gateway gives no address; the reason is kept for staff. Commits."""
	frappe.db.rollback()
	frappe.clear_messages()
	frappe.log_error(f"Customer Portal: {gateway}", frappe.get_traceback())
	frappe.db.commit()  # the log entry alone
	return refusals.no_answer()


def get_details(payment) -> dict:
	"""What the payments app's protocol asks for, all of it from the database."""
	names = ", ".join(dict.fromkeys(row.reference_name for row in payment.allocations))[:200]
	return {
		"amount": get_amount(payment),
		"title": payment.company,
		"description": names or payment.name,
		"reference_doctype": payment.doctype,
		"reference_docname": payment.name,
		"payer_email": payment.email or "",
		"payer_name": payment.visitor_name or payment.customer_name or payment.customer,
		"order_id": payment.name,
		"currency": payment.currency,
		"payment_gateway": payment.gateway,
		"redirect_to": payment_url(payment.name),
	}


def get_amount(payment) -> float | int:
	"""The amount as the gateway's page calculates with it.

	Razorpay's page multiplies by 100 and cuts: 19.99 would become 1998 paise. The next greater floating-point number does not.
	"""
	amount = from_minor(int(payment.amount_minor), payment.currency)
	if not payment.exponent:
		return int(amount)
	number = float(amount)
	if get_service(payment.gateway) == "Razorpay":
		while int(number * 100) < int(payment.amount_minor):
			number = math.nextafter(number, math.inf)
	return number


def on_payment_authorized(payment, status: str | None) -> str:
	"""The payments app says that this payment was made. Where the browser goes next. Commits; raises nothing.

	:param status: what the app believes. Not believed here.
	"""
	try:
		if is_checkout(payment) or not refresh(payment.name):
			frappe.log_error(
				f"Customer Portal: {payment.name}",
				f"A payment was reported for it, but {payment.gateway} shows none (yet). Nothing was changed.",
			)
	except Exception:
		# The app would swallow it. The scheduler asks again.
		frappe.db.rollback()
		frappe.log_error(f"Customer Portal: {payment.name}", frappe.get_traceback())
	frappe.db.commit()  # the log entry, if any; what was captured is committed already
	return payment_url(payment.name)


def is_checkout(payment) -> bool:
	"""Whether the payment goes through Stripe Checkout: then only the payments app's own Stripe page, which the portal never
	uses, can have called, with an amount that its visitor chose."""
	settings = frappe.get_cached_value("Payment Gateway", payment.gateway, "gateway_settings")
	return settings == "Stripe Settings"


def refresh(name: str) -> bool:
	"""Ask the gateway about the requests made for a payment, and record what it took; whether it took anything. Commits.

	A payment that nobody paid in time expires. Raises requests.RequestException where the gateway does not answer.
	"""
	payment = frappe.get_doc(states.DOCTYPE, name)
	if payment.captured_on:
		return True
	for request in get_requests(payment):
		if record(payment, request):
			return True
	if payment.state in states.UNDER_WAY and payment.expires_on and payment.expires_on < now_datetime():
		capture.expire(name)
	return False


def get_requests(payment) -> list:
	"""The Integration Requests of the payment's own gateway for it, latest first: a page opened twice makes two."""
	if not payment.gateway:
		return []
	return frappe.get_all(
		"Integration Request",
		{
			"integration_request_service": get_service(payment.gateway),
			"reference_doctype": states.DOCTYPE,
			"reference_docname": payment.name,
		},
		["name", "status", "data"],
		order_by="creation desc",
		limit=MOST_REQUESTS,
	)


def record(payment, request) -> bool:
	"""Record what the gateway took by one request; whether there is anything now. Commits."""
	try:
		captured = gateway_records.read(
			get_service(payment.gateway), request.name, request.status, json.loads(request.data)
		)
	except Unreadable as problem:
		if request.status not in gateway_records.AUTHORIZED:
			return False
		capture.need_attention(
			payment.name,
			_("{0} reports a payment, but what was paid could not be checked: {1}. Look it up there.").format(
				payment.gateway, problem
			),
		)
		return True
	if captured is None:
		return False
	used = frappe.db.get_value(
		states.DOCTYPE, {"provider_payment": captured.provider_payment, "name": ("!=", payment.name)}
	)
	if used:
		# One payment at the gateway, shown for a second one here: it is recorded there, and is no money for this.
		frappe.log_error(
			f"Customer Portal: {payment.name}",
			f"{captured.provider_payment} at {payment.gateway} has paid {used} already. Nothing was changed.",
		)
		return False
	capture.record(payment.name, captured)
	return True
