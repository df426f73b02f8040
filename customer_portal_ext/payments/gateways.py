"""Every way to pay online: which are offered, where the browser goes, what became of a payment.

``Stripe Settings`` means Stripe Checkout (stripe_checkout.py); the payments app's own Stripe page is never used: it takes the
amount from the browser and knows no 3-D Secure. Every other gateway follows the payments app's protocol (other_gateways.py).
"""

import re

import frappe
from frappe.utils import now_datetime

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.payments import (
	capture,
	other_gateways,
	states,
	stripe_api,
	stripe_checkout,
	stripe_library,
	stripe_session,
)
from customer_portal_ext.payments.stripe_webhook import is_stripe
from customer_portal_ext.web.words import _

STRIPE, OTHER = "stripe", "other"
METHOD = re.compile(r"[a-z][a-z0-9_]{1,40}")


def list_for(currency: str, company: str) -> list[dict]:
	"""The gateways a customer may choose from, in the settings' order: ``key`` (the Payment Gateway), ``label``, ``kind``.

	A gateway that could not take the money, whatever the reason, is not among them. Where one is set up for this currency and
	for any, the first counts.
	"""
	offered = {}
	for row in get_settings().payment_gateways:
		if not row.enabled or row.company != company or row.for_currency not in (currency, "", None):
			continue
		if row.payment_gateway in offered or not is_usable(row, currency):
			continue
		kind = STRIPE if is_stripe(row.payment_gateway) else OTHER
		offered[row.payment_gateway] = {"key": row.payment_gateway, "label": make_label(row), "kind": kind}
	return list(offered.values())


def make_label(row) -> str:
	"""What customers call a gateway of the settings."""
	return row.label or (
		_("Card and other methods") if is_stripe(row.payment_gateway) else row.payment_gateway
	)


def get_label(payment) -> str | None:
	"""What customers call the gateway of a payment; None where credit pays all."""
	if not payment.gateway:
		return None
	rows = [row for row in get_settings().payment_gateways if row.payment_gateway == payment.gateway]
	fitting = [row for row in rows if row.company == payment.company] or rows
	return make_label(fitting[0]) if fitting else payment.gateway


def is_usable(row, currency: str) -> bool:
	if get_obstacle(row):
		return False
	return is_stripe(row.payment_gateway) or other_gateways.takes_currency(row.payment_gateway, currency)


def get_obstacle(row) -> str | None:
	"""Why a row of the settings cannot be offered to customers, for staff; None where it can."""
	if not frappe.db.exists("Payment Gateway", row.payment_gateway):
		return _("There is no Payment Gateway {0}.").format(row.payment_gateway)
	if not is_stripe(row.payment_gateway):
		return other_gateways.get_obstacle(row.payment_gateway)
	if obstacle := stripe_library.get_obstacle():
		return obstacle
	try:
		stripe_api.get_account(row.payment_gateway)
	except stripe_api.NotConfigured as problem:
		return str(problem)
	unknown = [name for name in stripe_session.get_method_names(row) if not METHOD.fullmatch(name)]
	if unknown:
		return _("{0} is no name of a payment method at Stripe.").format(frappe.utils.escape_html(unknown[0]))
	return None


def get_obstacles(settings) -> list[str]:
	"""What staff must know when they save the settings: a line for each enabled row that customers will not see."""
	lines = []
	for row in settings.payment_gateways:
		if row.enabled and (obstacle := get_obstacle(row)):
			lines.append(_("Payment Gateways, row {0}: {1}").format(row.idx, obstacle))
	return lines


def start(payment) -> str:
	"""Where the browser goes to pay: an absolute address. Commits. Called again it goes on with the same payment.

	:raises InvalidInput: the gateway does not take this payment; the text is for the customer.
	:raises GatewayUnavailable: nothing happened as far as is known; try again.
	"""
	return get_part(payment.gateway).start(payment)


def refresh(name: str) -> bool:
	"""Ask the gateway itself what became of a payment, and record it. Commits. Whether it could be asked.

	Never raises: what is not known now is asked again.
	"""
	payment = frappe.db.get_value(states.DOCTYPE, name, ["gateway", "asked_on"], as_dict=True)
	if not payment or not payment.gateway:
		return True
	note_asked(name, now_datetime())  # first, so that others who come meanwhile do not ask as well
	try:
		get_part(payment.gateway).refresh(name)
	except Exception as problem:
		frappe.db.rollback()
		note_asked(name, payment.asked_on)  # in vain: to be asked again soon
		if isinstance(problem, stripe_api.StripeProblem):
			frappe.log_error(f"Stripe: {name}", f"{type(problem).__name__}: {problem}")
		else:
			frappe.log_error(f"Customer Portal: asking about {name}", frappe.get_traceback())
		frappe.db.commit()  # the log entry alone
		return False
	return True


def note_asked(name: str, moment) -> None:
	frappe.db.set_value(states.DOCTYPE, name, "asked_on", moment, update_modified=False)
	frappe.db.commit()  # asking the gateway takes seconds: nobody waits for this row meanwhile


def cancel(name: str) -> None:
	"""The customer wants to pay no more: the gateway is told first. What was paid meanwhile is recorded instead. Commits.

	:raises GatewayUnavailable: the gateway could not be told, and might still take money: nothing was changed.
	"""
	gateway = frappe.db.get_value(states.DOCTYPE, name, "gateway")
	if gateway and is_stripe(gateway):
		stripe_checkout.cancel(name)
	else:
		capture.cancel(name)


def get_part(gateway: str):
	return stripe_checkout if is_stripe(gateway) else other_gateways
