"""Methods that a customer's user may call with some arguments and not with others: what names a document is asked about
before Frappe, ERPNext or payments look for it, since some of them never ask.

A check gets the request's form, which it may narrow, and raises frappe.PermissionError. Missing and foreign look the same.
"""

from collections.abc import Callable

import frappe

from customer_portal_ext.access import document_rules, party_records, private_files
from customer_portal_ext.access.customer_users import get_customers, is_suppliers_user
from customer_portal_ext.access.listed_fields import expand, refuse, require_listed

UPLOADS = ("upload_file", "frappe.handler.upload_file")
FORM = "frappe.website.doctype.web_form.web_form."
# the web form that these answer for, by the argument that names it
FORM_ARGUMENTS = {f"{FORM}accept": "web_form", f"{FORM}get_form_data": "web_form_name"}


def require_readable(doctype, name) -> None:
	"""A document that there is and that the rules let this user read, by Frappe's permissions or ERPNext's for the website."""
	doc = _get(doctype, name)
	may_read = doc.has_permission("read") or frappe.has_website_permission(doc)
	if not may_read or not document_rules.may(doc, "read"):
		refuse()


def check_print(form) -> None:
	"""A key is what staff have mailed to whoever holds it: Frappe asks for it where nothing else opens the document."""
	if form.get("doc"):
		refuse()
	if not form.get("key"):
		require_readable(form.get("doctype"), form.get("name"))


def check_sent_file(form) -> None:
	"""A file that is sent by its address is one that the sender may read: guests' are kept without asking for permission. A
	picture is kept as it is: the website's own upload asks for a smaller one, for which Frappe decodes it whole."""
	form.pop("optimize", None)
	address = str(form.get("file_url") or "")
	# by its name alone Frappe would take what lies there already
	if not address and "file" not in frappe.request.files:
		refuse()
	private_files.require_readable(address)


def check_upload(form) -> None:
	"""Files of web forms go to a document that the user may write, or one that is not saved yet; nothing else is run."""
	if form.get("method") or form.get("library_file_name") or form.get("file_url"):
		refuse()
	doctype, name = form.get("doctype"), form.get("docname")
	if name and frappe.db.exists("DocType", doctype) and frappe.db.exists(doctype, name):
		if not document_rules.may(frappe.get_doc(doctype, name), "write"):
			refuse()


def check_web_form(form) -> None:
	"""A web form writes documents of its own DocType; payments' version believes the DocType that is sent."""
	data = frappe.parse_json(form.get("data"))
	if not isinstance(data, dict):
		refuse()
	doctype = _get_form_doctype(form.get("web_form"))
	for name in (data.get("name"), form.get("docname")):
		if name:
			_complete_rows(_require_writable(doctype, name), data)
	form.data = frappe.as_json({**data, "doctype": doctype})


def get_web_form(method: str | None, form) -> str | None:
	name = form.get(FORM_ARGUMENTS.get(method))
	return name if isinstance(name, str) else None


def check_form_data(form) -> None:
	doctype = _get_form_doctype(form.get("web_form_name"))
	if form.get("doctype") != doctype:
		refuse()
	if form.get("docname"):
		_get(doctype, form.docname)


def check_form_deletion(form) -> None:
	doctype = _get_form_doctype(form.get("web_form_name"))
	names = frappe.parse_json(form.get("docnames")) if form.get("docnames") else [form.get("docname")]
	for name in names if isinstance(names, list) else [None]:
		_require_writable(doctype, name, "delete")
		if doctype == "Contact":
			party_records.require_removable(_get(doctype, name))


def check_website_list(form) -> None:
	"""Lists of what has a list on the website."""
	doctype, web_form = form.get("doctype"), form.get("web_form_name")
	if web_form and _get_form_doctype(web_form) != doctype:
		refuse()
	if not web_form and doctype not in _get_listed_on_website() and not _has_web_view(doctype):
		refuse()


def check_public(form) -> None:
	"""Comments and likes on what has a page of its own on the website, and on what the user may read."""
	doctype, name = form.get("reference_doctype"), form.get("reference_name")
	if _has_web_view(doctype):
		_get(doctype, name)
	elif document_rules.get_rule(doctype):
		require_readable(doctype, name)
		# what is written about a document is a message
		if document_rules.get_kinds(doctype) and _get_customer(doctype, name) not in get_customers(
			"messages"
		):
			refuse()
	else:
		refuse()


def check_discussion(form) -> None:
	if reply := form.get("reply_name"):
		if frappe.db.get_value("Discussion Reply", reply, "owner") != frappe.session.user:
			refuse()
	elif topic := form.get("topic_name"):
		if not _has_web_view(frappe.db.get_value("Discussion Topic", topic, "reference_doctype")):
			refuse()
	elif not _has_web_view(form.get("doctype")):
		refuse()


def check_project(form) -> None:
	"""As ERPNext's page asks, and these methods do not (erpnext/templates/pages/projects.py)."""
	project = form.get("project")
	known = (
		frappe.db.exists("Project User", {"parent": project, "user": frappe.session.user})
		if project
		else None
	)
	if not isinstance(project, str) or not known or not document_rules.may(_get("Project", project), "read"):
		refuse()


def check_payment_request(form) -> None:
	"""The button "Pay" of ERPNext's page of a document, with what it sends (erpnext/templates/pages/order.html)."""
	doctype, name = form.get("dt"), form.get("dn")
	if set(form) - {"cmd", "dt", "dn", "submit_doc", "order_type"} or not document_rules.get_kinds(doctype):
		refuse()
	require_readable(doctype, name)
	if frappe.db.get_value(doctype, name, "customer") not in get_customers("payments"):
		refuse()


def check_seen(form) -> None:
	"""The picture in an e-mail that says it was opened: one to the user, or one of their customer's."""
	values = frappe.db.get_value("Communication", form.get("name"), ["portal_customer", "recipients"])
	customer, recipients = values or (None, None)
	if customer not in get_customers(None) and frappe.session.user.lower() not in (recipients or "").lower():
		refuse()


def check_supplier(form) -> None:
	if not is_suppliers_user():
		refuse()


def check_list(form) -> None:
	doctype = form.get("doctype")
	require_listed(doctype, form)
	form.fields = expand(doctype, form.get("fields"))
	form.pop("debug", None)


CHECKS: dict[str, Callable] = {
	**dict.fromkeys(UPLOADS, check_upload),
	"frappe.core.doctype.communication.email.mark_email_as_seen": check_seen,
	"frappe.client.get_list": check_list,
	"frappe.client.get_value": check_list,
	"frappe.utils.print_format.download_pdf": check_print,
	f"{FORM}accept": check_web_form,
	f"{FORM}get_form_data": check_form_data,
	f"{FORM}delete": check_form_deletion,
	f"{FORM}delete_multiple": check_form_deletion,
	"frappe.www.list.get": check_website_list,
	"frappe.www.list.get_list_data": check_website_list,
	"frappe.templates.includes.comments.comments.add_comment": check_public,
	"frappe.templates.includes.likes.likes.like": check_public,
	"frappe.website.doctype.discussion_topic.discussion_topic.submit_discussion": check_discussion,
	"frappe.website.doctype.discussion_reply.discussion_reply.delete_message": check_discussion,
	"erpnext.templates.pages.projects.get_task_html": check_project,
	"erpnext.templates.pages.projects.get_timesheet_html": check_project,
	"erpnext.accounts.doctype.payment_request.payment_request.make_payment_request": check_payment_request,
	"erpnext.buying.doctype.request_for_quotation.request_for_quotation.create_supplier_quotation": check_supplier,
	"erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_invoice_from_portal": check_supplier,
}


def _get(doctype, name):
	if not isinstance(doctype, str) or not isinstance(name, str) or not frappe.db.exists("DocType", doctype):
		refuse()
	if frappe.db.exists(doctype, name) != name:
		refuse()
	return frappe.get_doc(doctype, name)


def _get_customer(doctype: str, name: str) -> str | None:
	return frappe.db.get_value(doctype, name, "party" if doctype == "Payment Entry" else "customer")


def _complete_rows(doc, data: dict) -> None:
	"""Rows of a form's tables come back with what the form shows of them (answers.py): what else they hold stays."""
	for table in doc.meta.get_table_fields():
		kept = {row.name: row.as_dict() for row in doc.get(table.fieldname)}
		rows = data.get(table.fieldname)
		if isinstance(rows, list):
			data[table.fieldname] = [
				{**kept.get(row.get("name"), {}), **row} if isinstance(row, dict) else row for row in rows
			]


def _require_writable(doctype: str, name, ptype: str = "write"):
	doc = _get(doctype, name)
	own = (
		doc.owner == frappe.session.user
		or doc.has_permission(ptype)
		or frappe.has_website_permission(doc, ptype)
	)
	if not own or not document_rules.may(doc, ptype):
		refuse()
	return doc


def _get_form_doctype(web_form) -> str:
	doctype = frappe.db.get_value("Web Form", web_form, "doc_type") if isinstance(web_form, str) else None
	if not doctype:
		refuse()
	return doctype


def _get_listed_on_website() -> set[str]:
	"""The DocTypes that apps give an address of the website (ERPNext: /orders, /invoices, ...)."""
	return {rule["to_route"] for rule in frappe.get_hooks("website_route_rules")}


def _has_web_view(doctype) -> bool:
	return isinstance(doctype, str) and bool(frappe.db.get_value("DocType", doctype, "has_web_view"))
