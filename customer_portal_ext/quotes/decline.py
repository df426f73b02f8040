"""Declining a quotation: ERPNext marks it as lost, with the reason."""

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import frappe
from frappe.utils import getdate

from customer_portal_ext.exceptions import AnswerRefused, InvalidInput
from customer_portal_ext.quotes import fields, order, responses, rules
from customer_portal_ext.quotes.responses import Origin
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class Refusal:
	"""What a visitor sent, checked: one of ERPNext's reasons, their own words, or both."""

	name: str
	lost_reason: str | None
	reason: str


def get_reasons() -> list[str]:
	return frappe.get_all("Quotation Lost Reason", pluck="name", order_by="name", limit=100)


def read(form: Mapping) -> Refusal:
	"""The form as a Refusal. Raises InvalidInput, which names the field."""
	name = fields.read_name(form.get("name"))
	lost_reason = form.get("lost_reason") or None
	if lost_reason and lost_reason not in get_reasons():
		raise InvalidInput(_("Choose one of the reasons offered."), "lost_reason")
	reason = fields.read_reason(form.get("reason"))
	if not lost_reason and not reason:
		raise InvalidInput(_("Choose a reason, or tell us in your own words."), "reason")
	return Refusal(name, lost_reason, reason)


def decline(record: Mapping, refusal: Refusal, origin: Origin) -> tuple[dict, bool]:
	"""Mark the quotation as lost and record the answer. The answer that stands, and whether it is this one."""
	return responses.answer_once(record["name"], lambda row: _decline(row, refusal, origin))


def _decline(row: dict, refusal: Refusal, origin: Origin) -> dict:
	rules.require_open(row, getdate())
	if order.get_draft(row["name"]):
		raise AnswerRefused(_("An order for this quotation is being prepared. Please contact us."))
	declare_lost(row["name"], refusal)
	return responses.record(
		responses.DECLINED,
		row["name"],
		origin,
		customer_name=row["customer_name"],
		signer_name=refusal.name,
		lost_reason=refusal.lost_reason,
		reason=refusal.reason,
	)


def declare_lost(name: str, refusal: Refusal) -> None:
	"""ERPNext's own "Set as Lost". Raises AnswerRefused where ERPNext does, such as for one that is partly ordered."""
	quotation = frappe.get_doc("Quotation", name)
	# The guard has checked that it is the visitor's.
	quotation.flags.ignore_permissions = True
	reasons = [{"lost_reason": refusal.lost_reason}] if refusal.lost_reason else []
	try:
		with reading_lost_reasons():
			quotation.declare_enquiry_lost(reasons, [], refusal.reason or None)
		quotation.db_set("modified_by", frappe.session.user, update_modified=False)
	except frappe.ValidationError as error:
		frappe.clear_messages()
		raise AnswerRefused(
			_("Part of this quotation has been ordered already, so it cannot be declined. Please contact us.")
			if quotation.is_partially_ordered() or quotation.is_fully_ordered()
			else rules.explain(error)
		) from error


@contextmanager
def reading_lost_reasons():
	"""``declare_enquiry_lost`` lists the reasons by ``frappe.get_list``, which knows no flag: a Guest may not, though the
	page has just shown them. For this one call the session's user is Administrator, and nothing else of the session; what stands
	in the timeline is still the visitor's (access/visitor_names.py)."""
	user = frappe.session.user
	frappe.session.user, frappe.flags.portal_acts_for_visitor = "Administrator", True
	try:
		yield
	finally:
		frappe.session.user, frappe.flags.portal_acts_for_visitor = user, False
