"""The Sales Order of an accepted quotation: ERPNext's own mapping, ERPNext's own rules."""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date

import frappe
from erpnext.selling.doctype.quotation.quotation import _make_sales_order
from frappe.model.workflow import get_workflow_name
from frappe.utils import add_days, cint, getdate

from customer_portal_ext.exceptions import AnswerRefused, InvalidInput
from customer_portal_ext.quotes import addresses, rules
from customer_portal_ext.web.words import _


def map_order(quotation: str, chosen: Iterable[str], has_choices: bool):
	"""The order as ERPNext would make it of what is still open, not saved.

	:param chosen: the Quotation Item taken of each set of alternatives.
	:raises AnswerRefused: ERPNext makes none of it, such as for an item that is no longer sold.
	"""
	with ordering_selection(chosen, has_choices):
		try:
			# Behind the guard: a token's visitor is Guest to Frappe, without any rights to selling documents.
			order = _make_sales_order(quotation, ignore_permissions=True)
		except frappe.ValidationError as error:
			raise refuse(error) from error
	return require_sold(order)


def get_quoted(quotation: str, chosen: Iterable[str], has_choices: bool):
	"""The Quotation with what is chosen of it as its lines, not saved: what an order would be for who is no customer yet.
	Nothing of it has been ordered, for ERPNext orders for customers alone; whom it becomes is made with the acceptance."""
	offered = frappe.get_doc("Quotation", quotation)
	if has_choices:
		chosen = set(chosen)
		offered.items = [
			line
			for line in offered.items
			if line.name in chosen or not (line.is_alternative or line.has_alternative_item)
		]
		for line in offered.items:
			line.is_alternative = 0
		offered.run_method("calculate_taxes_and_totals")
	return require_sold(offered)


def require_sold(order):
	"""The same. Raises AnswerRefused where nothing is left to order, or an item is no longer sold."""
	if not order.items:
		raise AnswerRefused(_("This quotation has already been ordered."))
	for line in order.items:
		if line.item_code and frappe.get_cached_value("Item", line.item_code, "disabled"):
			raise AnswerRefused(_("{0} is no longer available. Please contact us.").format(line.item_name))
	return order


@contextmanager
def ordering_selection(chosen: Iterable[str], has_choices: bool):
	"""Tell ERPNext's mapping which alternatives are taken, the way its own dialog does.

	With nothing selected it would take every line that is no alternative, those of a set ordered before included: hence a
	name that no row has.
	"""
	before = frappe.flags.args
	selected = [{"name": name} for name in (*chosen, "")] if has_choices else []
	frappe.flags.args = frappe._dict(selected_items=selected)
	try:
		yield
	finally:
		frappe.flags.args = before


def save(order, po_no: str, address: str | None, as_submitted: bool, owner: str, today: date):
	"""Insert the mapped order, and submit it where settings say so and no Workflow has a word to say first.

	:raises AnswerRefused: one of ERPNext's rules forbids it. The caller rolls back.
	"""
	order.transaction_date = today
	if po_no:
		require_new_po_number(order, po_no)
		order.po_no = po_no
	if address:
		order.shipping_address_name = address
		order.shipping_address = addresses.get_text(address)
	set_delivery_dates(order, today)
	renew_payment_schedule(order, today)
	# As above: checked by the guard, and by ERPNext's rules as for anybody else.
	order.flags.ignore_permissions = True
	try:
		order.insert()
		if as_submitted and not get_workflow_name("Sales Order"):
			order.submit()
	except frappe.ValidationError as error:
		raise refuse(error) from error
	# It is in the hands of whoever made the quotation: rights "if owner" and ERPNext's own filters go by this.
	order.db_set("owner", owner, update_modified=False)
	return order


def set_delivery_dates(order, today: date) -> None:
	"""A quotation promises no date, and ERPNext wants one: today, later by the days that the item takes to procure."""
	for line in order.items:
		days = (
			cint(frappe.get_cached_value("Item", line.item_code, "lead_time_days")) if line.item_code else 0
		)
		line.delivery_date = add_days(today, days)
	order.delivery_date = max(line.delivery_date for line in order.items)


def renew_payment_schedule(order, today: date) -> None:
	"""The mapping copies due dates that were counted from the quotation's day, and ERPNext refuses an order with one in the past.

	Those of a template ERPNext counts anew; those that were typed stay, unless they are over.
	"""
	if order.payment_terms_template:
		order.set("payment_schedule", [])
	for row in order.payment_schedule:
		row.due_date = max(getdate(row.due_date), today)


def require_new_po_number(order, po_no: str) -> None:
	"""ERPNext's rule (sales_order.py: validate_po), said beside the field."""
	if order.skip_delivery_note or cint(
		frappe.db.get_single_value("Selling Settings", "allow_against_multiple_purchase_orders")
	):
		return
	used = {"po_no": po_no, "customer": order.customer, "docstatus": ("<", 2)}
	if frappe.db.exists("Sales Order", used):
		raise InvalidInput(_("There is an order with this purchase order number already."), "po_no")


def get_draft(quotation: str) -> str | None:
	"""A draft order that staff, or an earlier acceptance, made of this quotation. ERPNext counts submitted ones alone."""
	return frappe.db.get_value("Sales Order Item", {"prevdoc_docname": quotation, "docstatus": 0}, "parent")


def get_ordered_rows(quotation: str) -> list[str]:
	"""The Quotation Item rows that submitted orders were made of."""
	ordered = {"prevdoc_docname": quotation, "docstatus": 1, "quotation_item": ("is", "set")}
	return frappe.get_all("Sales Order Item", ordered, pluck="quotation_item")


def refuse(error: Exception) -> AnswerRefused:
	"""ERPNext has also queued its message for Desk; this page has its own."""
	frappe.clear_messages()
	return AnswerRefused(rules.explain(error))
