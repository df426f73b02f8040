"""What the pages of ERPNext's own website show a customer's user: what the portal's policy gives, as on the portal's pages."""

from collections.abc import Callable

import frappe

from customer_portal_ext.access import answers, document_rules
from customer_portal_ext.access.customer_users import get_customers, is_customers_user, is_suppliers_user
from customer_portal_ext.access.listed_fields import get_list_fields, refuse
from customer_portal_ext.documents.pdf import PRINT_FORMATS, get_print_format
from customer_portal_ext.platform import website_pages

# what ERPNext's website prints for suppliers
PURCHASING = (
	*("Purchase Order", "Purchase Invoice", "Purchase Receipt"),
	*("Request for Quotation", "Supplier Quotation"),
)


def guard_pages() -> None:
	"""Make ERPNext's lists, web forms and print view ask (platform/website_pages.py). Done once in a process."""
	website_pages.install(
		may=document_rules.may,
		narrow_customers=narrow_customers,
		narrow_list=narrow_list,
		narrow_filters=narrow_filters,
		narrow_document=answers.narrow,
		choose_print_format=choose_print_format,
		applies=applies,
	)


def applies() -> bool:
	return "customer_portal_ext" in frappe.get_installed_apps() and is_customers_user()


def narrow_customers(doctype: str, customers: list[str]) -> list[str]:
	"""Of a user's customers, those who may see documents of this DocType at all."""
	kinds = document_rules.get_kinds(doctype)
	capabilities = [kind.capability for kind in kinds] if kinds else [None]
	allowed = {customer for capability in capabilities for customer in get_customers(capability)}
	return [customer for customer in customers if customer in allowed]


def narrow_list(get_list: Callable, arguments: dict) -> list:
	"""The rows of a list of the website that pass the rule for its documents. One statement more."""
	doctype = arguments["doctype"]
	if document_rules.get_rule(doctype) is None:
		return get_list(**arguments)
	if doctype == "Sales Invoice":
		arguments["filters"] = _leave_out_a_kind(arguments.get("filters"))
	rows = get_list(**arguments)
	condition = document_rules.get_query_conditions(doctype=doctype)
	if not rows or not condition:
		return rows
	names = ", ".join(frappe.db.escape(row.name, percent=False) for row in rows)
	allowed = {
		name
		for (name,) in frappe.db.sql(
			f"select name from `tab{doctype}` where name in ({names}) and {condition}"
		)
	}
	return [row for row in rows if row.name in allowed]


def narrow_filters(doctype: str, filters: dict) -> dict:
	"""Filters of a list of the website as they were sent: those by what its rows may show. What cannot be read could be guessed
	by others."""
	fields = get_list_fields(doctype)
	return filters if fields is None else {field: filters[field] for field in filters if field in fields}


def _leave_out_a_kind(filters):
	"""Invoices or credit notes alone, where the other is nobody's to see: a page of the list is then as long as it says."""
	invoices, credit_notes = get_customers("invoices"), get_customers("credit_notes")
	if isinstance(filters, dict) and bool(invoices) != bool(credit_notes):
		filters["is_return"] = 0 if invoices else 1
	return filters


def get_other_formats(meta) -> set[str]:
	"""What staff have chosen for a document that the portal has no page of: its default format, and those of web forms that may
	be printed."""
	forms = {"doc_type": meta.name, "allow_print": 1, "published": 1}
	of_forms = frappe.get_all("Web Form", forms, pluck="print_format")
	return {meta.default_print_format, *(format or "Standard" for format in of_forms)} - {None, ""}


def choose_print_format(name: str | None, meta) -> str | None:
	"""The format to print a document in: the company's default or one the portal prints in. Frappe's "Standard" and others
	show fields that are no customer's, such as commission."""
	kinds = document_rules.get_kinds(meta.name)
	wanted = name or frappe.form_dict.get("format") or meta.default_print_format
	if not kinds:
		if wanted not in get_other_formats(meta) and not (meta.name in PURCHASING and is_suppliers_user()):
			refuse()
		return wanted
	known = {meta.default_print_format, *(PRINT_FORMATS.get(kind.key) for kind in kinds)} - {None, ""}
	return wanted if wanted in known else meta.default_print_format or get_print_format(kinds[0])
