""" "Seen by customer on ..." in the timeline of an invoice in Desk."""

import frappe
from frappe.desk.form.load import get_docinfo
from frappe.utils import add_days, format_datetime, now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.desk import timeline
from customer_portal_ext.web.urls import document_url
from tests.factories import make_customer, make_sales_invoice
from tests.factories.users import PASSWORD, make_user


def trace(invoice, activity, days_ago, user=None):
	row = frappe.get_doc(
		{
			"doctype": "Portal Activity",
			"activity": activity,
			"customer": invoice.customer,
			"reference_doctype": invoice.doctype,
			"reference_name": invoice.name,
			"user": user,
		}
	).insert(ignore_permissions=True)
	when = add_days(now_datetime().replace(microsecond=0), -days_ago)
	row.db_set("creation", when, update_modified=False)
	return when


def test_first_and_last_seen_and_downloaded(db):
	invoice = make_sales_invoice(make_customer())
	website_user = make_user()
	first, _, last = (trace(invoice, "Viewed", days) for days in (9, 5, 2))
	downloaded = trace(invoice, "Downloaded", 4, user=website_user)
	trace(invoice, "Viewed", 1, user=make_user("Accounts User"))
	trace(invoice, "Refused", 1)
	trace(make_sales_invoice(invoice.customer), "Viewed", 1)

	contents = timeline.get_content("Sales Invoice", invoice.name)
	texts = {row["content"]: row["creation"] for row in contents}
	assert texts == {
		f"Seen by customer on {frappe.bold(format_datetime(first))}": str(first),
		f"Last seen by customer on {frappe.bold(format_datetime(last))}": str(last),
		f"Downloaded by customer on {frappe.bold(format_datetime(downloaded))}": str(downloaded),
	}
	info = get_docinfo(frappe.get_doc("Sales Invoice", invoice.name))
	shown = (info or frappe.response["docinfo"])["additional_timeline_content"]
	assert [row["content"] for row in shown] == [row["content"] for row in contents]


def test_never_seen_means_nothing_in_the_timeline(db):
	assert timeline.get_content("Sales Invoice", make_sales_invoice(make_customer()).name) == []


def test_a_visit_counts_and_staff_trying_the_link_do_not(http, new_client):
	customer = make_customer()
	invoice = make_sales_invoice(customer)
	link = tokens.get_link(tokens.issue(customer.name), document_url("invoice", invoice.name))
	staff = new_client()
	staff.sign_in(make_user("Accounts User"), PASSWORD)
	assert staff.open_link(link).status_code == 200
	frappe.db.rollback()
	assert timeline.get_content("Sales Invoice", invoice.name) == []
	assert http.open_link(link).status_code == 200
	frappe.db.rollback()
	(row,) = timeline.get_content("Sales Invoice", invoice.name)
	assert row["content"].startswith("Seen by customer on ")
