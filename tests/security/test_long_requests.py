"""What is sent to Frappe's and ERPNext's own functions, past the portal's pages: too long is refused before anything reads it,
and what reads it takes time that is linear in it."""

import json
import time

import frappe
import pytest

from customer_portal_ext.access import request_lengths
from tests.factories.foreign import make_party
from tests.factories.users import PASSWORD, make_user
from tests.security.test_link_placeholders import CONTACT_FORM

MANY = 160_000
# of this process, whatever else runs; what was found took from ten seconds to minutes
SECONDS = 3


@pytest.fixture
def client(db, new_client, portal_settings):
	portal_settings(allow_support_issues=1, allow_account_changes=1)
	return new_client().sign_in_for_rest(make_party().user, PASSWORD)


@pytest.fixture
def in_time():
	started = time.process_time()
	yield
	assert time.process_time() - started < SECONDS


def test_the_address_of_a_file(http, client, in_time):
	address = "%" + "25" * (MANY // 2)
	assert http.post("/api/method/upload_file", data={"file_url": address}).status_code == 417
	assert client.call("upload_file", file_url=address[:19_000]).status_code == 403
	made = client.write("POST", "/api/resource/Contact", json={"first_name": "A", "image": address[:19_000]})
	assert made.status_code == 403


@pytest.mark.parametrize("path", ["method/frappe.client.get_list?doctype=Address&", "resource/Address?"])
def test_a_sort_order(client, path, in_time):
	order = f"name{' ' * 60_000}x"
	assert client.get(f"/api/{path}order_by={order}").status_code == 417
	assert client.get(f"/api/{path}order_by={order[:900]}x").status_code == 403
	for kept in ("name desc", "name   ASC , city"):
		assert client.get(f"/api/{path}order_by={kept}").status_code == 200, kept


def test_a_sort_order_is_read_in_one_pass(db, in_time):
	from customer_portal_ext.access.listed_fields import require_listed

	for order in (f"name{' ' * MANY}x", " " * MANY, ", " * MANY):
		with pytest.raises(frappe.PermissionError):
			require_listed("Sales Invoice", {"order_by": order})


@pytest.mark.parametrize("text", ["<", "<a ", "<b>", "&nbsp;", "/portal/join/a.b.c ", "&#", "a@", "a"])
def test_the_contact_form(http, text, in_time):
	fitting = text * (request_lengths.LONGEST_MESSAGE // len(text))
	values = {"sender": "somebody@example.com", "message": fitting, "subject": "x"}
	assert http.post(CONTACT_FORM, data=values).status_code == 200
	for name in ("message", "subject", "sender"):
		answer = http.post(CONTACT_FORM, data={**values, name: text * MANY})
		assert answer.status_code == 417, name


def test_an_address_of_a_person(client, http, new_client, in_time):
	for value in ("a" * MANY, f"data:text/plain;base64,{'a' * MANY}"):
		answer = client.write("POST", "/api/resource/Address", json={"address_title": "x", "email_id": value})
		assert answer.status_code == 417
		nested = json.dumps({"email_id": value})
		answer = client.write("POST", "/api/resource/Address", data={"data": nested})
		assert answer.status_code == 417
		assert (
			http.post("/api/method/frappe.core.doctype.user.user.sign_up", data={"email": value}).status_code
			== 417
		)
	other = new_client().sign_in_for_rest(make_user(), PASSWORD)
	assert (
		other.call(
			"frappe.core.doctype.user.user.test_password_strength", new_password="a" * MANY
		).status_code
		== 417
	)


def test_a_web_forms_file_may_be_as_long_as_it_is(db):
	file = f"photo.png,data:image/png;base64,{'A' * 1_000_000}"
	sent = {
		"web_form": "x",
		"data": json.dumps({"subject": "Broken", "attachment": file, "user_image": file}),
	}
	request_lengths.check("frappe.website.doctype.web_form.web_form.accept", sent)
	sent["data"] = json.dumps({"subject": "Broken", "description": "A" * 1_000_000})
	with pytest.raises(frappe.ValidationError):
		request_lengths.check("frappe.website.doctype.web_form.web_form.accept", sent)


def test_staff_and_other_apps_send_what_they_like(db, new_client):
	staff = new_client()
	staff.sign_in_for_rest(make_user("System Manager"), PASSWORD)
	made = staff.write(
		"POST", "/api/resource/Note", json={"title": frappe.generate_hash(), "content": "a " * MANY}
	)
	assert made.status_code == 200
	request_lengths.check("shop.webhooks.receive", {"order": "a" * MANY})
