"""What happened on the account: who came in, who accepted, who paid, who changed what. From Portal Activity."""

from collections.abc import Mapping

import frappe
from pypika import Case
from pypika.functions import Max

from customer_portal_ext.account import limits
from customer_portal_ext.documents import kinds
from customer_portal_ext.web.conversation_urls import issue_url
from customer_portal_ext.web.payment_urls import payment_url
from customer_portal_ext.web.urls import document_url
from customer_portal_ext.web.words import _lt

# What is told, and how. Pages that were merely looked at are not: they are many, and nobody's business.
SHOWN = {
	"Opened Link": _lt("Opened the portal"),
	"Signed In": _lt("Signed in"),
	"Switched Organisation": _lt("Switched to this account"),
	"E-mailed Statement": _lt("Asked for a statement by e-mail"),
	"Asked for Fresh Link": _lt("Asked for a fresh link"),
	"Wrote Message": _lt("Wrote a message"),
	"Raised Issue": _lt("Raised an issue"),
	"Closed Issue": _lt("Closed an issue"),
	"Reopened Issue": _lt("Reopened an issue"),
	"Accepted Quotation": _lt("Accepted a quotation"),
	"Declined Quotation": _lt("Declined a quotation"),
	"Shared Quotation": _lt("Shared a quotation"),
	"Stopped Sharing": _lt("Stopped sharing a quotation"),
	"Began Payment": _lt("Began a payment"),
	"Paid": _lt("Paid"),
	"Cancelled Payment": _lt("Cancelled a payment"),
	"Link Issued": _lt("Made a secure link"),
	"Link E-mailed": _lt("Sent the secure link by e-mail"),
	"Link Revoked": _lt("Ended a secure link"),
	"Added Address": _lt("Added an address"),
	"Changed Address": _lt("Changed an address"),
	"Changed Default Address": _lt("Changed a default address"),
	"Removed Address": _lt("Removed an address"),
	"Added Contact": _lt("Added a contact"),
	"Changed Contact": _lt("Changed a contact"),
	"Changed Main Contact": _lt("Changed the main contact"),
	"Removed Contact": _lt("Removed a contact"),
	"Changed Details": _lt("Changed the account's details"),
	"Changed Preferences": _lt("Changed language or e-mails"),
	"Asked for Change": _lt("Asked for a change"),
	"Withdrew Change": _lt("Withdrew a request"),
	"User Invited": _lt("Invited somebody to sign in"),
	"User Linked": _lt("Gave somebody access"),
	"User Removed": _lt("Ended somebody's access"),
	"Approved Change": _lt("Approved a change"),
	"Rejected Change": _lt("Rejected a change"),
}
# the DocTypes of documents.kinds; of a credit note's, the field is_return tells
DOCUMENT_KINDS = {kind.doctype: kind for kind in kinds.KINDS.values() if kind is not kinds.CREDIT_NOTE}
ABOUT_SOMEBODY = ("User Invited", "User Linked", "User Removed")
# What else has a page: the capability that opens it, and its address.
OTHER_PAGES = {"Issue": ("issues", issue_url), "Portal Payment": ("payments", payment_url)}


def get_page(
	customer: str, capabilities: frozenset[str], page: int, size: int = limits.ACTIVITY_ON_A_PAGE
) -> dict:
	"""``{"rows": [{"text", "who", "by_us", "whom", "when", "name", "url"}], "has_more"}``, the latest first. One statement."""
	activity, user = frappe.qb.DocType("Portal Activity"), frappe.qb.DocType("User")
	person = frappe.qb.DocType("User").as_("person")
	member = frappe.qb.DocType("Portal User")
	contact, contact_link = frappe.qb.DocType("Contact"), frappe.qb.DocType("Dynamic Link")
	response, invoice = frappe.qb.DocType("Portal Quotation Response"), frappe.qb.DocType("Sales Invoice")
	payment = frappe.qb.DocType("Portal Payment")
	rows = (
		frappe.qb.from_(activity)
		.left_join(user)
		.on(user.name == activity.user)
		.left_join(response)
		.on(
			(activity.reference_doctype == "Quotation")
			& (response.quotation == activity.reference_name)
			& activity.activity.isin(["Accepted Quotation", "Declined Quotation"])
		)
		# the name that an account has shows to who knows it as a member's: another's is the contact's own, as it was written
		.left_join(contact)
		.on((activity.reference_doctype == "User") & (contact.email_id == activity.reference_name))
		.left_join(contact_link)
		.on(
			(contact_link.parent == contact.name)
			& (contact_link.parenttype == "Contact")
			& (contact_link.link_doctype == "Customer")
			& (contact_link.link_name == customer)
		)
		.left_join(member)
		.on(
			(activity.reference_doctype == "User")
			& (member.user == activity.reference_name)
			& (member.parenttype == "Customer")
			& (member.parent == customer)
		)
		.left_join(person)
		.on(person.name == member.user)
		.left_join(payment)
		.on((activity.reference_doctype == "Portal Payment") & (payment.name == activity.reference_name))
		.left_join(invoice)
		.on((activity.reference_doctype == "Sales Invoice") & (invoice.name == activity.reference_name))
		.select(
			activity.activity,
			activity.creation,
			activity.user,
			activity.reference_doctype,
			activity.reference_name,
			user.full_name,
			user.user_type,
			response.signer_name,
			Max(Case().when(contact_link.name.isnotnull(), contact.full_name).else_(person.full_name)).as_(
				"whom"
			),
			payment.visitor_name,
			invoice.is_return,
		)
		.where((activity.customer == customer) & activity.activity.isin(list(SHOWN)))
		.groupby(activity.name)
		.orderby(activity.creation, order=frappe.qb.desc)
		.orderby(activity.name, order=frappe.qb.desc)
		.limit(size + 1)
		.offset((page - 1) * size)
	).run(as_dict=True)
	return {
		"rows": [describe(row, capabilities) for row in rows[:size]],
		"has_more": len(rows) > size,
	}


def describe(row: Mapping, capabilities: frozenset[str]) -> dict:
	by_us = row["user_type"] == "System User"
	is_shown, url = get_target(row, capabilities)
	return {
		"text": str(SHOWN[row["activity"]]),
		# whoever works for us is us
		"who": None if by_us else row["signer_name"] or row["full_name"] or row["visitor_name"],
		"by_us": by_us,
		# who was let in or put out, for whom that is not the one who did it
		"whom": row["whom"] if row["activity"] in ABOUT_SOMEBODY else None,
		"when": row["creation"],
		"name": row["reference_name"] if is_shown else None,
		"url": url,
	}


def get_target(row: Mapping, capabilities: frozenset[str]) -> tuple[bool, str | None]:
	"""Whether to name the record that an activity is about, and its page, where the visitor may open it."""
	doctype, name = row["reference_doctype"], row["reference_name"]
	kind = kinds.CREDIT_NOTE if row["is_return"] else DOCUMENT_KINDS.get(doctype)
	if kind:
		return True, document_url(kind.key, name) if kind.capability in capabilities else None
	if doctype in OTHER_PAGES:
		capability, get_url = OTHER_PAGES[doctype]
		return True, get_url(name) if capability in capabilities else None
	return False, None
