"""Whether a quotation can be answered now. ERPNext's own rules, in a buyer's words."""

from collections.abc import Mapping
from datetime import date

import frappe

from customer_portal_ext.documents.text import get_plain_text
from customer_portal_ext.exceptions import AnswerRefused
from customer_portal_ext.web.words import _

LONGEST_MESSAGE = 300


def get_refusal(quotation: Mapping, today: date) -> str | None:
	"""Why a quotation (docstatus, status, transaction_date, valid_till) can be neither accepted nor declined, or None."""
	if quotation["docstatus"] != 1:
		return _("This quotation has been withdrawn. Please ask us for the new one.")
	if quotation["status"] == "Lost":
		return _("This quotation was declined.")
	if quotation["status"] == "Ordered":
		return _("This quotation has already been ordered.")
	if is_expired(quotation, today) and not may_order_expired():
		return _("This quotation has expired. Please ask us for a new one.")
	return None


def require_open(quotation: Mapping, today: date) -> None:
	"""Raise AnswerRefused with the reason unless the quotation can be answered."""
	if reason := get_refusal(quotation, today):
		raise AnswerRefused(reason)


def is_expired(quotation: Mapping, today: date) -> bool:
	"""As in erpnext/selling/doctype/quotation/quotation.py: make_sales_order. The last day counts."""
	valid_till = quotation["valid_till"]
	return bool(valid_till) and (valid_till < quotation["transaction_date"] or valid_till < today)


def may_order_expired() -> bool:
	return bool(
		frappe.db.get_single_value("Selling Settings", "allow_sales_order_creation_for_expired_quotation")
	)


def explain(error: Exception) -> str:
	"""ERPNext's refusal of an order, as far as it is a customer's business."""
	if was_raised_in(error, "check_credit_limit"):
		# ERPNext's own text names figures of the ledger, and colleagues.
		return _("This order would go beyond the credit limit of your account. Please contact us.")
	reason = " ".join(get_plain_text(str(error)).split())[:LONGEST_MESSAGE]
	return _("The order could not be made: {0} Please contact us.").format(reason)


def was_raised_in(error: Exception, function: str) -> bool:
	"""Whether an error comes out of a function of this name: its text would depend on the language."""
	traceback = error.__traceback__
	while traceback:
		if traceback.tb_frame.f_code.co_name == function:
			return True
		traceback = traceback.tb_next
	return False
