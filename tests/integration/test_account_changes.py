"""The account's details: at once or after approval, each with its trace."""

import frappe
import pytest

from customer_portal_ext.account import history, preferences
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.desk import change_requests as desk
from tests import factories
from tests.factories import paying
from tests.factories.account import CONTACT, open_account, send
from tests.factories.mail import get_messages_to
from tests.factories.users import make_portal_user, make_user

REQUEST = "Portal Change Request"


@pytest.fixture
def enter(http, customer, portal_settings):
	def enter_portal(**settings):
		portal_settings(**{"allow_account_changes": 1, "account_changes_applied": "At Once"} | settings)
		return open_account(http, customer)

	return enter_portal


def details_of(customer, **values):
	return {
		"customer_name": customer.customer_name,
		"tax_id": "",
		"website": "",
		"email_id": customer.email_id,
		"phone": "",
		"mobile_no": "",
		**values,
	}


def change(visitor, customer, **values):
	response = send(visitor, "/portal/account/details", details_of(customer, **values))
	frappe.db.rollback()
	return response


def requests_of(customer):
	frappe.db.rollback()
	names = frappe.get_all(REQUEST, {"customer": customer.name}, pluck="name", order_by="creation")
	return [frappe.get_doc(REQUEST, name) for name in names]


def traces_of(customer):
	frappe.db.rollback()
	return set(frappe.get_all("Portal Activity", {"customer": customer.name}, pluck="activity"))


def test_contact_details_are_written_at_once(enter, customer):
	visitor = enter(account_changes_applied="At Once")
	response = change(visitor, customer, phone="+1 212 555 0100", website="cedar.example.com")
	assert response.location.endswith("notice=details-changed")
	assert requests_of(customer) == []
	customer.reload()
	assert customer.website == "https://cedar.example.com"
	assert frappe.db.get_value("Contact", customer.customer_primary_contact, "phone") == "+1 212 555 0100"
	assert "Changed Details" in traces_of(customer)
	assert "+1 212 555 0100" in visitor.get("/portal/account").text


def test_name_and_tax_number_are_asked_for_in_any_case(enter, customer):
	visitor = enter(account_changes_applied="At Once")
	before = customer.customer_name
	response = change(visitor, customer, customer_name="New Name Ltd", phone="+1 212 555 0100")
	assert response.location.endswith("notice=change-asked")
	customer.reload()
	assert customer.customer_name == before
	assert frappe.db.get_value("Contact", customer.customer_primary_contact, "phone") == "+1 212 555 0100"
	[request] = requests_of(customer)
	[row] = request.changes
	assert (row.field, row.old_value, row.new_value) == ("customer_name", before, "New Name Ltd")


def test_what_came_back_as_it_was_shown_is_no_change(http, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="After Approval")
	customer = factories.make_customer(
		f'O\'Brien "{frappe.generate_hash(length=6)}" & Sons',
		email=f"{frappe.generate_hash(length=8)}@example.com",
	)
	frappe.db.set_value("Customer", customer.name, {"website": "odd site", "tax_id": "<12>"})
	visitor = open_account(http, customer)
	response = change(visitor, customer, website="odd site", tax_id="<12>")
	assert response.status_code == 303
	assert requests_of(customer) == []
	change(visitor, customer, website="odd site", tax_id="US-9")
	[request] = requests_of(customer)
	assert [row.field for row in request.changes] == ["tax_id"]


def test_after_approval_nothing_changes_until_staff_agree(enter, customer, outgoing):
	visitor = enter(account_changes_applied="After Approval")
	old, new = customer.email_id, f"{frappe.generate_hash(length=8)}@example.com"
	waiting = "A change you asked for is being checked."
	assert waiting not in visitor.get("/portal/account/details").text
	change(visitor, customer, email_id=new, phone="+1 212 555 0100", tax_id="US-77")
	assert waiting in visitor.get("/portal/account/details").text
	assert get_address_on_file(customer.name) == old
	[request] = requests_of(customer)
	assert request.status == "Open" and len(request.changes) == 3
	assert "We are checking it" in visitor.get("/portal/account").text

	answer = desk.approve(request.name)
	frappe.db.commit()
	# the answer goes to who asked, not to an address nobody has used yet
	assert answer == {"status": "Approved", "told": [old]}
	assert waiting not in visitor.get("/portal/account/details").text
	customer.reload()
	assert (customer.tax_id, customer.email_id, get_address_on_file(customer.name)) == ("US-77", new, new)
	[mail] = get_messages_to(old)
	assert "is made" in mail and "/portal/a/" not in mail
	assert {"Asked for Change", "Approved Change"} <= traces_of(customer)
	page = visitor.get("/portal/account").text
	assert "Approved" in page and "US-77" in page


def test_staff_hear_of_a_request_and_find_both_ends_of_it_in_the_timeline(enter, customer):
	manager = make_user("Sales Manager", "Sales Master Manager")
	frappe.db.set_value("Customer", customer.name, "account_manager", manager)
	visitor = enter(account_changes_applied="After Approval")
	change(visitor, customer, tax_id="US-76")
	[request] = requests_of(customer)
	heard = {"document_type": REQUEST, "document_name": request.name, "for_user": manager}
	[log] = frappe.get_all("Notification Log", heard, ["subject", "email_content"])
	assert customer.customer_name in log.subject and "US-76" in log.email_content
	desk.approve(request.name)
	about = {"reference_doctype": "Customer", "reference_name": customer.name, "comment_type": "Info"}
	comments = frappe.get_all("Comment", about, pluck="content", order_by="creation")
	assert request.name in comments[0] and "Tax number: – → US-76" in comments[-1]


def test_a_rejected_request_changes_nothing_and_says_why(enter, customer, outgoing):
	visitor = enter(account_changes_applied="After Approval")
	change(visitor, customer, tax_id="US-78")
	[request] = requests_of(customer)
	desk.reject(request.name, "Please send us the certificate.\nThen we will.")
	frappe.db.commit()
	customer.reload()
	assert not customer.tax_id
	assert "Please send us the certificate." in visitor.get("/portal/account").text
	[mail] = get_messages_to(customer.email_id)
	assert "certificate" in mail and "/portal/a/link-" in mail
	with pytest.raises(frappe.ValidationError, match="already"):
		desk.approve(request.name)


def test_a_request_is_withdrawn_by_its_customer_alone(enter, customer, new_client):
	visitor = enter(account_changes_applied="After Approval")
	change(visitor, customer, tax_id="US-79")
	[request] = requests_of(customer)
	path = f"/portal/account/requests/{request.name}/withdraw"
	stranger = open_account(new_client(), factories.make_customer())
	assert send(stranger, path).status_code == 404
	assert requests_of(customer)[0].status == "Open"
	assert send(visitor, path).status_code == 303
	assert requests_of(customer)[0].status == "Withdrawn"
	assert send(visitor, path).status_code == 404
	with pytest.raises(frappe.ValidationError, match="already"):
		desk.approve(request.name)


def test_the_same_request_twice_is_one_and_there_is_an_end_to_them(enter, customer):
	visitor = enter(account_changes_applied="After Approval")
	for _time in range(2):
		change(visitor, customer, tax_id="US-1")
	assert len(requests_of(customer)) == 1
	for number in range(2, 11):
		assert change(visitor, customer, tax_id=f"US-{number}").status_code == 303
	response = change(visitor, customer, tax_id="US-11")
	assert response.status_code == 400 and "waiting already" in response.text
	assert len(requests_of(customer)) == 10


def test_after_approval_the_main_contact_is_not_changed_by_another_way(enter, customer):
	visitor = enter(account_changes_applied="After Approval")
	main, on_file = customer.customer_primary_contact, customer.email_id
	response = send(visitor, f"/portal/contacts/{main}", CONTACT | {"email_id": "thief@example.com"})
	assert response.status_code == 400 and "with the account&#39;s details" in response.text
	other = factories.make_contact(
		customer, f"{frappe.generate_hash(length=8)}@example.com", is_primary=False
	)
	assert send(visitor, f"/portal/main-contact/{other.name}").location.endswith("notice=change-asked")
	assert get_address_on_file(customer.name) == on_file
	[request] = requests_of(customer)
	assert request.changes[0].shown_value.endswith(other.email_id)
	desk.approve(request.name)
	assert get_address_on_file(customer.name) == other.email_id


def test_who_may_not_change_the_customer_decides_nothing(enter, customer):
	visitor = enter(account_changes_applied="After Approval")
	change(visitor, customer, tax_id="US-80")
	[request] = requests_of(customer)
	for roles in (("Customer Portal Manager",), ("Sales User",), ("Stock User",), ()):
		frappe.set_user(make_user(*roles))
		for decide in (lambda: desk.approve(request.name), lambda: desk.reject(request.name, "")):
			with pytest.raises(frappe.PermissionError):
				decide()
		frappe.set_user("Administrator")
	frappe.set_user(make_user("Customer Portal Manager", "Sales Master Manager"))
	assert desk.approve(request.name)["status"] == "Approved"


def test_a_deleted_customers_requests_and_preferences_go_along(enter, customer):
	preferences.change(customer.name, customer.email_id, {"receipts": False})
	visitor = enter(account_changes_applied="After Approval")
	change(visitor, customer, tax_id="US-81")
	[request] = requests_of(customer)
	customer.reload()
	customer.delete()
	assert not frappe.db.exists(REQUEST, request.name)
	assert not frappe.db.exists("Portal Change Request Item", {"parent": request.name})
	assert not frappe.db.exists(preferences.DOCTYPE, {"customer": customer.name})


def test_a_customer_without_a_contact_gets_one(http, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="At Once")
	customer = factories.make_customer()
	visitor = open_account(http, customer)
	email = f"{frappe.generate_hash(length=8)}@example.com"
	assert change(visitor, customer, email_id=email, phone="+1 212 555 0100").status_code == 303
	customer.reload()
	contact = frappe.get_doc("Contact", customer.customer_primary_contact)
	assert (contact.email_id, contact.phone, customer.email_id) == (email, "+1 212 555 0100", email)


def test_activity_says_who_did_what_and_leaves_out_mere_looking(enter, customer):
	visitor = enter()
	visitor.get("/portal/invoices")
	change(visitor, customer, phone="+1 212 555 0100")
	page = visitor.get("/portal/account/activity").text
	assert "Opened the portal" in page and "Changed the account&#39;s details" in page
	assert "Viewed" not in page
	stranger = factories.make_customer()
	assert stranger.name not in page


def test_activity_names_who_paid_and_links_what_the_visitor_may_open(customer, portal_settings):
	portal_settings(allow_payments=1, payment_gateways=[paying.make_gateway()])
	invoice = factories.make_sales_invoice(customer)
	note = factories.make_credit_note(invoice)
	payment = paying.begin(customer, [invoice.name])
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Noise", "customer": customer.name}).insert()
	for what, document in (
		("Paid", payment),
		("Wrote Message", invoice),
		("Wrote Message", note),
		("Raised Issue", issue),
		("Changed Details", customer),
	):
		reference = {"reference_doctype": document.doctype, "reference_name": document.name}
		entry = {"doctype": "Portal Activity", "customer": customer.name, "activity": what}
		frappe.get_doc(entry | reference).insert()

	def get_targets(*capabilities):
		rows = history.get_page(customer.name, frozenset(capabilities), 1)["rows"]
		return {row["name"]: row["url"] for row in rows}

	user = make_portal_user(customer, first_name="Otto")
	entry = {"doctype": "Portal Activity", "customer": customer.name, "activity": "User Removed"}
	frappe.get_doc(entry | {"reference_doctype": "User", "reference_name": user}).insert()

	names = dict.fromkeys((payment.name, invoice.name, note.name, issue.name, None))
	assert get_targets() == names
	assert get_targets("payments", "invoices", "credit_notes", "issues") == {
		payment.name: f"/portal/pay/{payment.name}",
		invoice.name: f"/portal/invoices/{invoice.name}",
		note.name: f"/portal/credit-notes/{note.name}",
		issue.name: f"/portal/issues/{issue.name}",
		None: None,
	}
	rows = history.get_page(customer.name, frozenset(), 1)["rows"]
	assert [row["whom"] for row in rows if row["text"].startswith("Ended")] == ["Otto"]
	who = {row["name"]: row["who"] for row in rows}
	assert (who[payment.name], who[issue.name]) == ("Buyer", None)
