"""The pages of paying: made up here, since the demo has no payment gateway; names and amounts are those of a recorded invoice."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from customer_portal_ext.payments.bank_transfer import image
from development.preview.samples import Sample

GROUP = "Paying"
CURRENCY = "EUR"
COMPANY = "Nordwind GmbH"
# number, posted, due, open
OPEN = (
	("NW-2026-00005", date(2026, 9, 20), date(2026, 10, 4), "1198.33"),
	("NW-2026-00006", date(2026, 10, 26), date(2026, 11, 9), "1469.65"),
	("NW-2026-00007", date(2026, 11, 16), date(2026, 11, 30), "1356.60"),
)
TOTAL = Decimal("4024.58")
OVERDUE = Decimal("2667.98")
DISCOUNT = {"amount": Decimal("27.13"), "until": date(2026, 11, 27)}


def derive(samples: dict[str, Sample]):
	"""Every page of paying in each state."""
	invoice = samples["invoice"]
	yield pay(
		invoice,
		"pay",
		"Choosing what to pay",
		"All that is overdue, all that is open, some, or an own amount",
	)
	yield refused(invoice)
	yield pay(
		invoice,
		"pay-discount",
		"With an early payment discount",
		"Two percent off",
		accounts=[get_discounted()],
	)
	yield pay(invoice, "pay-nothing", "Nothing to pay", accounts=[])
	yield from reviews(invoice)
	yield from states(invoice)
	bill = samples["german"]
	url = f"/portal/pay/review?invoice={bill.context['name']}"
	transfer = get_transfer(bill.context["name"], bill.context["outstanding"])
	context = deepcopy(bill.context) | {"pay_url": url, "transfer": transfer}
	yield replace(bill, key="invoice-pay", title="An invoice to pay", group=GROUP, path="", context=context)
	for key in ("invoices", "dashboard"):
		context = deepcopy(samples[key].context) | {"pay_url": "/portal/pay/review"}
		yield replace(
			samples[key], key=f"{key}-pay", title=samples[key].title, group=GROUP, path="", context=context
		)


def make(invoice: Sample, key: str, template: str, label: str, note: str = "", **values):
	"""A sample with the frame of a recorded page."""
	frame = ("page", "portal", "visitor", "signed_in_as", "csrf", "flash", "lang", "dir", "today")
	context = {name: deepcopy(invoice.context[name]) for name in frame} | values
	context["page"] |= {"active": "pay", "url": "/portal/pay"}
	entry = {"key": "pay", "label": "Pay", "url": "/portal/pay", "count": None, "group": 2}
	context["portal"]["nav"].append(entry)
	return Sample(key, template, context, title=label, group=GROUP, note=note)


def pay(invoice: Sample, key: str, label: str, note: str = "", accounts=None, **values) -> Sample:
	shown = {
		"title": "Pay",
		"accounts": [get_account()] if accounts is None else accounts,
		"review_url": "/portal/pay/review",
		"under_way": [],
		"problem": None,
		"field": None,
		"under_way_url": None,
	}
	return make(invoice, key, "pages/pay.html", label, note, **(shown | values))


def refused(invoice: Sample) -> Sample:
	second = get_account() | {
		"key": "b",
		"company": "Wind Power LLC",
		"currency": "JPY",
		"digits": 0,
		"step": "1",
	}
	sample = pay(
		invoice,
		"pay-refused",
		"Two companies, refused",
		"What is under way already is not begun again",
		accounts=[get_account() | {"of": "amount", "own_amount": "5000"}, second],
		under_way=[
			{
				"name": "PAY-2026-00012",
				"amount": TOTAL,
				"currency": CURRENCY,
				"creation": datetime(2026, 11, 23, 9, 41),
				"url": "/portal/pay/PAY-2026-00012",
			}
		],
		problem="This is being paid already: PAY-2026-00012.",
		field="amount",
		under_way_url="/portal/pay/PAY-2026-00012",
	)
	return replace(sample, status=409)


def get_account() -> dict:
	return {
		"key": "a",
		"company": COMPANY,
		"currency": CURRENCY,
		"digits": 2,
		"step": "0.01",
		"method": "get",
		"of": "overdue",
		"options": [
			{"value": "overdue", "label": "All that is overdue", "amount": OVERDUE},
			{"value": "all", "label": "All that is open", "amount": TOTAL},
			{"value": "", "label": "Documents I choose", "amount": None},
			{"value": "amount", "label": "An amount of my own", "amount": None},
		],
		"own_amount": "",
		"allows_parts": True,
		"smallest": Decimal("10.00"),
		"items": [
			{
				**get_document(name, posted),
				"key": name,
				"due_date": due,
				"is_overdue": due < date(2026, 11, 23),
				"outstanding": Decimal(amount),
				"payable": Decimal(amount),
				"discount": None,
				"is_chosen": due < date(2026, 11, 23),
				"amount": "",
			}
			for name, posted, due, amount in OPEN
		],
		"payable": TOTAL,
		"overdue": OVERDUE,
		"credit": Decimal("250.00"),
		"use_credit": False,
	}


def get_discounted() -> dict:
	account = get_account()
	last = account["items"][-1]
	last |= {"discount": DISCOUNT, "payable": last["outstanding"] - DISCOUNT["amount"]}
	account["payable"] -= DISCOUNT["amount"]
	account["options"][1]["amount"] -= DISCOUNT["amount"]
	return account


def get_document(name: str, posted: date) -> dict:
	return {
		"name": name,
		"title": f"Invoice of {posted:%B} {posted.day}, {posted.year}",
		"url": f"/portal/invoices/{name}",
	}


def get_transfer(number: str = "NW-2026-00005", amount: Decimal = TOTAL) -> dict:
	iban = "DE89370400440532013000"
	text = ("BCD", "002", "1", "SCT", "COBADEFF", COMPANY, iban, f"{CURRENCY}{amount:.2f}", "", "", number)
	rows = (
		("Recipient", COMPANY, COMPANY),
		("IBAN", "DE89 3704 0044 0532 0130 00", iban),
		("Amount", f"€{amount:,.2f}", f"{amount:.2f}"),
		("Reference", number, number),
	)
	return {
		"scheme": "EPC (SEPA)",
		"title": "SEPA transfer",
		"code": image.draw("\n".join(text)),
		"rows": [{"label": label, "value": value, "to_copy": copied} for label, value, copied in rows],
		"app_url": None,
	}


def reviews(invoice: Sample):
	zero = Decimal(0)
	parts = [
		{
			**get_document(name, posted),
			"due_date": due,
			"outstanding": Decimal(amount),
			"amount": Decimal(amount),
			"discount": None,
			"left": zero,
		}
		for name, posted, due, amount in OPEN
	]
	parts[-1] |= {"amount": Decimal("1000.00"), "left": Decimal("356.60")}
	shown = {
		"title": "Review and pay",
		"back": {"label": "Pay", "url": "/portal/pay"},
		"company": COMPANY,
		"currency": CURRENCY,
		"parts": parts,
		"credits": [
			{
				"name": "NW-CN-2026-00002",
				"title": "Credit note of October 10, 2026",
				"url": "/portal/credit-notes/NW-CN-2026-00002",
				"amount": Decimal("250.00"),
				"left": zero,
			}
		],
		"total": Decimal("3667.98"),
		"discount": zero,
		"discount_until": None,
		"credit_amount": Decimal("250.00"),
		"amount": Decimal("3417.98"),
		"due_after": Decimal("356.60"),
		"credit": {
			"available": Decimal("250.00"),
			"is_used": True,
			"url": "/portal/pay/review",
			"method": "get",
			"fields": [("of", "all")],
		},
		"form": {
			"url": "/portal/pay",
			"fields": [("of", "all"), ("use_credit", "1")],
			"gateways": [
				{"key": "card", "label": "Card or wallet"},
				{"key": "debit", "label": "Direct debit"},
			],
			"form_key": "sample",
			"typed": {"name": "", "email": "rechnung@example.com", "gateway": "", "form_key": ""},
			"problem": None,
			"field": None,
			"under_way_url": None,
		},
		"transfer": get_transfer(),
	}
	template = "pages/pay_review.html"
	yield make(
		invoice, "pay-review", template, "Before paying", "Part of the last one, credit first", **shown
	)
	form = shown["form"] | {
		"problem": "Enter one e-mail address, such as name@company.com.",
		"field": "email",
	}
	refused_form = make(
		invoice, "pay-review-refused", template, "A form that is refused", **(shown | {"form": form})
	)
	yield replace(refused_form, status=400)
	nothing_left = {
		"amount": zero,
		"credit_amount": Decimal("3667.98"),
		"transfer": None,
		"form": shown["form"] | {"gateways": []},
	}
	yield make(invoice, "pay-review-credit", template, "Credit pays all of it", **(shown | nothing_left))
	offline = {
		"form": shown["form"] | {"gateways": []},
		"credits": [],
		"credit": shown["credit"] | {"available": zero},
	}
	all_parts = [
		*parts[:-1],
		parts[-1] | {"amount": parts[-1]["outstanding"] - DISCOUNT["amount"], "left": zero},
	]
	all_parts[-1]["discount"] = DISCOUNT
	discounted = {
		"parts": all_parts,
		"credits": [],
		"credit": shown["credit"] | {"is_used": False},
		"total": TOTAL,
		"discount": DISCOUNT["amount"],
		"discount_until": DISCOUNT["until"],
		"credit_amount": zero,
		"amount": TOTAL - DISCOUNT["amount"],
		"due_after": zero,
		"transfer": get_transfer(amount=TOTAL - DISCOUNT["amount"]),
	}
	yield make(
		invoice, "pay-review-discount", template, "With an early payment discount", **(shown | discounted)
	)
	yield make(invoice, "pay-review-offline", template, "No gateway for this currency", **(shown | offline))


STATES = (
	(
		"open",
		"Payment not finished",
		"Not paid yet",
		"info",
		"Nothing has been taken yet. Go on to the payment page, or cancel.",
	),
	(
		"waiting",
		"Waiting for confirmation",
		"Waiting for confirmation",
		"info",
		"We are waiting for the payment service to confirm.",
	),
	(
		"received",
		"Payment received",
		"Being booked",
		"ok",
		"Your money has arrived and is being booked. You need do nothing more.",
	),
	(
		"paid",
		"Thank you for your payment",
		"Paid",
		"ok",
		"Your payment is booked against the documents below.",
	),
	(
		"failed",
		"Payment declined",
		"Declined",
		"bad",
		"The payment service declined the payment. Nothing was taken from you.",
	),
	(
		"expired",
		"Payment expired",
		"Expired",
		"muted",
		"The time to pay ran out. Nothing was taken from you.",
	),
	(
		"cancelled",
		"Payment cancelled",
		"Cancelled",
		"muted",
		"This payment was cancelled. Nothing was taken from you.",
	),
	(
		"reviewed",
		"Payment received",
		"Being checked",
		"warn",
		"Your money has arrived. We check how to book it and will contact you if need be.",
	),
	("refunded", "Payment refunded", "Refunded", "muted", "This payment was paid back to you."),
)


def states(invoice: Sample):
	name = "PAY-2026-00012"
	url = f"/portal/pay/{name}"
	for key, title, label, tone, text in STATES:
		has_money = key in ("received", "paid", "reviewed", "refunded")
		is_open = key in ("open", "waiting")
		yield make(
			invoice,
			f"pay-{key}",
			"pages/pay_status.html",
			title,
			label,
			title=title,
			name=name,
			state=key,
			status={"text": label, "tone": tone},
			text=text,
			amount=Decimal("3417.98"),
			currency=CURRENCY,
			credit_amount=Decimal("250.00"),
			total=Decimal("3667.98"),
			gateway="Card or wallet",
			allocations=[
				{
					"name": number,
					"title": f"Invoice {number}",
					"url": f"/portal/invoices/{number}",
					"due_date": due,
					"amount": Decimal(amount),
				}
				for number, _posted, due, amount in OPEN
			],
			discount=Decimal(0),
			unallocated=Decimal(0),
			credits=[
				{"name": "NW-CN-2026-00002", "title": "Credit NW-CN-2026-00002", "amount": Decimal("250.00")}
			],
			facts=[
				{"label": "Reference", "value": name, "date": None},
				*([{"label": "Paid on", "value": None, "date": date(2026, 11, 23)}] if has_money else []),
				{"label": "Receipt to", "value": "rechnung@example.com", "date": None},
			],
			balance=Decimal("356.60") if key == "paid" else None,
			go_url=None,
			continue_url="/portal/pay/elsewhere" if is_open else None,
			again_url=None,
			retry_url="/portal/pay/review?of=all" if key in ("failed", "expired", "cancelled") else None,
			cancel_url=f"{url}/cancel" if is_open else None,
			receipt_url=f"/portal/download/receipts/{name}.pdf" if has_money else None,
			entry_url="/portal/payments/ACC-PAY-2026-00040" if key == "paid" else None,
			quotation_url=None,
			refresh=3 if key in ("waiting", "received") else None,
			page_url=url,
			refresh_url=f"{url}?returned=1",
		)
