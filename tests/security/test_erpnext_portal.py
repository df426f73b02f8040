"""ERPNext's own portal, web forms, profile and signing in go on working for a customer's user, as far as policy allows; what
REST and RPC give of a document are the fields the portal shows; staff and suppliers' users are left alone."""

import json

import frappe
import pytest

from customer_portal_ext.access.listed_fields import LISTED
from tests.factories.foreign import AMOUNT, deny, make_party
from tests.factories.users import PASSWORD, make_user

PAY = "/api/method/erpnext.accounts.doctype.payment_request.payment_request.make_payment_request"
PAGES = {
	"invoices": "Sales Invoice",
	"orders": "Sales Order",
	"quotations": "Quotation",
	"shipments": "Delivery Note",
}


@pytest.fixture
def own(db, portal_settings):
	portal_settings(allow_support_issues=1, allow_account_changes=1)
	return make_party()


@pytest.fixture
def client(new_client, own):
	return new_client().sign_in_for_rest(own.user, PASSWORD)


@pytest.mark.parametrize("page", PAGES)
def test_lists_and_pages_show_what_policy_allows(client, own, page):
	name = own.name_of(PAGES[page])
	assert name in client.get(f"/{page}").text
	shown = client.get(f"/{page}/{name}")
	assert shown.status_code == 200 and name in shown.text
	printed = client.get(f"/printview?doctype={PAGES[page]}&name={name}&format=Standard")
	assert printed.status_code == 200 and name in printed.text


def test_a_document_is_printed_as_the_portal_prints_it(client, own):
	"""Frappe's "Standard" prints whatever is not hidden."""
	order = frappe.get_doc("Sales Order", own.name_of("Sales Order"))
	order.db_set("amount_eligible_for_commission", 4711.5)
	for wanted in ("&format=Standard", ""):
		page = client.get(f"/printview?doctype=Sales Order&name={order.name}{wanted}").text
		assert order.name in page and "4,711.5" not in page and "Commission" not in page


def test_a_document_is_printed_under_its_own_letterhead(client, own):
	name, mark = (frappe.generate_hash(length=8) for _word in range(2))
	head = {"doctype": "Letter Head", "letter_head_name": name, "source": "HTML", "content": f"<p>{mark}</p>"}
	frappe.get_doc(head).insert()
	order = own.name_of("Sales Order")
	path = f"/printview?doctype=Sales Order&name={order}&no_letterhead=0"
	page = client.get(f"{path}&letterhead={name}").text
	assert order in page and mark not in page
	frappe.db.set_value("Sales Order", order, "letter_head", name)
	assert mark in client.get(path).text


def test_a_pdf_is_downloaded(client, own, monkeypatch):
	"""The tool itself asks the site for its style sheets, which only a server answers."""
	monkeypatch.setattr("frappe.utils.pdf.get_pdf", lambda html, *_args, **_keywords: b"%PDF" + html.encode())
	values = {"doctype": "Quotation", "name": own.name_of("Quotation"), "format": "Standard"}
	response = client.get("/api/method/frappe.utils.print_format.download_pdf", query_string=values)
	assert (
		response.status_code == 200 and response.data.startswith(b"%PDF") and values["name"] in response.text
	)


def test_what_staff_mailed_with_a_key_opens_for_who_holds_it(client, own):
	invoice = frappe.get_doc("Sales Invoice", own.name_of("Sales Invoice"))
	key = invoice.get_document_share_key()
	deny(own, "invoices")
	path = f"/printview?doctype=Sales Invoice&name={invoice.name}"
	assert client.get(path).status_code == 404
	assert client.get(f"{path}&key=wrong").status_code == 401
	assert client.get(f"{path}&key={key}").status_code == 200


@pytest.mark.parametrize("method", ["frappe.www.list.get", "frappe.www.list.get_list_data"])
def test_a_row_of_a_list_holds_listed_fields_alone(client, own, method):
	answer = client.call(method, doctype="Sales Invoice").json["message"]
	rows = json.loads(answer["raw_result"]) if isinstance(answer, dict) else answer
	assert own.name_of("Sales Invoice") in [row["name"] for row in rows]
	for row in rows:
		assert set(row) <= set(LISTED["Sales Invoice"])


@pytest.mark.parametrize(
	"path",
	[
		"/api/resource/Sales Invoice/{name}",
		"/api/v2/document/Sales Invoice/{name}",
		"/api/method/frappe.client.get?doctype=Sales Invoice&name={name}",
		'/api/method/frappe.client.get?doctype=Sales Invoice&filters={{"name":"{name}"}}',
		'/api/resource/Sales Invoice?fields=["*"]&filters={{"name":"{name}"}}',
		'/api/v2/document/Sales Invoice?fields=["*"]&filters={{"name":"{name}"}}',
		'/api/method/frappe.client.get_list?doctype=Sales Invoice&fields=["*"]&filters={{"name":"{name}"}}',
	],
)
def test_rest_gives_the_listed_fields_alone(client, own, path):
	"""Where a site lets customers read a DocType, or staff have shared a document."""
	name = own.name_of("Sales Invoice")
	frappe.share.add("Sales Invoice", name, own.user, read=1)
	response = client.get(path.format(name=name))
	assert response.status_code == 200, response.text
	answer = response.json.get("data") or response.json.get("message")
	row = answer[0] if isinstance(answer, list) else answer
	assert row["name"] == name and row["grand_total"] == pytest.approx(AMOUNT)
	assert set(row) <= {*LISTED["Sales Invoice"], "doctype"}


@pytest.mark.parametrize(
	"query",
	[
		'fields=["income_account"]',
		'fields=["name","`tabSales Invoice`.`commission_rate`"]',
		'fields=["sum(total_commission) as name"]',
		'fields=["items.income_account"]',
		'filters={"owner":"Administrator"}',
		'filters=[["total_commission",">",1]]',
		'filters=[["Sales Invoice Item","income_account","like","S%"]]',
		'filters=[["Sales Invoice","owner","like","A%"]]',
		'or_filters=[["owner","like","A%"]]',
		"order_by=total_commission desc",
		"group_by=owner",
		"parent=Customer",
		"fieldname=*",
		'fieldname=["*"]',
		'fieldname=["name","*"]',
	],
)
def test_what_is_not_listed_can_be_neither_asked_nor_guessed(client, own, query):
	frappe.share.add("Sales Invoice", own.name_of("Sales Invoice"), own.user, read=1)
	assert client.get(f"/api/resource/Sales Invoice?{query}").status_code == 403
	assert client.get(f"/api/method/frappe.client.get_list?doctype=Sales Invoice&{query}").status_code == 403


def test_an_issue_is_raised_by_web_form(client, own):
	made = client.fill_in("issues", subject="It hums", description="Loudly")
	assert made.status_code == 200, made.text
	name = made.json["message"]["name"]
	assert "It hums" in client.get(f"/issues/{name}", follow_redirects=True).text
	rows = client.call("frappe.www.list.get_list_data", doctype="Issue", web_form_name="issues").json[
		"message"
	]
	assert name in [row["name"] for row in rows]
	deny(own, "issues")
	assert client.fill_in("issues", subject="It hums again", description="Loudly").status_code == 403
	assert client.get(f"/issues/{name}", follow_redirects=True).status_code == 403
	assert client.fill_in("issues", name=name, subject="Changed").status_code == 403
	assert "It hums" not in client.call("frappe.www.list.get_list_data", doctype="Issue").text


def test_an_address_is_written_by_web_form(client, own):
	values = {
		"address_title": "Goods In",
		"address_type": "Shipping",
		"address_line1": "7 Harbour Road",
		"city": "Oakland",
		"state": "California",
		"pincode": "94607",
		"country": "United States",
	}
	made = client.fill_in("addresses", **values)
	assert made.status_code == 200, made.text
	name = made.json["message"]["name"]
	assert "Goods In" in client.get("/addresses", follow_redirects=True).text
	assert client.fill_in("addresses", **values | {"name": name, "city": "Berkeley"}).status_code == 200
	assert frappe.db.get_value("Address", name, "city") == "Berkeley"
	# once it is the customer's, its policy decides
	address = frappe.get_doc("Address", name)
	address.set("links", [])
	address.append("links", {"link_doctype": "Customer", "link_name": own.customer.name})
	address.save()
	deny(own, "account_changes")
	assert client.fill_in("addresses", **values | {"name": name, "city": "Elsewhere"}).status_code == 403
	assert client.write("PUT", f"/api/resource/Address/{name}", json={"city": "X"}).status_code == 403
	assert client.get(f"/api/resource/Address/{name}").json["data"]["city"] == "Berkeley"


def test_a_web_form_writes_its_own_doctype_alone(client, own):
	"""The payments app's version believes the DocType that is sent, and asks for no permission."""
	before = frappe.db.count("ToDo")
	made = client.fill_in("issues", doctype="ToDo", subject="It hums", description="A task of somebody's")
	assert made.status_code == 200 and made.json["message"]["doctype"] == "Issue"
	assert frappe.db.count("ToDo") == before


def test_the_profile_is_edited(client):
	page = client.get("/me")
	assert page.status_code == 200
	assert client.get("/update-profile", follow_redirects=True).status_code == 200
	changed = client.fill_in("edit-profile", name=client.user, first_name="Ada", last_name="Changed")
	assert changed.status_code == 200, changed.text
	assert frappe.db.get_value("User", client.user, "first_name") == "Ada"


def test_the_password_is_changed_and_one_signs_out(client):
	assert client.call("frappe.auth.get_logged_user").json["message"] == client.user
	new = "another-Password-for-tests-8"
	changed = client.call(
		"frappe.core.doctype.user.user.update_password", new_password=new, old_password=PASSWORD
	)
	assert changed.status_code == 200, changed.text
	client.sign_in(client.user, new)
	assert client.get("/api/method/logout").status_code == 200
	assert client.get("/api/method/frappe.auth.get_logged_user").status_code == 403


def test_the_pay_button_works_as_the_page_sends_it(client, own):
	invoice = own.name_of("Sales Invoice")
	values = {"dt": "Sales Invoice", "dn": invoice, "order_type": "Shopping Cart"}
	assert client.write("POST", PAY, data=values).status_code == 403
	settings = frappe.get_single("Customer Portal Settings")
	settings.allow_payments = 1
	settings.save()
	extra = values | {"recipient_id": "someone@example.net"}
	assert client.write("POST", PAY, data=extra).status_code == 403
	assert not frappe.db.exists("Payment Request", {"reference_name": invoice})
	asked = client.write("POST", PAY, data=values)
	assert asked.status_code != 403, asked.text
	assert frappe.db.exists("Payment Request", {"reference_name": invoice})


def test_staff_are_left_alone(new_client, own):
	staff = new_client().sign_in_for_rest(make_user("Sales User", "Accounts User"), PASSWORD)
	values = {"doctype": "Sales Invoice", "filters": json.dumps({"customer": own.customer.name})}
	assert staff.call("frappe.client.get_count", **values).json["message"] == 3
	name = own.name_of("Sales Invoice")
	assert "debit_to" in staff.get(f"/api/resource/Sales Invoice/{name}").json["data"]


@pytest.mark.parametrize("roles", [(), ("Supplier",)])
def test_other_website_users_are_left_alone(new_client, own, roles):
	user = make_user(*roles)
	if roles:
		frappe.get_doc(
			{
				"doctype": "Supplier",
				"supplier_name": frappe.generate_hash(length=8),
				"supplier_group": frappe.db.get_value("Supplier Group", {"is_group": 0}),
				"portal_users": [{"user": user}],
			}
		).insert()
	client = new_client().sign_in_for_rest(user, PASSWORD)
	assert client.call("frappe.client.get_count", doctype="Country").status_code == 200


def test_whoever_signed_up_or_was_put_out_is_no_freer_than_a_customers_user(new_client, own):
	client = new_client().sign_in_for_rest(make_user("Customer"), PASSWORD)
	values = {"doctype": "Sales Invoice", "filters": "{}"}
	assert client.call("frappe.client.get_count", **values).status_code == 403
	assert own.name_of("Sales Invoice") not in client.get("/invoices").text
