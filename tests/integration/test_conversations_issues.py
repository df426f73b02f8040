"""Support issues: raised, answered from both sides, closed and opened again, always ERPNext's own Issue."""

import io
import re

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.conversations import issues, unread
from customer_portal_ext.desk import conversations as desk
from tests import factories
from tests.client import hidden_fields
from tests.factories import files
from tests.factories.users import make_user


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(allow_support_issues=1)
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def raise_issue(client, subject="The motor hums", message="Since Monday.\nAll day.", **fields):
	attached = fields.pop("files", [])
	data = {
		**hidden_fields(client.get("/portal/new-issue").text),
		"subject": subject,
		"message": message,
		"name": "Ann Buyer",
		"files": [(io.BytesIO(content), name) for name, content in attached],
		**fields,
	}
	return client.post("/portal/new-issue", data=data, content_type="multipart/form-data")


def raised(client, **fields):
	"""The Issue after raising it through the form."""
	response = raise_issue(client, **fields)
	assert response.status_code == 303, response.text
	name = re.fullmatch(r"/portal/issues/(.+)\?notice=issue-raised", response.headers["Location"])[1]
	frappe.db.rollback()
	return frappe.get_doc("Issue", name)


def page_of(client, issue):
	response = client.get(f"/portal/issues/{issue.name}")
	assert response.status_code == 200
	return response.text


def act(client, issue, action, **data):
	return client.submit(f"/portal/issues/{issue.name}", f"/portal/{action}-issue/{issue.name}", data)


def test_an_issue_is_erpnexts_own_and_the_customers(visitor, customer):
	invoice = factories.make_sales_invoice(customer)
	kind = frappe.get_doc(
		{"doctype": "Issue Type", "__newname": f"Noise {frappe.generate_hash(length=5)}"}
	).insert()
	priority = frappe.get_all("Issue Priority", pluck="name")[0]
	issue = raised(
		visitor,
		issue_type=kind.name,
		priority=priority,
		about=f"invoices/{invoice.name}",
		files=[("photo.png", files.make_image()), ("plan.pdf", files.PDF)],
	)
	assert (issue.customer, issue.subject, issue.status) == (customer.name, "The motor hums", "Open")
	assert (issue.issue_type, issue.priority, issue.via_customer_portal) == (kind.name, priority, 1)
	assert (issue.portal_document_type, issue.portal_document) == ("Sales Invoice", invoice.name)
	assert issue.raised_by == customer.email_id
	(message,) = frappe.get_all("Communication", {"reference_name": issue.name}, ["*"])
	assert (message.sender_full_name, message.portal_customer) == ("Ann Buyer", customer.name)
	kept = frappe.get_all("File", {"attached_to_name": message.name}, ["file_name", "is_private"])
	assert len(kept) == 2 and all(file.is_private for file in kept)

	page = page_of(visitor, issue)
	assert "Since Monday.\nAll day." in page and page.count("Since Monday.") == 1
	for shown in (
		"Ann Buyer",
		"With us",
		kind.name,
		priority,
		"Our support team",
		f"/portal/invoices/{invoice.name}",
	):
		assert shown in page, shown
	assert page.count("/portal/download/attachments/") == 2
	listed = visitor.get("/portal/issues").text
	assert issue.name in listed and "The motor hums" in listed


NOT_RAISED = (
	({"subject": " "}, "Say in a few words what it is about."),
	({"subject": "x" * 141}, "A subject can have 140 characters."),
	({"message": ""}, "Write a message first."),
	({"name": ""}, "Enter your name"),
	({"issue_type": "None such"}, "There is no such type."),
	({"priority": "None such"}, "There is no such priority."),
	({"about": "invoices/NONE"}, "There is no such document among yours."),
	({"about": "statement/x"}, "There is no such document among yours."),
	({"files": [("x.exe", files.EXECUTABLE)]}, "files of this type are not accepted"),
)


def test_what_cannot_be_raised_says_so_and_keeps_what_was_typed(visitor, customer):
	for fields, says in NOT_RAISED:
		response = raise_issue(visitor, **{"message": "What I typed", **fields})
		assert response.status_code == 400 and says in response.text, says
		if "message" not in fields:
			assert "What I typed</textarea>" in response.text, says
		frappe.db.rollback()
		assert frappe.db.count("Issue", {"customer": customer.name}) == 0, says


def test_an_issue_cannot_be_about_anothers_document(visitor, customer):
	theirs = factories.make_sales_invoice(factories.make_customer())
	response = raise_issue(visitor, about=f"invoices/{theirs.name}")
	assert response.status_code == 400 and "among yours" in response.text
	page = visitor.get("/portal/new-issue", query_string={"about": f"invoices/{theirs.name}"}).text
	assert theirs.name not in page


def test_the_conversation_goes_both_ways(visitor, customer):
	issue = raised(visitor)
	assert desk.open_thread("Issue", issue.name)["unread"] == 1
	desk.reply("Issue", issue.name, "Please oil it")
	frappe.db.commit()
	issue.reload()
	assert unread.count_for_customer([customer.name]) == {"messages": 0, "issues": 1}
	assert "1 new" in visitor.get("/portal/issues").text
	page = page_of(visitor, issue)
	assert "Please oil it" in page and "Administrator" in page
	assert unread.count_for_customer([customer.name])["issues"] == 0

	issue.db_set("status", "Replied")
	assert "Answered" in page_of(visitor, issue)
	assert act(visitor, issue, "reply", message="Oiled, still hums").status_code == 303
	assert issue.reload().status == "Open"
	assert [m for m in ("Since Monday", "Please oil it", "still hums") if m in page_of(visitor, issue)] == [
		"Since Monday",
		"Please oil it",
		"still hums",
	]


def test_e_mails_of_an_issue_show_with_their_files_and_notes_do_not(visitor, customer):
	issue = raised(visitor)
	issue.add_comment("Comment", "INTERNAL note")

	def add(direction, content, **fields):
		return frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": direction,
				"subject": "x",
				"content": content,
				"reference_doctype": "Issue",
				"reference_name": issue.name,
				**fields,
			}
		).insert()

	add("Received", "<p>By mail</p>", sender=customer.email_id)
	add("Received", "INTERNAL", sender="stranger@example.net")
	add("Sent", "INTERNAL", sender="a@example.com", recipients="supplier@example.net")
	answer = add("Sent", "<p>With a plan</p>", sender="a@example.com", recipients=customer.email_id)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "plan.pdf",
			"content": files.PDF + frappe.generate_hash().encode(),
			"is_private": 1,
			"attached_to_doctype": "Communication",
			"attached_to_name": answer.name,
		}
	).insert()
	page = page_of(visitor, issue)
	assert "By mail" in page and "With a plan" in page and "INTERNAL" not in page
	assert page.count("/portal/download/attachments/") == 1


def test_an_issue_by_e_mail_shows_once_staff_name_its_customer(visitor, customer):
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "By mail", "raised_by": "someone@example.net"}
	).insert()
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "x",
			"content": "It all began",
			"sender": "someone@example.net",
			"reference_doctype": "Issue",
			"reference_name": issue.name,
		}
	).insert()
	assert not message.portal_customer
	assert visitor.get(f"/portal/issues/{issue.name}").status_code == 404
	issue.reload()
	issue.customer = customer.name
	issue.save()
	assert "It all began" in page_of(visitor, issue)


def test_close_and_open_again(visitor, customer):
	issue = raised(visitor)
	for action, status, words in (
		("close", "Closed", "Open again"),
		("close", "Closed", "Open again"),
		("reopen", "Open", "Close the issue"),
		("reopen", "Open", "Close the issue"),
	):
		response = act(visitor, issue, action)
		assert response.status_code == 303
		assert issue.reload().status == status
		assert words in visitor.get(response.headers["Location"]).text
	act(visitor, issue, "close")
	act(visitor, issue, "reply", message="It hums again")
	assert issue.reload().status == "Open"
	frappe.db.rollback()
	traces = frappe.get_all("Portal Activity", {"customer": customer.name}, pluck="activity")
	assert {"Raised Issue", "Closed Issue", "Reopened Issue", "Wrote Message"} <= set(traces)


def test_who_it_is_assigned_to(visitor):
	issue = raised(visitor)
	agent = make_user("Support Team", first_name="Team North")
	from frappe.desk.form import assign_to

	assign_to.add({"assign_to": [agent], "doctype": "Issue", "name": issue.name})
	assert "Team North" in page_of(visitor, issue)


def test_agreed_times_are_erpnexts_own(visitor, customer, db):
	now = now_datetime()
	record = {
		"service_level_agreement": "SLA",
		"response_by": add_to_date(now, hours=-2),
		"first_responded_on": add_to_date(now, hours=-1),
		"sla_resolution_by": add_to_date(now, hours=5),
		"sla_resolution_date": None,
	}
	levels = issues.get_service_levels(record, now)
	assert [(level["due"], level["status"]["tone"]) for level in levels] == [
		(record["response_by"], "bad"),
		(record["sla_resolution_by"], "info"),
	]
	assert issues.get_service_levels({**record, "service_level_agreement": None}, now) == []
	issue = raised(visitor)
	frappe.db.set_value("Issue", issue.name, {**record, "service_level_agreement": "A name"})
	page = page_of(visitor, issue)
	assert "Agreed times" in page and "First answer" in page and "late" in page and "by then" in page


def test_with_a_real_agreement_erpnext_sets_the_times(visitor, customer):
	frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": f"None {frappe.generate_hash(length=6)}",
			"from_date": "2026-01-01",
			"to_date": "2030-12-31",
		}
	).insert()
	priority = frappe.get_all("Issue Priority", pluck="name")[0]
	days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
	agreement = frappe.get_doc(
		{
			"doctype": "Service Level Agreement",
			"document_type": "Issue",
			"service_level": f"Portal {frappe.generate_hash(length=6)}",
			"entity_type": "Customer",
			"entity": customer.name,
			"holiday_list": holidays.name,
			"apply_sla_for_resolution": 1,
			"enabled": 1,
			"default_priority": priority,
			"priorities": [
				{
					"priority": priority,
					"default_priority": 1,
					"response_time": 4 * 3600,
					"resolution_time": 8 * 3600,
				}
			],
			"sla_fulfilled_on": [{"status": "Resolved"}, {"status": "Closed"}],
			"pause_sla_on": [{"status": "Replied"}],
			"support_and_resolution": [
				{"workday": day, "start_time": "00:00:00", "end_time": "23:59:59"} for day in days
			],
		}
	)
	try:
		agreement.insert()
		issue = raised(visitor)
		assert issue.service_level_agreement == agreement.name and issue.response_by
		page = page_of(visitor, issue)
		assert "Agreed times" in page and "First answer" in page and "Solution" in page
		desk.reply("Issue", issue.name, "We look into it")
		frappe.db.commit()
		assert issue.reload().first_responded_on
		assert "in time" in page_of(visitor, issue)
		assert act(visitor, issue, "close").status_code == 303
		assert issue.reload().status == "Closed"
		assert act(visitor, issue, "reopen").status_code == 303
		assert issue.reload().status == "Open"
	finally:
		frappe.db.rollback()
		frappe.db.set_value("Service Level Agreement", agreement.name, "enabled", 0)
		frappe.db.set_single_value("Support Settings", "track_service_level_agreement", 0)
		frappe.db.commit()
		frappe.clear_cache()


def test_the_list_is_filtered_and_paged(visitor, customer):
	made = [
		frappe.get_doc(
			{
				"doctype": "Issue",
				"subject": f"Word{number}x 100%",
				"customer": customer.name,
				"raised_by": customer.email_id,
				"status": "Closed" if number % 3 == 0 else "Open",
			}
		).insert()
		for number in range(24)
	]
	page = visitor.get("/portal/issues").text
	assert page.count('class="cover"') == 20 and "1 to 20 of 24" in page
	assert visitor.get("/portal/issues?page=2").text.count('class="cover"') == 4
	assert visitor.get("/portal/issues?status=closed").text.count('class="cover"') == 8
	assert visitor.get("/portal/issues?status=open").text.count('class="cover"') == 16
	found = visitor.get("/portal/issues", query_string={"search": "word7x 100%"}).text
	assert found.count('class="cover"') == 1 and made[7].name in found
	assert (
		visitor.get("/portal/issues", query_string={"search": made[3].name}).text.count('class="cover"') == 1
	)
	nothing = visitor.get("/portal/issues", query_string={"search": "_%_no such"}).text
	assert "Nothing matches" in nothing


ODD_FILTERS = (
	"status=x",
	"type=x",
	"priority='--",
	"page=0",
	"page=x",
	"search=" + "x" * 141,
	"page=" + "9" * 40,
)


def test_an_odd_filter_is_refused(visitor):
	for query in ODD_FILTERS:
		assert visitor.get(f"/portal/issues?{query}").status_code == 400, query


def test_anothers_issue_is_not_found_by_any_way(visitor, new_client, customer):
	issue = raised(visitor)
	stranger = new_client()
	stranger.open_link(tokens.get_link(tokens.issue(factories.make_customer().name)))
	assert stranger.get(f"/portal/issues/{issue.name}").status_code == 404
	assert issue.name not in stranger.get("/portal/issues").text
	for action in ("reply", "close", "reopen"):
		response = stranger.submit(
			"/portal/issues", f"/portal/{action}-issue/{issue.name}", {"message": "x", "name": "y"}
		)
		assert response.status_code in (403, 404)
	fields = hidden_fields(stranger.get("/portal/new-issue").text)
	for action in ("reply", "close", "reopen"):
		path = f"/portal/{action}-issue/{issue.name}"
		assert stranger.post(path, {**fields, "message": "x", "name": "y"}).status_code == 404
	guest = new_client()
	assert guest.get(f"/portal/issues/{issue.name}").status_code == 403
	assert issue.reload().status == "Open"
	assert frappe.db.count("Communication", {"reference_name": issue.name}) == 1


def test_switched_off_there_are_no_issues(visitor, portal_settings):
	issue = raised(visitor)
	portal_settings(allow_support_issues=0)
	for path in ("/portal/issues", "/portal/new-issue", f"/portal/issues/{issue.name}"):
		assert visitor.get(path).status_code == 404
	assert "/portal/issues" not in visitor.get("/portal").text


def test_statements(visitor, customer):
	from development import measuring

	issue = raised(visitor)
	for path, most in (
		("/portal/issues", 12),
		(f"/portal/issues/{issue.name}", 15),
		("/portal/new-issue", 12),
	):
		count = measuring.count(lambda path=path: measuring.get_page(visitor, path))
		print("statements of", path, count)
		assert count <= most, path


def test_priorities_stand_in_the_order_in_which_they_were_made(db):
	names = [f"{word} {frappe.generate_hash(length=6)}" for word in ("Zero", "Middle", "Above all")]
	for place, name in enumerate(names):
		priority = frappe.get_doc({"doctype": "Issue Priority", "name": name}).insert()
		priority.db_set("creation", frappe.utils.add_days(None, place), update_modified=False)
	offered = issues.get_choices()["Issue Priority"]
	assert [name for name in offered if name in names] == names
	types = issues.get_choices()["Issue Type"]
	assert types == sorted(types)
