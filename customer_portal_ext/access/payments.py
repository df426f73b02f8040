"""The gate of paying: who may choose, begin, see, repeat and give up a payment, and have its receipt."""

from collections.abc import Mapping

import frappe
from frappe.utils import add_to_date, getdate, now_datetime

from customer_portal_ext.access import activity, conversations, guard, limits, switching
from customer_portal_ext.access.network import get_address
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import preferences
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.exceptions import (
	DocumentNotFound,
	GatewayUnavailable,
	InvalidInput,
	PaymentUnderWay,
	TooManyAttempts,
)
from customer_portal_ext.payments import (
	capture,
	choice,
	gateways,
	intents,
	open_items,
	pages,
	payment_page,
	posting,
	states,
)
from customer_portal_ext.payments.bank_transfer import codes
from customer_portal_ext.payments.credits import CreditGone
from customer_portal_ext.quotes import fields
from customer_portal_ext.web import payment_urls as urls
from customer_portal_ext.web.urls import with_query
from customer_portal_ext.web.words import _

CAPABILITY = "payments"
TYPED = ("name", "email", "gateway", "form_key")
# The provider is asked at most this often for one payment, however often the page is loaded.
SECONDS_BETWEEN_QUESTIONS = 3
MOST_UNDER_WAY = 5


def get_invoice_section(record: Mapping) -> dict:
	"""``{"pay_url", "transfer"}`` for the page of an invoice that the guard has checked. No statement."""
	visitor = guard.require_visitor()
	can_pay = visitor.can(CAPABILITY) and pages.is_offered(record["company"])
	is_open = not record["is_return"] and codes.get_open(record) > 0
	return {
		"pay_url": urls.review_url(record["name"]) if can_pay and is_open else None,
		"transfer": codes.get_for_invoice(record),
	}


def get_accounts(visitor: Visitor) -> list[open_items.Account]:
	"""What the visitor's customers have open."""
	return [account for customer in visitor.row_scope for account in open_items.get_accounts(customer)]


def get_chosen(context: Mapping) -> tuple[Mapping, list[str]]:
	"""The fields and ticked boxes of the form, or of the address."""
	is_form = bool(context["form"])
	form = context["form"] if is_form else context["query"]
	lists = context["form_lists"] if is_form else context["query_lists"]
	return form, lists.get("invoice", [])


def get_choose_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/pay.html, with what was chosen and what was wrong with it, if anything."""
	if problem:
		frappe.db.rollback()
	visitor = guard.require_capability(CAPABILITY)
	form, keys = get_chosen(context)
	under_way = get_under_way(visitor)
	return pages.get_choose(get_accounts(visitor), form, keys, getdate(), problem, under_way)


def get_under_way(visitor: Visitor) -> list[dict]:
	"""``name, amount, currency, creation`` of payments that were begun and may still be paid, the latest first."""
	payment = frappe.qb.DocType(states.DOCTYPE)
	return (
		frappe.qb.from_(payment)
		.select(payment.name, payment.amount, payment.currency, payment.creation)
		.where(payment.customer.isin(visitor.row_scope) & payment.state.isin(states.UNDER_WAY))
		.where(payment.expires_on.isnull() | (payment.expires_on > now_datetime()))
		.orderby(payment.creation, order=frappe.qb.desc)
		.limit(MOST_UNDER_WAY)
	).run(as_dict=True)


def get_review_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/pay_review.html. Changes nothing. Raises InvalidInput where nothing can be paid as chosen."""
	visitor = guard.require_capability(CAPABILITY)
	form, keys = get_chosen(context)
	chosen = choice.read(form, keys, get_accounts(visitor), getdate())
	typed = get_typed(visitor, chosen, context, problem)
	return pages.get_review(chosen, pages.get_fields(form, keys), get_gateways(chosen), typed, problem)


def get_typed(
	visitor: Visitor, chosen: choice.Choice, context: Mapping, problem: InvalidInput | None
) -> dict:
	"""What was typed about who pays, and how; at first, what need not be typed. The holder of one document's link is not shown
	the address on file."""
	typed = {name: str(context["form"].get(name) or "") for name in TYPED}
	if not problem:
		on_file = get_address_on_file(chosen.account.customer) if visitor.scope is None else None
		typed["name"] = conversations.get_author_name(visitor, context["cookies"]) or ""
		email = visitor.user or on_file
		typed["email"] = email if email and preferences.wants(visitor.customer, email, "receipts") else ""
	return typed


def get_gateways(chosen: choice.Choice) -> list[dict]:
	return gateways.list_for(chosen.account.currency, chosen.account.company) if chosen.amount else []


def start(context: Mapping) -> str:
	"""Begin the payment that was reviewed: the page to go to. Raises InvalidInput, PaymentUnderWay among them."""
	visitor = guard.require_capability(CAPABILITY)
	limits.count("payment-start", visitor)
	form, keys = get_chosen(context)
	chosen = choice.read(form, keys, get_accounts(visitor), getdate())
	choice.require_as_shown(chosen, form.get("shown"))
	return begin(visitor, chosen, form)


def get_refused_page(context: Mapping, problem: InvalidInput) -> tuple[str, dict]:
	"""Template and context for a payment that did not begin: the review again, or the choice where that can no longer be."""
	frappe.db.rollback()
	if not isinstance(problem, PaymentUnderWay):
		try:
			return "pages/pay_review.html", get_review_page(context, problem)
		except InvalidInput:
			pass  # what was chosen cannot be paid so: the page of choice says why
	return "pages/pay.html", get_choose_page(context, problem)


def begin(visitor: Visitor, chosen: choice.Choice, form: Mapping) -> str:
	gateway = read_gateway(form.get("gateway"), get_gateways(chosen)) if chosen.amount else None
	origin = get_origin(visitor, chosen.account.customer, form)
	payment, is_new = intents.create(chosen, gateway, str(form.get("form_key") or ""), origin)
	if is_new:
		activity.record("Began Payment", visitor, states.DOCTYPE, payment.name)
	return send_on(payment)


def read_gateway(wanted: str | None, offered: list[dict]) -> str:
	"""The key of a gateway that was offered; the only one need not be named. Raises InvalidInput."""
	keys = [gateway["key"] for gateway in offered]
	if not keys:
		raise InvalidInput(_("This cannot be paid online at the moment."))
	if len(keys) == 1 and not wanted:
		return keys[0]
	if wanted not in keys:
		raise InvalidInput(_("Choose how to pay."), "gateway")
	return wanted


def get_origin(visitor: Visitor, customer: str, form: Mapping) -> intents.Origin:
	"""Who pays, from where. Raises InvalidInput for an e-mail address that is none."""
	email = str(form.get("email") or "").strip()
	return intents.Origin(
		customer=customer,
		visitor_name=fields.read_line(form.get("name"), 100, "name", _("A name can have {0} characters.")),
		email=fields.read_email(email) if email else "",
		language=frappe.local.lang or "en",
		ip_address=get_address(),
		token=visitor.token,
		user=visitor.user,
		visit=visitor.visit,
	)


def send_on(payment) -> str:
	"""The page to go to after a payment was begun or continued: its own, which leads on to the gateway's."""
	if payment.state not in states.UNDER_WAY:
		return urls.payment_url(payment.name)
	if not payment.amount_minor:
		settle(payment)
		return urls.payment_url(payment.name)
	try:
		gateways.start(payment)
	except GatewayUnavailable:
		return get_away_url(payment)
	except InvalidInput:
		# the gateway will not have it: the documents are free to be paid in another way
		capture.cancel(payment.name)
		raise
	return with_query(urls.payment_url(payment.name), {"go": "1"})


def get_away_url(payment) -> str:
	return with_query(urls.payment_url(payment.name), {"notice": "payment-service-away"})


def settle(payment) -> None:
	"""Set credit against what it pays in full; no money moves. Raises InvalidInput where the credit is gone."""
	try:
		posting.post_credits(payment.name)
	except CreditGone:
		capture.cancel(payment.name)
		raise InvalidInput(
			_("What is open has changed since you opened this page. Please look again.")
		) from None


def require_payment(name: str, page: str | None = None):
	"""The visitor's own Portal Payment. Raises DocumentNotFound: missing and foreign are the same.

	``page``: for a file of the payment, the page that shows it.

	The link to one quotation opens the payments of its deposit, if it is one to answer by, and no others.
	"""
	visitor = guard.require_visitor()
	row = frappe.db.get_value(states.DOCTYPE, name, ["name", "customer", "quotation"], as_dict=True)
	is_own = row and row.name == name and row.customer in visitor.row_scope
	is_deposit = row and visitor.may_answer and visitor.scope == ("Quotation", row.quotation)
	in_scope = visitor.scope is None or is_deposit
	if not (is_own and in_scope and CAPABILITY in visitor.capabilities):
		switching.look_elsewhere(
			visitor,
			lambda customers: row and row.name == name and row.customer in customers,
			(CAPABILITY,),
			page,
		)
		activity.record_refusal(visitor, f"payment {name}")
		raise DocumentNotFound
	return frappe.get_doc(states.DOCTYPE, name)


def get_payment_page(context: Mapping) -> dict:
	"""The context of pages/pay_status.html. Whoever comes back from the gateway makes us ask it; the address is not believed."""
	payment = require_payment(context["args"]["name"])
	has_returned = context["query"].get("returned") == "1"
	if has_returned and may_ask(payment):
		gateways.refresh(payment.name)
		payment.reload()
	return payment_page.get_page(
		payment,
		has_returned=has_returned,
		goes_on=context["query"].get("go") == "1",
		gateway=gateways.get_label(payment),
	)


def may_ask(payment) -> bool:
	"""Whether the gateway is asked now: about what may still change, not too often for it, nor for this visitor."""
	recently = add_to_date(now_datetime(), seconds=-SECONDS_BETWEEN_QUESTIONS)
	is_open = payment.state in states.UNDER_WAY or payment.state in states.ENDED_WITHOUT_MONEY
	if not is_open or not payment.gateway or (payment.asked_on and payment.asked_on > recently):
		return False
	try:
		limits.count("payment-question", guard.require_visitor())
	except TooManyAttempts:
		return False  # the page shows what is known; the webhook and the scheduler go on
	return True


def pay_again(context: Mapping) -> str:
	"""Go on with a payment that was begun: the page to go to. Raises InvalidInput."""
	payment = require_payment(context["args"]["name"])
	limits.count("payment-start", guard.require_visitor())
	return send_on(payment)


def cancel(context: Mapping) -> str:
	"""Give a payment up: the page to go to. One that was paid meanwhile stays paid."""
	payment = require_payment(context["args"]["name"])
	if payment.state in states.UNDER_WAY:
		try:
			gateways.cancel(payment.name)
		except GatewayUnavailable:
			return get_away_url(payment)
		activity.record("Cancelled Payment", guard.require_visitor(), states.DOCTYPE, payment.name)
	return urls.payment_url(payment.name)
