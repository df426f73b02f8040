"""Quotations to a lead or a prospect: the customer's that it became, and to be accepted by a link before there is one."""

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access import quotation_follow_up, tokens
from customer_portal_ext.conversations import audience
from customer_portal_ext.desk import landing
from customer_portal_ext.desk import quotations as desk
from customer_portal_ext.documents import dashboard, parties
from customer_portal_ext.patches.v1_0 import add_leads_quotations
from tests import factories
from tests.factories import answers
from tests.factories.mail import get_messages_to
from tests.factories.users import make_user
from tests.factories.visitors import make_visitor

MAKE = {"Lead": factories.make_lead, "Prospect": factories.make_prospect}


@pytest.fixture(params=MAKE)
def party(request, db, portal_settings):
	portal_settings(**answers.SETTINGS, allow_messages=1)
	return MAKE[request.param]()


@pytest.fixture
def quotation(party):
	return factories.quote_to(party, items=[{"qty": 3, "rate": 120.5}])


def enter(client, customer):
	client.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	return client


def open_approval(client, quotation):
	"""The approval link that staff copy in Desk, opened."""
	page = client.open_link(desk.copy_link(quotation.name)["link"])
	assert page.status_code == 200
	return page.text


def get_customers(party):
	frappe.db.rollback()
	names = frappe.get_all("Customer", {parties.BECAME[party.doctype]: party.name}, pluck="name")
	return [frappe.get_doc("Customer", name) for name in names]


def get_response(quotation):
	frappe.db.rollback()
	return frappe.get_last_doc("Portal Quotation Response", {"quotation": quotation.name})


def test_a_customer_has_the_quotations_it_had_before(http, party, quotation):
	customer = factories.become_customer(party)
	own = factories.make_quotation(customer, transaction_date=add_days(getdate(), -1))
	enter(http, customer)
	listed = http.get("/portal/quotations").text
	assert quotation.name in listed and own.name in listed and "2 documents" in listed
	assert quotation.name in http.get("/portal").text
	assert quotation.name in http.get(f"/portal/quotations?search={quotation.name}").text
	page = http.get(f"/portal/quotations/{quotation.name}")
	assert page.status_code == 200 and "361.50" in page.text
	assert f'rel="prev" href="/portal/quotations/{own.name}"' in page.text
	assert http.get(f"/portal/download/quotations/{quotation.name}.pdf").status_code == 200
	waiting = dashboard.get_page(make_visitor(customer))["waiting"]
	assert f"/portal/quotations/{quotation.name}" in [item["url"] for item in waiting]
	assert answers.accept(http, quotation.name).status_code == 303
	response = get_response(quotation)
	assert response.customer == customer.name
	order = frappe.get_doc("Sales Order", response.sales_order)
	assert (order.customer, order.grand_total, order.docstatus) == (customer.name, 361.5, 0)
	assert [made.name for made in get_customers(party)] == [customer.name]
	assert "Being checked" in http.get(f"/portal/orders/{order.name}").text


def test_a_message_about_it_is_the_customers(http, party, quotation):
	customer = factories.become_customer(party)
	enter(http, customer)
	path = f"/portal/quotations/{quotation.name}"
	sent = http.submit(
		path, f"/portal/write/quotations/{quotation.name}", {"name": "Lena", "message": "A question"}
	)
	assert sent.status_code == 303 and "A question" in http.get(path).text
	assert quotation.name in http.get("/portal/messages").text
	assert audience.get_customer("Quotation", quotation.name) == customer.name
	assert landing.get_customer(quotation) == customer.name


def test_accepting_by_the_approval_link_makes_the_customer(http, party, quotation, new_client):
	page = open_approval(http, quotation)
	assert quotation.name in page and "361.50" in page and "Messages" not in page
	assert "361.50" in http.get(answers.accept_path(quotation.name)).text
	assert get_customers(party) == [], "looking makes none"
	assert answers.accept(http, quotation.name).status_code == 303
	(customer,) = get_customers(party)
	assert customer.owner == quotation.owner
	assert customer.customer_name == quotation.customer_name
	response = get_response(quotation)
	assert (response.customer, response.answer) == (customer.name, "Accepted")
	order = frappe.get_doc("Sales Order", response.sales_order)
	assert (order.customer, order.grand_total, order.owner) == (customer.name, 361.5, quotation.owner)
	page = http.get(f"/portal/quotations/{quotation.name}").text
	assert "is being checked" in page and '<span class="status ok">Accepted</span>' in page
	(link,) = tokens.get_for_document("Quotation", quotation.name)
	assert link.customer == customer.name
	quotation_follow_up.finish(response.name)
	assert get_response(quotation).signed_pdf
	assert quotation.name in enter(new_client(), customer).get("/portal/quotations").text


def test_a_second_quotation_makes_no_second_customer(http, new_client, party, quotation):
	second = factories.quote_to(party)
	other = new_client()
	for client, offer in ((http, quotation), (other, second)):
		open_approval(client, offer)
		assert answers.accept(client, offer.name).status_code == 303
	(customer,) = get_customers(party)
	assert {get_response(offer).customer for offer in (quotation, second)} == {customer.name}


def test_who_became_a_customer_meanwhile_goes_on_with_the_same_link(http, party, quotation):
	open_approval(http, quotation)
	form = answers.get_filled_form(http, quotation.name)
	customer = factories.become_customer(party)
	assert http.post(f"/portal/accept/{quotation.name}", form).status_code == 303
	assert [made.name for made in get_customers(party)] == [customer.name]
	assert get_response(quotation).customer == customer.name


def test_declining_needs_no_customer(http, party, quotation):
	open_approval(http, quotation)
	assert answers.decline(http, quotation.name).status_code == 303
	response = get_response(quotation)
	assert (response.answer, response.customer) == ("Declined", None)
	assert response.customer_name == quotation.customer_name
	assert frappe.db.get_value("Quotation", quotation.name, "status") == "Lost"
	assert get_customers(party) == []
	owner = make_user("Sales User", "Sales Manager")
	quotation.reload().db_set("owner", owner)
	quotation_follow_up.tell_staff(response.name)
	subject = frappe.db.get_value(
		"Notification Log", {"document_name": quotation.name, "for_user": owner}, "subject"
	)
	assert quotation.customer_name in subject and "declined" in subject


def test_one_of_the_alternatives_is_ordered(http, party):
	names = [factories.make_item(code).name for code in ("Test Basic", "Test Comfort")]
	quotation = factories.quote_to(
		party,
		items=[
			{"item_code": names[0], "qty": 2, "rate": 100},
			{"item_code": names[1], "qty": 2, "rate": 150, "is_alternative": 1},
		],
	)
	open_approval(http, quotation)
	basic, comfort = quotation.items
	assert "200.00" in http.get(answers.accept_path(quotation.name)).text
	chosen = {basic.name: comfort.name}
	assert "300.00" in http.get(answers.accept_path(quotation.name, **chosen)).text
	assert answers.accept(http, quotation.name, chosen).status_code == 303
	order = frappe.get_doc("Sales Order", get_response(quotation).sales_order)
	assert [(line.item_code, line.rate) for line in order.items] == [(names[1], 150)]


@pytest.fixture
def demands_a_tax_number(db):
	"""The site's own rule: no customer without one."""
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter

	setter = make_property_setter("Customer", "tax_id", "reqd", 1, "Check")
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.delete_doc("Property Setter", setter.name, force=True)
	frappe.db.commit()
	frappe.clear_cache(doctype="Customer")


def test_what_the_site_demands_is_said_to_staff_and_nothing_is_made(
	http, party, quotation, demands_a_tax_number, monkeypatch
):
	token = tokens.issue_for_document(None, "Quotation", quotation.name, "Staff", may_answer=1)
	http.open_link(tokens.get_link(token))
	owner = make_user("Sales User", "Sales Manager")
	quotation.db_set("owner", owner)
	queued = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **values: queued.append((method, values)))
	response = answers.accept(http, quotation.name, None, po_no="KEEP-1")
	assert response.status_code == 409 and "something is missing in our records" in response.text
	assert "Tax ID" not in response.text and "KEEP-1" in response.text
	assert get_customers(party) == []
	assert frappe.db.count("Portal Quotation Response", {"quotation": quotation.name}) == 0
	answers.accept(http, quotation.name)
	((_method, values),) = [call for call in queued if call[0].endswith("report_obstacle")]
	assert values["quotation"] == quotation.name and "Tax ID" in values["reason"]
	quotation_follow_up.report_obstacle(values["quotation"], values["reason"])
	log = frappe.get_last_doc("Notification Log", {"document_name": quotation.name, "for_user": owner})
	assert "could not be accepted" in log.subject and "Tax ID" in log.email_content
	with pytest.raises(frappe.ValidationError, match="Tax ID"):
		desk.copy_link(quotation.name)
	state = desk.get_state(quotation.name)
	assert not state["may_share"]


def test_a_customer_made_of_an_opportunity_was_its_prospect(db):
	from erpnext.crm.doctype.opportunity.opportunity import make_customer as map_opportunity

	prospect = factories.make_prospect()
	opportunity = frappe.get_doc(
		{
			"doctype": "Opportunity",
			"opportunity_from": "Prospect",
			"party_name": prospect.name,
			"company": factories.get_company(),
		}
	).insert()
	customer = map_opportunity(opportunity.name).insert()
	assert (customer.opportunity_name, customer.prospect_name) == (opportunity.name, prospect.name)
	customer.db_set("prospect_name", None)
	add_leads_quotations.execute()
	add_leads_quotations.execute()
	assert customer.reload().prospect_name == prospect.name


def test_staff_see_mail_and_end_the_links_of_who_is_no_customer(party, quotation, outgoing):
	state = desk.get_state(quotation.name)
	assert state["may_share"] and state["email"] == (party.get("email_id") or "")
	copied = desk.copy_link(quotation.name)["link"]
	assert desk.copy_link(quotation.name)["link"] == copied
	(link,) = desk.get_state(quotation.name)["links"]
	assert link["is_working"]
	recipient = f"lead-{frappe.generate_hash(length=8)}@example.com"
	assert desk.email_link(quotation.name, recipient) == {"recipient": recipient}
	frappe.db.commit()
	assert quotation.name in get_messages_to(recipient)[0]
	assert frappe.db.get_value(tokens.DOCTYPE, link["name"], "customer_name") == quotation.customer_name
	state = desk.revoke_link(quotation.name, link["name"])
	assert [one["is_working"] for one in state["links"] if one["name"] == link["name"]] == [False]
	customer = factories.become_customer(party)
	assert tokens.revoke_all(customer.name) == 1, "those that were made before are the customer's"
	assert not any(one["is_working"] for one in desk.get_state(quotation.name)["links"])


def test_statements_of_pages_are_those_of_any_customer(http, new_client, party):
	from development import measuring

	customer, plain = factories.become_customer(party), factories.make_customer()
	for offered in (factories.quote_to(party), factories.make_quotation(plain)):
		offered.reload()
	visitors = enter(http, customer), enter(new_client(), plain)
	for path in ("/portal", "/portal/quotations", "/portal/orders"):
		counted = [
			measuring.count(lambda client=client, path=path: measuring.get_page(client, path))
			for client in visitors
		]
		assert counted[0] == counted[1], path
