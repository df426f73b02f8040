"""Who is invited to sign in for a customer, what they were mailed, and what a policy denies them."""

from email import message_from_string
from email.policy import default

import frappe

from customer_portal_ext.access import invitations


def get_mail(email):
	frappe.db.commit()
	queued = frappe.get_all(
		"Email Queue Recipient", {"recipient": email}, pluck="parent", order_by="creation desc"
	)
	message = frappe.db.get_value("Email Queue", queued[0], "message")
	return message_from_string(message, policy=default).get_body(("html",)).get_content()


def get_states(customer):
	frappe.db.commit()
	return {row["email"]: row["state"] for row in invitations.get_people(customer.name)}


def make_policy(applies_to, party, **answers):
	return frappe.get_doc(
		{"doctype": "Customer Portal Policy", "applies_to": applies_to, "party": party, **answers}
	).insert()
