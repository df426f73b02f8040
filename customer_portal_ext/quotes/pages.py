"""What the pages about a quotation's answer show."""

from collections.abc import Mapping

from frappe.utils import get_build_version, getdate

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.documents.text import get_lines, get_plain_text, get_safe_html
from customer_portal_ext.exceptions import AnswerRefused, InvalidInput
from customer_portal_ext.quotes import (
	acceptance,
	addresses,
	choices,
	decline,
	limits,
	offer,
	responses,
	rules,
)
from customer_portal_ext.web import quotation_urls as urls
from customer_portal_ext.web.words import _

ACCEPT_FIELDS = ("name", "email", "po_no", addresses.FIELD, "signature", "typed_signature")
DECLINE_FIELDS = ("name", "lost_reason", "reason")
ASSETS = "/assets/customer_portal_ext"


def describe_answer(standing: Mapping) -> dict:
	"""``{"is_accepted", "name", "on", "order", "is_being_checked", "signed_url"}`` of the answer that stands."""
	is_accepted = standing["answer"] == responses.ACCEPTED
	return {
		"is_accepted": is_accepted,
		"name": standing["signer_name"],
		"on": standing["answered_on"],
		"order": standing["sales_order"] if is_accepted else None,
		# staff have not submitted the order
		"is_being_checked": is_accepted and standing["order_docstatus"] == 0,
		"signed_url": urls.signed_pdf_url(standing["quotation"]) if standing["signed_pdf"] else None,
	}


def get_frame(record: Mapping, title: str, problem: InvalidInput | None = None) -> dict:
	"""What these pages have in common."""
	name = record["name"]
	return {
		"title": title,
		"name": name,
		"back": {"label": _("Quotation {0}").format(name), "url": urls.quotation_url(name)},
		"http_status": problem.http_status if problem else 200,
	}


def get_answered(record: Mapping, standing: Mapping) -> dict:
	"""For whoever comes back to the form after the answer: what was answered."""
	return {
		**get_frame(record, _("Quotation {0}").format(record["name"])),
		"answered": describe_answer(standing),
		"refusal": None,
	}


def get_accept(
	record: Mapping, chosen_from: Mapping, typed: dict, options: list[dict], problem: InvalidInput | None
) -> dict:
	"""The confirmation page: what is ordered, at what price, on which terms; and the form."""
	name = record["name"]
	settings = get_settings()
	page = {
		**get_frame(record, _("Accept and order"), problem),
		"answered": None,
		"refusal": None,
		"terms": get_safe_html(record["terms"]),
		"form": {
			"url": urls.action_url("accept", name),
			"typed": typed,
			"problem": problem.message if problem else None,
			"field": problem.field if problem else None,
			"addresses": options,
			"own_address": get_own_address(record),
			"signature_required": bool(settings.signature_required),
			"longest_name": limits.LONGEST_NAME,
			"longest_email": limits.LONGEST_EMAIL,
			"longest_po_number": limits.LONGEST_PO_NUMBER,
		},
		"scripts": get_scripts() if settings.signature_required else [],
	}
	try:
		rules.require_open({**record, "docstatus": 1}, getdate())
		open_choices = offer.get_choices(name)
		chosen = read_choices(chosen_from, open_choices)
		mapped = acceptance.get_offered(record, chosen)
	except AnswerRefused as refusal:
		return page | {"refusal": problem.message if problem else refusal.message}
	return (
		page
		| offer.describe(mapped)
		| {
			"seal": offer.get_seal(offer.get_content(record, mapped)),
			"choices": [describe_choice(choice, chosen) for choice in open_choices],
		}
	)


def read_choices(form: Mapping, open_choices: list[choices.Choice]) -> list[str]:
	"""What was chosen so far; a choice that cannot be read is shown as not yet made, and refused when it is sent."""
	try:
		return choices.read(form, open_choices)
	except InvalidInput:
		return choices.read({}, open_choices)


def describe_choice(choice: choices.Choice, chosen: list[str]) -> dict:
	"""``{"field", "options": [{"value", "label", "quantity", "unit", "amount", "is_chosen"}]}``"""
	return {
		"field": choice.field,
		"options": [
			{
				"value": option["name"],
				"label": get_plain_text(option["item_name"]) or option["item_code"],
				"quantity": option["qty"],
				"unit": _(option["uom"]) if option["uom"] else "",
				"amount": option["amount"],
				"is_chosen": option["name"] in chosen,
			}
			for option in choice.options
		],
	}


def get_own_address(record: Mapping) -> str:
	"""The address on the quotation in one line: the shipping address, else the billing one."""
	return ", ".join(get_lines(record["shipping_address"] or record["address_display"]))


def get_decline(record: Mapping, typed: dict, problem: InvalidInput | None) -> dict:
	"""The form that declines."""
	refusal = rules.get_refusal({**record, "docstatus": 1}, getdate())
	return {
		**get_frame(record, _("Decline"), problem),
		"answered": None,
		"refusal": refusal,
		"reasons": [{"value": reason, "label": _(reason)} for reason in decline.get_reasons()],
		"form": {
			"url": urls.action_url("decline", record["name"]),
			"typed": typed,
			"problem": problem.message if problem else None,
			"field": problem.field if problem else None,
			"longest_name": limits.LONGEST_NAME,
			"longest_reason": limits.LONGEST_REASON,
		},
	}


def get_share(
	record: Mapping,
	typed: dict,
	problem: InvalidInput | None,
	days: int,
	may_answer: bool,
	shares: list[dict],
) -> dict:
	"""The form that shares, and with whom it was shared."""
	return {
		**get_frame(record, _("Share"), problem),
		"days": days,
		"may_answer": may_answer,
		"shares": shares,
		"unshare_url": urls.action_url("unshare", record["name"]),
		"form": {
			"url": urls.action_url("share", record["name"]),
			"typed": typed,
			"problem": problem.message if problem else None,
			"field": problem.field if problem else None,
			"longest_email": limits.LONGEST_EMAIL,
		},
	}


def get_scripts() -> list[str]:
	"""What draws a signature: loaded by the one page that asks for it."""
	version = get_build_version()
	return [
		f"{ASSETS}/vendor/signature_pad.umd.min.js?v={version}",
		f"{ASSETS}/signature.js?v={version}",
	]
