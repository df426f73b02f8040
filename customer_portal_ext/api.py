"""Every method of this app that a browser may call. Each names its HTTP methods, and leaves checking to desk/."""

import frappe
from frappe.www import list as website_list

from customer_portal_ext.access import listed_fields
from customer_portal_ext.desk import (
	bulk,
	change_requests,
	conversations,
	counts,
	links,
	payments,
	people,
	quotations,
	token_list,
)
from customer_portal_ext.desk.staff import require_manager


@frappe.whitelist(methods=["GET"])
def get_portal_tokens(search: str = "", state: str = "", start: int = 0, page_length: int = 20) -> dict:
	require_manager()
	return token_list.get_page(search, state, start, page_length)


@frappe.whitelist(methods=["GET"])
def get_link_state(customer: str) -> dict:
	return links.get_state(customer)


@frappe.whitelist(methods=["POST"])
def generate_link(customer: str) -> dict:
	return links.generate(customer)


@frappe.whitelist(methods=["POST"])
def regenerate_link(customer: str) -> dict:
	return links.regenerate(customer)


@frappe.whitelist(methods=["POST"])  # it reveals a secret, and records that it did
def copy_link(customer: str) -> dict:
	return links.copy(customer)


@frappe.whitelist(methods=["POST"])  # as above
def copy_document_link(doctype: str, name: str) -> dict:
	return links.copy_to_document(doctype, name)


@frappe.whitelist(methods=["POST"])
def email_link(customer: str) -> dict:
	return links.email(customer)


@frappe.whitelist(methods=["POST"])
def revoke_link(customer: str) -> dict:
	return links.revoke(customer)


@frappe.whitelist(methods=["POST"])
def start_bulk(action: str, customers: str | list | None = None, search: str = "", state: str = "") -> dict:
	return bulk.start(action, frappe.parse_json(customers), search, state)


@frappe.whitelist(methods=["GET"])
def get_bulk_progress(job: str) -> dict:
	return bulk.get_progress(job)


@frappe.whitelist(methods=["POST"])  # opening a document marks its messages as read
def open_portal_thread(doctype: str, name: str) -> dict:
	return conversations.open_thread(doctype, name)


@frappe.whitelist(methods=["POST"])
def reply_in_portal(doctype: str, name: str, message: str = "", files: str | list | None = None) -> dict:
	return conversations.reply(doctype, name, message, frappe.parse_json(files))


@frappe.whitelist(methods=["GET"])
def get_quotation_state(quotation: str) -> dict:
	return quotations.get_state(quotation)


@frappe.whitelist(methods=["POST"])  # it reveals a secret, and records that it did
def copy_approval_link(quotation: str) -> dict:
	return quotations.copy_link(quotation)


@frappe.whitelist(methods=["POST"])
def email_approval_link(quotation: str, email: str) -> dict:
	return quotations.email_link(quotation, email)


@frappe.whitelist(methods=["POST"])
def revoke_quotation_link(quotation: str, token: str) -> dict:
	return quotations.revoke_link(quotation, token)


@frappe.whitelist(methods=["POST"])
def approve_change_request(request: str) -> dict:
	return change_requests.approve(request)


@frappe.whitelist(methods=["POST"])
def reject_change_request(request: str, note: str = "") -> dict:
	return change_requests.reject(request, note)


@frappe.whitelist(methods=["POST"])
def retry_portal_payment(payment: str) -> dict:
	return payments.retry(payment)


@frappe.whitelist(methods=["POST"])
def settle_portal_payment(payment: str, note: str, payment_entry: str | None = None) -> dict:
	return payments.settle(payment, note, payment_entry)


@frappe.whitelist(methods=["GET"])
def get_portal_people(customer: str) -> list:
	return people.get_people(customer)


@frappe.whitelist(methods=["GET"])
def get_contact_portal_states(contact: str) -> list:
	return people.get_contact(contact)


@frappe.whitelist(methods=["GET"])
def explain_portal(customer: str, user: str | None = None) -> dict:
	return people.explain(customer, user)


@frappe.whitelist(methods=["POST"])
def invite_contacts(customer: str, contacts: str | list) -> dict:
	return people.invite(customer, frappe.parse_json(contacts))


@frappe.whitelist(methods=["POST"])
def remove_portal_user(customer: str, user: str) -> list:
	return people.remove(customer, user)


@frappe.whitelist(methods=["POST"])
def view_as_customer(customer: str) -> dict:
	return people.view_as(customer)


@frappe.whitelist(methods=["GET", "POST"])  # in the place of frappe.client.get_count (hooks.py)
def get_count(
	doctype: str, filters: str | list | dict | None = None, debug: bool = False, cache: bool = False
) -> int:
	return counts.get_count(doctype, filters, debug, cache)


@frappe.whitelist(methods=["GET", "POST"])
def read_document(
	doctype: str, name: str | None = None, filters: str | dict | list | None = None, as_data: int = 0
) -> dict | None:
	values = listed_fields.read(doctype, name, filters)
	if not as_data:
		return values
	frappe.response["data"] = values  # as Frappe's REST interface answers


# In the place of Frappe's own (hooks.py), for guests as well: what customers' users get of a row are its listed fields.
@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
def get_website_list(doctype: str, **arguments: object) -> dict:
	return listed_fields.narrow_page(doctype, website_list.get(doctype, **arguments), arguments)


@frappe.whitelist(allow_guest=True, methods=["GET", "POST"])
def get_website_rows(doctype: str, **arguments: object) -> list:
	return listed_fields.narrow_rows(doctype, website_list.get_list_data(doctype, **arguments), arguments)
