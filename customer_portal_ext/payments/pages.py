"""What the pages show on which a customer chooses what to pay, and sees how it is spread before paying."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.exceptions import InvalidInput, PaymentUnderWay
from customer_portal_ext.payments import choice as choices
from customer_portal_ext.payments import intents, limits, open_items, part_payment
from customer_portal_ext.payments.bank_transfer import codes
from customer_portal_ext.payments.open_items import Account, OpenItem
from customer_portal_ext.web import payment_urls, urls
from customer_portal_ext.web.words import _

# What of a form says what is paid; all else is who pays, and how.
CHOICE_FIELDS = ("of", "account", "amount", "use_credit")
# Ticked boxes and their amounts travel in the address, so that the review can be reloaded and gone back to. More of them
# than this would not fit into what web servers accept (8 KB).
MOST_IN_ADDRESS = 40


def is_offered(company: str | None = None) -> bool:
	"""Whether anything can be paid online, at all or in this company."""
	return any(
		row.enabled and company in (None, row.company) for row in get_settings().get("payment_gateways")
	)


def get_fields(form: Mapping, keys: Iterable[str]) -> list[tuple[str, str]]:
	"""What was chosen, as names and values for hidden inputs or an address: nothing else of the form, and nothing empty."""
	keys = list(dict.fromkeys(keys))
	known = [*CHOICE_FIELDS, *(f"amount-{key}" for key in keys)]
	fields = [(name, str(form[name]).strip()) for name in known if str(form.get(name) or "").strip()]
	if form.get("of"):  # then no tick counts
		return [(name, value) for name, value in fields if not name.startswith("amount-")]
	return [*(("invoice", key) for key in keys), *fields]


def get_choose(
	accounts: list[Account],
	form: Mapping,
	keys: Iterable[str],
	today: date,
	problem: InvalidInput | None = None,
	under_way: Iterable[Mapping] = (),
) -> dict:
	"""The context of pages/pay.html: one form for each company and currency, with what was chosen so far.

	:param under_way: the customer's payments that wait for the gateway: ``name, amount, currency, creation``.
	"""
	return {
		"title": _("Pay"),
		"accounts": [describe_account(account, form, set(keys), today) for account in accounts],
		"review_url": payment_urls.review_url(),
		"under_way": [
			{**row, "amount": to_decimal(row["amount"]), "url": payment_urls.payment_url(row["name"])}
			for row in under_way
		],
		"problem": problem.message if problem else None,
		"field": problem.field if problem else None,
		"under_way_url": get_under_way_url(problem),
		"http_status": problem.http_status if problem else 200,
	}


def get_under_way_url(problem: InvalidInput | None) -> str | None:
	"""The page of the payment that stands in the way."""
	return payment_urls.payment_url(problem.payment) if isinstance(problem, PaymentUnderWay) else None


def describe_account(account: Account, form: Mapping, keys: set[str], today: date) -> dict:
	overdue = sum((item.payable for item in choices.get_due(account, today)), Decimal())
	is_meant = form.get("account") in (None, "", account.key)
	allows_parts = bool(get_settings().allow_partial_payments)
	options = get_options(account, overdue, today, allows_parts)
	of = get_of(form, keys, [option["value"] for option in options])
	return {
		"key": account.key,
		"company": account.company,
		"currency": account.currency,
		"digits": get_decimals(account.currency),
		"step": str(Decimal(1).scaleb(-get_decimals(account.currency))),
		"method": "get" if len(account.items) <= MOST_IN_ADDRESS else "post",
		"of": of,
		"options": options,
		"own_amount": (form.get("amount") or "") if is_meant else "",
		"allows_parts": allows_parts,
		"smallest": part_payment.get_smallest(account.company, account.currency) if allows_parts else None,
		"items": [describe_item(item, form, keys, today, of) for item in account.items],
		"payable": account.payable,
		"overdue": overdue,
		"credit": min(account.unallocated, account.outstanding),
		"use_credit": bool(form.get("use_credit")) and is_meant,
	}


def get_of(form: Mapping, keys: set[str], offered: list[str]) -> str:
	"""What is chosen when the page opens: what was asked for, else what is overdue, else all of it."""
	wanted = choices.TICKED if keys and not form.get("of") else form.get("of")
	return wanted if wanted in offered else offered[0]


def get_options(account: Account, overdue: Decimal, today: date, allows_parts: bool) -> list[dict]:
	"""``[{"value", "label", "amount"}]``: what is overdue, all that is open, an own amount, documents of one's choice."""
	options = []
	few = len(account.items) <= limits.MOST_DOCUMENTS
	if (
		overdue
		and overdue < account.payable
		and len(choices.get_due(account, today)) <= limits.MOST_DOCUMENTS
	):
		options.append({"value": choices.OVERDUE, "label": _("All that is overdue"), "amount": overdue})
	if few:
		options.append({"value": choices.ALL, "label": _("All that is open"), "amount": account.payable})
	options.append({"value": choices.TICKED, "label": _("Documents I choose"), "amount": None})
	if allows_parts:
		options.append({"value": choices.OWN_AMOUNT, "label": _("An amount of my own"), "amount": None})
	return options


def describe_item(item: OpenItem, form: Mapping, keys: set[str], today: date, of: str) -> dict:
	"""One row of the list: ``is_chosen`` says whether its box is ticked when the page opens."""
	is_due = bool(item.due_date and item.due_date < today)
	chosen = {
		choices.OVERDUE: is_due,
		choices.ALL: True,
		choices.TICKED: bool(keys & {item.key, item.name}),
	}
	return {
		**describe_document(item.doctype, item.name, item.posting_date),
		"key": item.key,
		"due_date": item.due_date,
		"is_overdue": is_due,
		"outstanding": item.outstanding,
		"payable": item.payable,
		"discount": describe_discount(item.discount, item),
		"is_chosen": chosen.get(of, False),
		"amount": form.get(f"amount-{item.key}") or "",
	}


def describe_discount(amount: Decimal, item: OpenItem) -> dict | None:
	return {"amount": amount, "until": item.discount_date} if amount else None


def describe_document(doctype: str, name: str, posting_date: date) -> dict:
	"""``{"name", "title", "url"}`` of what can be paid; a journal entry has no page."""
	if doctype == open_items.INVOICE:
		return {
			"name": name,
			"title": get_title("invoice", posting_date),
			"url": urls.document_url("invoice", name),
		}
	if doctype == open_items.ORDER:
		return {
			"name": name,
			"title": _("Deposit on order {0}").format(name),
			"url": urls.document_url("order", name),
		}
	return {"name": name, "title": _("Charge"), "url": None}


def get_review(
	chosen: choices.Choice,
	fields: list[tuple[str, str]],
	gateways: list[dict],
	typed: Mapping,
	problem: InvalidInput | None = None,
) -> dict:
	"""The context of pages/pay_review.html: how the money will be spread, what stays open, and the form that pays."""
	account = chosen.account
	documents = list(dict.fromkeys(part.item.name for part in chosen.parts))
	is_long = sum(name == "invoice" for name, _value in fields) > MOST_IN_ADDRESS
	return {
		"title": _("Review and pay"),
		"back": {
			"label": _("Quotation {0}").format(chosen.quotation) if chosen.quotation else _("Pay"),
			"url": get_back_url(chosen, fields, is_long),
		},
		"company": account.company,
		"currency": account.currency,
		"parts": [
			{
				**describe_document(part.item.doctype, part.item.name, part.item.posting_date),
				"due_date": part.item.due_date,
				"outstanding": part.item.outstanding,
				"amount": part.amount - part.discount,
				"discount": describe_discount(part.discount, part.item),
				"left": part.item.outstanding - part.amount,
			}
			for part in chosen.parts
		],
		"credits": [
			{
				**describe_credit(part.credit),
				"amount": part.amount,
				"left": part.credit.unallocated - part.amount,
			}
			for part in chosen.credits
		],
		"total": chosen.total,
		"discount": chosen.discount,
		"discount_until": min(
			(part.item.discount_date for part in chosen.parts if part.discount), default=None
		),
		"credit_amount": chosen.credit_amount,
		"amount": chosen.amount,
		"due_after": None if chosen.quotation else chosen.due_after,
		"credit": {
			"available": Decimal(0) if chosen.quotation else min(account.unallocated, chosen.total),
			"is_used": bool(chosen.credits),
			"url": payment_urls.review_url(),
			"method": "post" if is_long else "get",
			"fields": [field for field in fields if field[0] != "use_credit"],
		},
		"form": {
			"url": payment_urls.pay_url(),
			"fields": fields,
			"gateways": gateways,
			"form_key": typed.get("form_key") or intents.make_form_key(),
			"typed": typed,
			"problem": problem.message if problem else None,
			"field": problem.field if problem else None,
			"under_way_url": get_under_way_url(problem),
		},
		# a transfer sets no credit against anything: staff would find too little
		"transfer": None
		if chosen.credits
		else codes.get(account.company, chosen.amount, account.currency, documents),
		"http_status": problem.http_status if problem else 200,
	}


def get_back_url(chosen: choices.Choice, fields: list[tuple[str, str]], is_long: bool) -> str:
	"""Where the choice was made, with what was chosen; for a deposit, the quotation that asks for it."""
	if chosen.quotation:
		return urls.document_url("quotation", chosen.quotation)
	return payment_urls.pay_url() if is_long else payment_urls.with_fields(payment_urls.pay_url(), fields)


def describe_credit(credit: open_items.Credit) -> dict:
	"""``{"name", "title", "url"}``"""
	kinds = {open_items.INVOICE: "credit_note", open_items.PAYMENT: "payment"}
	kind = kinds.get(credit.doctype)
	return {
		"name": credit.name,
		"title": get_title(kind, credit.posting_date) if kind else _("Credit"),
		"url": urls.document_url(kind, credit.name) if kind else None,
	}
