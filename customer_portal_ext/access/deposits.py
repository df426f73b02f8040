"""The gate of deposits: who accepted a quotation, or was let in to accept it, may pay what it asks for in advance."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.access import activity, guard, limits, payments
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.payments import deposits, pages
from customer_portal_ext.payments.choice import Choice
from customer_portal_ext.web import payment_urls as urls


def get_offer(visitor: Visitor, record: Mapping, standing: Mapping | None) -> dict | None:
	"""``{"amount", "currency", "url"}`` for the page of an accepted quotation; None where no deposit is to be paid."""
	if not standing or not standing["sales_order"] or not may_pay(visitor, record):
		return None
	chosen = deposits.get(record["name"])
	if not chosen:
		return None
	return {
		"amount": chosen.amount,
		"currency": chosen.account.currency,
		"url": urls.deposit_url(record["name"]),
	}


def may_pay(visitor: Visitor, record: Mapping) -> bool:
	return (
		payments.CAPABILITY in visitor.capabilities
		and visitor.may_answer
		and pages.is_offered(record["company"])
	)


def require_deposit(name: str) -> tuple[Visitor, Choice]:
	"""The deposit of a quotation that the visitor sees. Raises DocumentNotFound, also once it is paid."""
	record = guard.require_document("quotation", name)
	visitor = guard.require_visitor()
	chosen = deposits.get(record["name"]) if may_pay(visitor, record) else None
	if not chosen:
		activity.record_refusal(visitor, f"deposit {name}")
		raise DocumentNotFound
	return visitor, chosen


def get_review_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/pay_review.html for a deposit."""
	if problem:
		frappe.db.rollback()
	name = context["args"]["name"]
	visitor, chosen = require_deposit(name)
	typed = payments.get_typed(visitor, chosen, context, problem)
	page = pages.get_review(chosen, [], payments.get_gateways(chosen), typed, problem)
	return page | {"form": page["form"] | {"url": urls.deposit_url(name)}}


def start(context: Mapping) -> str:
	"""Begin to pay the deposit: the page to go to. Raises InvalidInput."""
	visitor, chosen = require_deposit(context["args"]["name"])
	limits.count("payment-start", visitor)
	return payments.begin(visitor, chosen, context["form"])
