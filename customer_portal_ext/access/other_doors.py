"""Everything a customer's user can call outside the portal's pages passes here, before it runs.

Registered as an ``auth_hooks``: Frappe calls these in every request (frappe/auth.py ``validate_auth``) after it knows who
comes, by session, API key or OAuth, and before it looks at what is asked for. Methods are allowed by a list
(allowed_methods.py), some only with some arguments (method_checks.py); documents are read by REST and RPC with the fields
the portal shows (listed_fields.py), and no answer holds others (answers.py). Staff, guests and other website users are not concerned.
"""

import frappe

from customer_portal_ext.access import (
	allowed_methods,
	answers,
	method_checks,
	private_files,
	request_lengths,
	website_lists,
)
from customer_portal_ext.access.customer_users import is_customers_user
from customer_portal_ext.access.listed_fields import LISTED, expand, refuse
from customer_portal_ext.access.outsiders import is_by_outsider
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.platform import uploaded_pictures
from customer_portal_ext.platform.api_endpoints import Call, get_call

# What Frappe lets every website user own, by REST as well; whose it may be is for document_rules.py and party_records.py.
OWNED = ("Address", "Contact", "Issue")
WRITING = ("create", "update", "delete")
READ = "customer_portal_ext.api.read_document"


def check_request() -> None:
	"""Frappe's hook. Raises frappe.PermissionError for what a customer's user may not call, or no outsider may upload."""
	uploaded_pictures.install()
	private_files.keep_in_folders()
	call = get_call(frappe.local.request)
	if call and is_by_outsider():
		request_lengths.check(call.method, frappe.form_dict)
		if call.method in method_checks.UPLOADS:
			method_checks.check_sent_file(frappe.form_dict)
	if frappe.session.user == "Guest":
		return
	website_lists.guard_pages()
	if call and get_settings().restrict_methods and is_customers_user():
		check_call(call)


def check_call(call: Call) -> None:
	asked = call.method if call.action == "method" else f"{allowed_methods.REST}{call.doctype}"
	if asked in allowed_methods.get_added():
		return
	answers.narrow_answer(method_checks.get_web_form(call.method, frappe.form_dict))
	if call.action == "method":
		check_method(call.method)
	elif call.action == "list":
		frappe.form_dict.pop("doctype", None)
		method_checks.check_list(frappe._dict(frappe.form_dict, doctype=call.doctype))
		frappe.form_dict.fields = _as_sent(expand(call.doctype, frappe.form_dict.get("fields")))
		frappe.form_dict.pop("debug", None)
	elif call.action == "read":
		if call.doctype not in LISTED:
			refuse()
		answer_with(doctype=call.doctype, name=call.name, as_data=1)
	elif call.action not in WRITING or call.doctype not in OWNED:
		refuse()


def check_method(method: str) -> None:
	if method in allowed_methods.ALLOWED:
		return
	if method == "frappe.client.get":
		form = frappe.form_dict
		answer_with(doctype=form.get("doctype"), name=form.get("name"), filters=form.get("filters"))
	elif check := method_checks.CHECKS.get(method):
		check(frappe.form_dict)
	elif method != READ:
		refuse()


def answer_with(**arguments) -> None:
	"""Let Frappe run the app's own function instead of what was asked for: it answers with the listed fields alone."""
	frappe.local.form_dict = frappe._dict(arguments, cmd=READ)


def _as_sent(fields):
	"""Frappe reads the fields of a REST list as JSON (api/v1.py, v2.py document_list)."""
	return frappe.as_json(fields) if isinstance(fields, list) else fields
