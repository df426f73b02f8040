"""What happened on the account: who came in, who accepted, who paid, who changed what. From Portal Activity."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.account import limits
from customer_portal_ext.documents import kinds
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
DOCUMENT_KINDS = {"Quotation": "quotation", "Sales Invoice": "invoice", "Sales Order": "order"}


def get_page(
	customer: str, capabilities: frozenset[str], page: int, size: int = limits.ACTIVITY_ON_A_PAGE
) -> dict:
	"""``{"rows": [{"text", "who", "by_us", "when", "name", "url"}], "has_more"}``, the latest first. One statement."""
	activity, user = frappe.qb.DocType("Portal Activity"), frappe.qb.DocType("User")
	response = frappe.qb.DocType("Portal Quotation Response")
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
		.select(
			activity.activity,
			activity.creation,
			activity.user,
			activity.reference_doctype,
			activity.reference_name,
			user.full_name,
			user.user_type,
			response.signer_name,
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
	kind = kinds.KINDS.get(DOCUMENT_KINDS.get(row["reference_doctype"] or "", ""))
	is_open = kind is not None and kind.capability in capabilities
	return {
		"text": str(SHOWN[row["activity"]]),
		# whoever works for us is us
		"who": None if by_us else row["signer_name"] or row["full_name"],
		"by_us": by_us,
		"when": row["creation"],
		"name": row["reference_name"] if kind else None,
		"url": document_url(kind.key, row["reference_name"]) if is_open else None,
	}
