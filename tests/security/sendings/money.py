"""Payments, deposits and statements."""

import frappe

from customer_portal_ext.payments import pages
from customer_portal_ext.quotes import responses
from customer_portal_ext.statement import limits as statement_limits
from tests import factories
from tests.factories import paying
from tests.factories.stripe_site import GATEWAY
from tests.security.sendings.stage import Sending, sends


@sends("/portal/pay")
def pay(stage):
	stage.request.getfixturevalue("stripe")
	invoice = factories.make_sales_invoice(stage.customer)
	return Sending(
		stage.enter(),
		f"/portal/pay/review?invoice={invoice.name}",
		"/portal/pay",
		makes={"Portal Payment": 1},
		traces=("Began Payment",),
	)


@sends("/portal/pay/review")
def review(stage):
	stage.request.getfixturevalue("stripe")
	# as where there is more than an address can hold
	stage.request.getfixturevalue("monkeypatch").setattr(pages, "MOST_IN_ADDRESS", 0)
	values = {"invoice": factories.make_sales_invoice(stage.customer).name}
	return Sending(stage.enter(), "/portal/pay", "/portal/pay/review", values, status=200)


@sends("/portal/pay/<name>/again")
def pay_again(stage):
	stage.request.getfixturevalue("stripe")
	invoice = factories.make_sales_invoice(stage.customer)
	name = paying.begin(stage.customer, [invoice.name], gateway=GATEWAY).name
	return Sending(stage.enter(), f"/portal/pay/{name}", f"/portal/pay/{name}/again")


@sends("/portal/pay/<name>/cancel")
def give_up_a_payment(stage):
	name = stage.begin_payment().name
	return Sending(
		stage.enter(), f"/portal/pay/{name}", f"/portal/pay/{name}/cancel", traces=("Cancelled Payment",)
	)


@sends("/portal/deposit/<path:name>")
def pay_a_deposit(stage):
	stage.request.getfixturevalue("stripe")
	frappe.db.set_single_value("Customer Portal Settings", "deposit_percent", 20)
	quotation = factories.make_quotation(stage.customer, rate=500)
	order = factories.order_from_quotation(quotation)
	origin = responses.Origin(stage.customer.name)
	responses.record(responses.ACCEPTED, quotation.name, origin, sales_order=order.name)
	path = f"/portal/deposit/{quotation.name}"
	return Sending(stage.enter(), path, path, makes={"Portal Payment": 1}, traces=("Began Payment",))


@sends("/portal/statement/email")
def mail_a_statement(stage):
	factories.make_sales_invoice(stage.customer)
	return Sending(
		stage.enter(),
		"/portal/statement",
		"/portal/statement/email",
		makes={"Email Queue": 1},
		traces=("E-mailed Statement",),
	)


@sends("/portal/statement/exports")
def export_a_statement(stage):
	factories.make_sales_invoice(stage.customer)
	# as where it is too long to wait for
	stage.request.getfixturevalue("monkeypatch").setitem(statement_limits.AT_ONCE, "pdf", 0)
	return Sending(
		stage.enter(), "/portal/statement", "/portal/statement/exports", makes={"Portal Export": 1}
	)
