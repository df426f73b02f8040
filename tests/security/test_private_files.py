"""Private files of the site: naming one in a document, or having sent another, opens none."""

import io
import os

import frappe
import pytest

from customer_portal_ext.quotes import signed_pdf
from tests.factories import files, make_customer, make_quotation
from tests.factories.foreign import deny, make_party
from tests.factories.users import PASSWORD, make_user

ADDRESS = {
	"address_type": "Shipping",
	"address_line1": "7 Harbour Road",
	"city": "Oakland",
	"country": "United States",
}


@pytest.fixture
def own(db, portal_settings):
	portal_settings(allow_support_issues=1, allow_account_changes=1)
	return make_party()


@pytest.fixture
def client(new_client, own):
	return new_client().sign_in_for_rest(own.user, PASSWORD)


@pytest.fixture
def private(db):
	"""A file of staff's, attached to a document of nobody's customer, and one attached to nothing."""
	note = frappe.get_doc({"doctype": "ToDo", "description": "Internal"}).insert()
	return [
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"O'Brien {frappe.generate_hash(length=8)}.txt",
				"content": f"INTERNAL {frappe.generate_hash(length=8)}",
				"is_private": 1,
				**attached,
			}
		).insert()
		for attached in ({"attached_to_doctype": "ToDo", "attached_to_name": note.name}, {})
	]


def spell(address):
	"""The ways to write a private file's address."""
	name = address.rpartition("/")[2]
	return (
		address,
		address.replace("'", "%27"),
		f"/private/files/./{name}",
		f"/private/files/%2e/{name}",
		f"/private/files/%252e/{name}",
		f"/private/files/{name.upper()}",
		f"/files/../../private/files/{name}",
		f"/files/%2e%2e/%2e%2e/private/files/{name}",
		f"/private/files/x/../{name}",
		frappe.utils.get_url(address),
	)


def rest(client, method, path, **values):
	return client.write(method, f"/api/resource/{path}", json=values)


def upload(client, name, content, **values):
	data = {"file": (io.BytesIO(content), name), "is_private": "1", **values}
	return client.write("POST", "/api/method/upload_file", data=data, content_type="multipart/form-data")


def assert_nobody_got(client, file):
	frappe.db.rollback()
	name = file.file_url.rpartition("/")[2]
	records = frappe.get_all("File", {"file_url": ("like", f"%{name}")}, ["name", "attached_to_name"])
	assert [tuple(record.values()) for record in records] == [(file.name, file.attached_to_name)]
	content = file.get_content().encode()
	for address in (*spell(file.file_url), f"/files/{name}"):
		response = client.get(address)
		assert response.status_code in (403, 404) and content not in response.data, address


def test_a_document_names_no_file_that_its_writer_may_not_read(client, private):
	made = rest(client, "POST", "Contact", first_name="Own")
	assert made.status_code == 200, made.text
	contact = made.json["data"]["name"]
	for file in private:
		for address in (*spell(file.file_url), "/private/files/there-is-none.txt"):
			for method, path in (("POST", "Contact"), ("PUT", f"Contact/{contact}")):
				answer = rest(client, method, path, first_name="Own", image=address)
				assert answer.status_code == 403, f"{method} {address}"
		# as often as a web form may be sent
		values = {"name": client.user, "first_name": "Ada", "user_image": file.file_url}
		assert client.fill_in("edit-profile", **values).status_code == 403
		assert_nobody_got(client, file)


def test_a_record_of_a_file_is_not_made_of_its_address(client, private, new_client, portal_settings):
	portal_settings(restrict_methods=0)
	others = new_client().sign_in_for_rest(make_user("Supplier"), PASSWORD)
	for sender in (client, others):
		mine = upload(sender, "mine.txt", b"mine").json["message"]["name"]
		for file in private:
			for address in spell(file.file_url):
				for answer in (
					rest(sender, "POST", "File", file_name="a.txt", file_url=address, is_private=1),
					rest(sender, "POST", "File", file_name="a.txt", file_url=address, content=",", decode=1),
					rest(sender, "PUT", f"File/{mine}", file_url=address),
					sender.call("upload_file", file_url=address, file_name="a.txt", is_private=1),
				):
					assert answer.status_code in (403, 417), address
			assert_nobody_got(sender, file)


def test_a_guest_who_may_upload_sends_no_address(http, private):
	frappe.db.set_single_value("System Settings", "allow_guests_to_upload_files", 1)
	frappe.clear_cache()
	try:
		for file in private:
			for address in spell(file.file_url):
				answer = http.post(
					"/api/method/upload_file", data={"file_url": address, "file_name": "a.txt"}
				)
				assert answer.status_code == 403, address
			assert_nobody_got(http, file)
	finally:
		frappe.db.rollback()
		frappe.db.set_single_value("System Settings", "allow_guests_to_upload_files", 0)
		frappe.db.commit()
		frappe.clear_cache()


@pytest.fixture
def guests_may_upload(db):
	frappe.db.set_single_value("System Settings", "allow_guests_to_upload_files", 1)
	frappe.db.commit()
	frappe.clear_cache()
	yield
	frappe.db.rollback()
	frappe.db.set_single_value("System Settings", "allow_guests_to_upload_files", 0)
	frappe.db.commit()
	frappe.clear_cache()


def get_senders(client, new_client, http):
	others = [new_client().sign_in_for_rest(make_user(*roles), PASSWORD) for roles in ((), ("Supplier",))]
	for other in others:
		other.get("/me")  # a page of Frappe's, which makes its token
	return (client, http, *others)


def send(sender, path, **sent):
	"""Guests have no token of Frappe's."""
	is_guest = not hasattr(sender, "user")
	return sender.post(path, **sent) if is_guest else sender.write("POST", path, **sent)


def test_an_address_of_the_site_twice_over_opens_nothing(
	guests_may_upload, client, new_client, http, private
):
	"""Frappe takes its own address off as it keeps a record, and once more as it reads the file."""
	site = frappe.utils.get_url()
	conf = "/private/files/../../site_config.json"
	paths = [conf, conf.replace("private/", ""), *(file.file_url for file in private)]
	for sender in get_senders(client, new_client, http):
		for path in paths:
			for address in (f"{site}{site}{path}", f"{site}{site}{site}{path}", f"{site}{path}"):
				sent = sender.write(
					"POST", "/api/method/upload_file", data={"file_url": address, "is_private": 0}
				)
				assert sent.status_code in (403, 417), (address, sent.text)
				for asked in (path, f"{site}{path}", address):
					got = sender.get(f"/api/method/download_file?file_url={asked}")
					assert b"encryption_key" not in got.data and b"INTERNAL" not in got.data, address


@pytest.mark.parametrize("kept", ["{site}{path}", "{path}", ""])
def test_a_record_that_was_made_before_leads_nowhere(client, own, private, kept):
	"""Whoever asks: it may be public by now."""
	for path in (
		"/private/files/../../site_config.json",
		"/files/../../site_config.json",
		private[1].file_url,
	):
		name = frappe.generate_hash(length=10)
		url = kept.format(site=frappe.utils.get_url(), path=path)
		values = {"file_name": path.rpartition("/")[2], "file_url": url, "is_private": 0 if url else 1}
		file = frappe.get_doc({"doctype": "File", "name": name, "owner": own.user, **values})
		file.db_insert()
		file.db_set("owner", own.user)
		frappe.db.commit()
		if url != private[1].file_url:
			got = client.get(f"/api/method/download_file?file_url={url}&fid={name}")
			assert b"encryption_key" not in got.data and b"INTERNAL" not in got.data, url
			with pytest.raises(frappe.PermissionError):
				frappe.get_doc("File", name).get_content()
		frappe.db.delete("File", {"name": name})
	frappe.db.commit()


def test_a_file_is_not_taken_by_its_name_alone(guests_may_upload, client, new_client, http, private):
	for sender in get_senders(client, new_client, http):
		for file in private:
			for name in (file.file_name, "there-is-none.txt"):
				values = {"file_name": name, "is_private": "1"}
				for further in ({}, {"file_url": ""}):
					sent = send(sender, "/api/method/upload_file", data={**values, **further})
					assert sent.status_code == 403, (name, sent.text)
					made = send(sender, "/api/resource/File", json={**values, **further})
					assert made.status_code == 403, (name, made.text)
			for method in ("download_file", "frappe.core.doctype.file.file.download_file"):
				assert b"INTERNAL" not in sender.get(f"/api/method/{method}?file_url=").data


def test_files_of_ones_own_are_named(client, own):
	"""As the website's forms do it: the file is sent first, for a document that is not there yet or for none."""
	for values in ({}, {"doctype": "Contact", "docname": "new-contact-1", "fieldname": "image"}):
		mark = frappe.generate_hash(length=6)
		# a colour of its own: Frappe keeps one file for equal ones, under the first's name
		picture = files.make_image(colour=f"#{mark}")
		sent = upload(client, f"O'Brien & {mark}.png", picture, **values)
		assert sent.status_code == 200, sent.text
		address = sent.json["message"]["file_url"]
		assert address == f"/private/files/O’Brien & {mark}.png"
		assert not os.path.exists(frappe.get_site_path("private", "files", f"O'Brien & {mark}.png"))
		made = rest(client, "POST", "Contact", first_name="Own", image=address)
		assert made.status_code == 200, made.text
		assert client.get(address).data.startswith(b"\x89PNG")
		frappe.db.rollback()
		assert frappe.db.exists("File", {"file_url": address, "attached_to_name": made.json["data"]["name"]})
		# and it stays there when something else is changed
		contact = made.json["data"]["name"]
		assert (
			rest(client, "PUT", f"Contact/{contact}", designation="Buyer", image=address).status_code == 200
		)
	for address in ("https://pictures.example/a.png", "/files/logo.png"):
		assert rest(client, "POST", "Contact", first_name="Own", image=address).status_code in (200, 417), (
			address
		)
	picture = upload(client, "me.png", files.make_image(colour="red"), is_private="0").json["message"][
		"file_url"
	]
	changed = client.fill_in("edit-profile", name=client.user, first_name="Ada", user_image=picture)
	assert changed.status_code == 200, changed.text


def test_the_address_of_a_signed_pdf_cannot_be_guessed(db):
	quotation = make_quotation(make_customer()).name
	content = files.PDF + frappe.generate_hash().encode()
	file = frappe.get_doc("File", signed_pdf.attach(frappe._dict(quotation=quotation), content))
	assert file.file_name == f"{quotation}-signed.pdf"
	assert not file.file_url.startswith(f"/private/files/{quotation}") and file.exists_on_disk()


def test_a_file_is_served_by_the_very_address_it_has(client, private):
	"""The disk knows upper from lower case, MariaDB does not."""
	for file in private:
		name = file.file_url.rpartition("/")[2]
		mine = frappe.generate_hash().encode()  # Frappe keeps what it has already once
		sent = upload(client, name.swapcase(), mine)
		assert sent.json["message"]["file_url"] == f"/private/files/{name.swapcase()}".replace("'", "’")
		assert client.get(sent.json["message"]["file_url"]).data == mine
		assert client.get(file.file_url).status_code in (403, 404)


def test_who_sent_a_file_has_it_no_longer_than_what_it_is_attached_to(client, own, portal_settings):
	name, mine = f"{frappe.generate_hash(length=6)}.txt", frappe.generate_hash().encode()
	issue = own.name_of("Issue")
	sent = upload(client, name, mine, doctype="Issue", docname=issue)
	if sent.status_code != 200:  # as a website user's rights may be; their file all the same
		sent = upload(client, name, mine)
		values = {"attached_to_doctype": "Issue", "attached_to_name": issue}
		frappe.db.set_value("File", sent.json["message"]["name"], values)
	address = sent.json["message"]["file_url"]
	assert client.get(address).data == mine
	deny(own, "issues")
	assert client.get(address).status_code in (403, 404)
	portal_settings(enabled=0)
	assert client.get(address).status_code in (403, 404)


def test_a_project_is_shown_as_long_as_its_customer_may_be_seen(client, own, portal_settings):
	project = frappe.get_doc(
		{
			"doctype": "Project",
			"project_name": f"Project {own.mark}",
			"customer": own.customer.name,
			"company": frappe.db.get_value("Company", {}),
			"users": [{"user": own.user, "welcome_email_sent": 1}],
		}
	).insert()
	page = f"/projects?project={project.name}"
	shown = client.get(page)
	assert shown.status_code == 200 and own.mark in shown.text
	portal_settings(enabled=0)
	shown = client.get(page)
	assert shown.status_code == 403 and own.mark not in shown.text
	portal_settings(enabled=1)
	own.customer.db_set("disabled", 1)
	assert own.mark not in client.get(page).text
