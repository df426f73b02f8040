"""A customer out of a lead or a prospect, as ERPNext makes one when their quotation is ordered (quotation.py: _make_customer)."""

from contextlib import contextmanager

import frappe
from erpnext.crm.doctype.lead.lead import _make_customer as map_from_lead
from erpnext.crm.doctype.prospect.prospect import make_customer as map_from_prospect
from erpnext.selling.doctype.quotation.quotation import _make_customer


def make_customer(quotation: str):
	"""The Customer that the lead or prospect of a quotation is, or becomes now, by ERPNext's own mapping and rules.

	:raises frappe.ValidationError: the site's settings demand what the lead or prospect does not say.
	"""
	with acting_as_administrator():
		# The guard has checked who orders: a link's holder is Guest to Frappe, and may make no customers.
		return _make_customer(quotation, ignore_permissions=True)


def get_missing_fields(doctype: str, name: str) -> list[str]:
	"""The labels of what a Customer made of this lead or prospect would lack, without making it."""
	with acting_as_administrator():
		# As above; nothing is kept.
		customer = (
			map_from_lead(name, ignore_permissions=True) if doctype == "Lead" else map_from_prospect(name)
		)
	return [
		frappe._(customer.meta.get_label(fieldname))
		for fieldname, _message in customer._get_missing_mandatory_fields()
	]


@contextmanager
def acting_as_administrator():
	"""ERPNext's mapping of a prospect asks for permissions, and knows no flag. For this one call the session's user is
	Administrator, and nothing else of the session."""
	user = frappe.session.user
	frappe.session.user = "Administrator"
	try:
		yield
	finally:
		frappe.session.user = user
