"""Files of messages: what is taken, and who may have them."""

import io
import re

import frappe
import pytest
from PIL import Image

from customer_portal_ext.access import tokens
from customer_portal_ext.conversations import file_types
from customer_portal_ext.desk import conversations as desk
from tests import factories
from tests.client import hidden_fields
from tests.conftest import SETTINGS
from tests.factories import files
from tests.factories.users import PASSWORD, make_user

ATTACHMENT = re.compile(r'href="(/portal/download/attachments/[^"]+)"')
THUMBNAIL = re.compile(r'src="(/portal/download/thumbnails/[^"]+)"')


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer)


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def send(client, invoice, *attached, text="See the file"):
	"""Post a message with files: (name, content) each."""
	page = f"/portal/invoices/{invoice.name}"
	data = {
		**hidden_fields(client.get(page).text),
		"message": text,
		"name": "Ann",
		"files": [(io.BytesIO(content), name) for name, content in attached],
	}
	return client.post(
		f"/portal/write/invoices/{invoice.name}", data=data, content_type="multipart/form-data"
	)


def read_kept(invoice):
	"""The File records of an invoice's messages."""
	frappe.db.rollback()
	messages = frappe.get_all("Communication", {"reference_name": invoice.name}, pluck="name")
	return frappe.get_all(
		"File", {"attached_to_doctype": "Communication", "attached_to_name": ("in", messages or [""])}, ["*"]
	)


def send_image(client, invoice, name="photo.png"):
	"""The attachment's address after sending a picture of one colour."""
	assert send(client, invoice, (name, files.make_image(colour="#123456"))).status_code == 303
	return ATTACHMENT.findall(client.get(f"/portal/invoices/{invoice.name}").text)[-1]


# What is taken


TAKEN = (
	("plan.pdf", files.PDF, "application/pdf"),
	("photo.PNG", files.make_image(), "image/png"),
	("photo.jpeg", files.make_image("JPEG"), "image/jpeg"),
	("moving.gif", files.make_image("GIF"), "image/gif"),
	("photo.webp", files.make_image("WEBP"), "image/webp"),
	(
		"letter.docx",
		files.make_docx(),
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	),
	("letter.odt", files.make_odt(), "application/vnd.oasis.opendocument.text"),
	("all.zip", files.make_zip({"a.txt": "a"}), "application/zip"),
	("list.csv", "Größe,Farbe\n1,blau\n".encode(), "text/plain"),
)


def test_a_file_comes_back_as_it_was_sent(visitor, invoice):
	seen = set()
	for name, content, mimetype in TAKEN:
		assert send(visitor, invoice, (name, content)).status_code == 303, name
		(kept,) = (file for file in read_kept(invoice) if file.name not in seen)
		assert kept.is_private == 1 and kept.file_url.startswith("/private/files/"), name
		page = visitor.get(f"/portal/invoices/{invoice.name}").text
		(path,) = (path for path in ATTACHMENT.findall(page) if kept.name in path)
		response = visitor.get(path)
		assert response.status_code == 200 and response.data == content, name
		assert response.mimetype == mimetype, name
		assert response.headers["X-Content-Type-Options"] == "nosniff", name
		assert response.headers["Cache-Control"] == "no-store, private", name
		is_image = mimetype.startswith("image/")
		disposition = "inline" if is_image else "attachment"
		assert response.headers["Content-Disposition"].startswith(disposition), name
		if is_image:
			assert "sandbox" in response.headers["Content-Security-Policy"], name
		thumbnails = [path for path in THUMBNAIL.findall(page) if kept.name in path]
		assert (kept.file_name in page) and len(thumbnails) == int(is_image), name
		seen.add(kept.name)
	assert len(ATTACHMENT.findall(page)) == len(seen) == len(TAKEN)


def test_a_thumbnail_is_made_anew_from_the_pixels(visitor, invoice):
	hidden = files.make_image("JPEG", size=(2000, 1000)) + b"<script>alert(1)</script>"
	assert send(visitor, invoice, ("photo.jpg", hidden)).status_code == 303
	(path,) = THUMBNAIL.findall(visitor.get(f"/portal/invoices/{invoice.name}").text)
	for _again in range(2):
		response = visitor.get(path)
		assert response.mimetype == "image/jpeg" and b"script" not in response.data
		with Image.open(io.BytesIO(response.data)) as image:
			assert image.size == (320, 160)


NOT_TAKEN = (
	("photo.png", files.make_zip({"a": "a"}), "its content is not what its name says"),
	("plan.pdf", files.make_image(), "its content is not what its name says"),
	("photo.jpg", files.make_image("PNG"), "its content is not what its name says"),
	("photo.png", files.SVG, "files of this type are not accepted"),
	("photo.svg", files.SVG, "files of this type are not accepted"),
	("page.html", files.HTML, "files of this type are not accepted"),
	("notes.txt", files.HTML, "files of this type are not accepted"),
	("notes.txt", b"  \n<SVG onload=alert(1)>", "files of this type are not accepted"),
	("notes.txt", b"binary \x00\x01", "files of this type are not accepted"),
	("setup.exe", files.EXECUTABLE, "files of this type are not accepted"),
	("plan.pdf", files.EXECUTABLE, "files of this type are not accepted"),
	("slides.pptx", files.make_docx(), "its content is not what its name says"),
	("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "the image cannot be read"),
	("empty.txt", b"", "it is empty"),
	("../../site_config.txt", b"x", "its name is not a plain file name"),
	("..\\..\\windows.txt", b"x", "its name is not a plain file name"),
	("/etc/passwd.txt", b"x", "its name is not a plain file name"),
	("C:\\fakepath\\x.txt", b"x", "its name is not a plain file name"),
	("a\u202egpj.txt", b"x", "characters that cannot be seen"),
	("n" * 150 + ".txt", b"x", "longer than 140 characters"),
	("large.txt", b"x" * (10 * 1024 * 1024 + 1), "it is larger than 10 MB"),
)


def test_what_cannot_be_taken_is_refused_by_name_and_reason(visitor, invoice):
	for name, content, says in NOT_TAKEN:
		case = f"{name[:24]}: {says}"
		response = send(visitor, invoice, ("good.pdf", files.PDF), (name, content), text="Keep my text")
		assert response.status_code == 400, case
		assert says in response.text, case
		assert ">\nKeep my text</textarea>" in response.text, case
		assert read_kept(invoice) == [], case
		assert frappe.get_all("Communication", {"reference_name": invoice.name}) == [], case


def test_a_picture_too_large_to_decode_is_refused(visitor, invoice):
	bomb = files.make_image("PNG", size=(12000, 8000), colour="black")
	assert len(bomb) < 1024 * 1024
	response = send(visitor, invoice, ("huge.png", bomb))
	assert response.status_code == 400
	assert "too many pixels" in response.text or "cannot be read" in response.text


def test_two_hundred_files_are_refused(visitor, invoice):
	response = send(visitor, invoice, *[(f"{number}.txt", b"x") for number in range(200)])
	assert response.status_code == 400
	assert "Send at most 5 files with one message; these are 200." in response.text
	assert read_kept(invoice) == []


def test_a_file_of_25_megabytes_is_refused_by_frappe_itself(visitor, invoice):
	response = send(visitor, invoice, ("film.txt", b"x" * (25 * 1024 * 1024)))
	assert response.status_code == 413
	assert read_kept(invoice) == []
	# what a browser with JavaScript says before the file travels
	assert "data-together=" in visitor.get(f"/portal/invoices/{invoice.name}").text


BY_SETTINGS = (
	({"attachment_types": "pdf"}, "photo.png", files.make_image(), "files of this type are not accepted"),
	({"attachment_types": ""}, "plan.pdf", files.PDF, "Files cannot be sent here."),
	({"attachment_size": 1}, "a.txt", b"x" * (1024 * 1024 + 1), "it is larger than 1 MB"),
)


def test_the_settings_hold(visitor, invoice, portal_settings):
	usual = {
		field: frappe.get_single(SETTINGS).get(field) for field in ("attachment_types", "attachment_size")
	}
	for setting, name, content, says in BY_SETTINGS:
		portal_settings(**{**usual, **setting})
		response = send(visitor, invoice, (name, content))
		assert response.status_code == 400 and says in response.text, setting


def test_frappes_own_list_of_extensions_holds_too(visitor, invoice):
	before = frappe.db.get_single_value("System Settings", "allowed_file_extensions")
	frappe.db.set_single_value("System Settings", "allowed_file_extensions", "PNG")
	frappe.clear_cache()
	try:
		response = send(visitor, invoice, ("plan.pdf", files.PDF))
		assert response.status_code == 400 and "PDF is not allowed" in response.text
		assert read_kept(invoice) == []
	finally:
		frappe.db.rollback()
		frappe.db.set_single_value("System Settings", "allowed_file_extensions", before)
		frappe.db.commit()
		frappe.clear_cache()


DOORS = (
	("attachment_types", "pdf, svg"),
	("attachment_types", "html"),
	("attachment_types", "exe"),
	("attachment_size", 21),
	("attachment_size", -1),
	("attachment_count", 21),
)


def test_a_setting_that_would_open_a_door_is_refused(portal_settings):
	for field, value in DOORS:
		with pytest.raises(frappe.ValidationError):
			portal_settings(**{field: value})
			pytest.fail(f"{field} was taken: {value}")


def test_a_files_name_is_inert_on_disk_and_in_pages(visitor, invoice):
	name = '<img src=x onerror="alert(1)">\';{{7*7}}&amp;%2e%2e#?.pdf'
	assert send(visitor, invoice, (name.replace('"', "'"), files.PDF)).status_code == 303
	(kept,) = read_kept(invoice)
	assert not set("<>\"'&{}%#?;:/\\") & set(kept.file_name)
	assert kept.file_name.endswith(".pdf")


# Who may have them


def test_nobody_else_gets_a_file(visitor, new_client, customer, invoice):
	path = send_image(visitor, invoice)
	thumbnail = path.replace("attachments", "thumbnails")
	assert visitor.get(path).status_code == visitor.get(thumbnail).status_code == 200

	other = factories.make_customer()
	stranger = new_client()
	stranger.open_link(tokens.get_link(tokens.issue(other.name)))
	guest = new_client()
	for client, status in ((stranger, 404), (guest, 403)):
		for address in (path, thumbnail):
			response = client.get(address)
			assert response.status_code == status and b"PNG" not in response.data

	(kept,) = read_kept(invoice)
	for client in (stranger, guest, visitor):
		response = client.get(kept.file_url)
		assert response.status_code in (403, 404) and b"PNG" not in response.data
		response = client.get(f"/api/method/frappe.handler.download_file?file_url={kept.file_url}")
		assert response.status_code in (403, 404) and b"PNG" not in response.data
		for doctype in ("File", "Communication"):
			assert client.get(f"/api/resource/{doctype}").status_code == 403
	website_user = make_user()
	guest.sign_in(website_user, PASSWORD)
	assert guest.get(kept.file_url).status_code in (403, 404)
	assert guest.get(path).status_code == 403


def test_an_ended_visit_gets_no_file(visitor, customer, invoice):
	path = send_image(visitor, invoice)
	token = tokens.get_active(customer.name)
	token.db_set("expires_on", frappe.utils.add_to_date(None, seconds=-1))
	assert visitor.get(path).status_code == 403
	token.db_set("expires_on", frappe.utils.add_days(None, 1))
	assert visitor.get(path).status_code == 200
	tokens.revoke(token.name)
	assert visitor.get(path).status_code == 403


def test_a_documents_link_gets_the_files_of_that_document_alone(visitor, new_client, customer, invoice):
	other = factories.make_sales_invoice(customer)
	mine, theirs = send_image(visitor, invoice), send_image(visitor, other, "other.png")
	scoped = tokens._insert(
		customer.name,
		tokens.get_expiry(None),
		scope=tokens.ONE_DOCUMENT,
		document_type="Sales Invoice",
		document_name=invoice.name,
	)
	holder = new_client()
	holder.get(tokens.get_link(scoped))
	assert holder.get(mine).status_code == 200
	assert holder.get(theirs).status_code == 404
	page = holder.get(f"/portal/invoices/{invoice.name}")
	assert page.status_code == 200 and "<textarea" in page.text
	assert holder.get("/portal/messages").status_code == 404
	for path in ("/portal/write", f"/portal/write/invoices/{other.name}"):
		response = holder.submit(f"/portal/invoices/{invoice.name}", path, {"message": "x", "name": "y"})
		assert response.status_code == 404


def test_a_file_that_is_no_part_of_what_the_customer_may_read_is_not_served(visitor, customer, invoice):
	def attach(doctype, name):
		return frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=6)}.txt",
				"content": "INTERNAL",
				"is_private": 1,
				"attached_to_doctype": doctype,
				"attached_to_name": name,
			}
		).insert()

	internal = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Phone",
			"subject": "x",
			"content": "x",
			"reference_doctype": "Sales Invoice",
			"reference_name": invoice.name,
		}
	).insert()
	for file in (attach("Sales Invoice", invoice.name), attach("Communication", internal.name)):
		assert visitor.get(f"/portal/download/attachments/{file.name}").status_code == 404
	for guess in ("", "x", "../../site_config.json", "%2e%2e%2fsite_config.json", "a'--", "0" * 5000):
		assert visitor.get(f"/portal/download/attachments/{guess}").status_code == 404


def test_a_file_has_one_name(visitor, invoice):
	"""To the database, another case or an accent is no difference."""
	path = send_image(visitor, invoice)
	folder, _slash, name = path.rpartition("/")
	for other in {name.upper(), name.replace("a", "á"), name.replace("e", "é")} - {name}:
		for address in (f"{folder}/{other}", f"{folder}/{other}".replace("attachments", "thumbnails")):
			response = visitor.get(address)
			assert response.status_code == 404 and b"PNG" not in response.data, address
	assert visitor.get(path).status_code == 200


def test_a_file_record_that_points_outside_is_not_followed(visitor, customer, invoice):
	send_image(visitor, invoice)
	(kept,) = read_kept(invoice)
	for url in ("/private/files/../../site_config.json", "/private/files/none.png", "https://evil.example/x"):
		frappe.db.set_value("File", kept.name, "file_url", url)
		response = visitor.get(f"/portal/download/attachments/{kept.name}")
		assert response.status_code == 404 and b"db_password" not in response.data


def test_a_page_that_staff_attach_is_only_ever_saved(visitor, invoice):
	for name, content in (("page.html", files.HTML), ("drawing.svg", files.SVG)):
		file = frappe.get_doc(
			{"doctype": "File", "file_name": name, "content": content, "is_private": 1}
		).insert()
		desk.reply("Sales Invoice", invoice.name, f"See {name}", [file.name])
	frappe.db.commit()
	paths = ATTACHMENT.findall(visitor.get(f"/portal/invoices/{invoice.name}").text)
	assert len(paths) == 2
	for path in paths:
		response = visitor.get(path)
		assert response.status_code == 200
		assert response.headers["Content-Disposition"].startswith("attachment;")
		assert response.mimetype == "application/octet-stream"
		assert visitor.get(path.replace("attachments", "thumbnails")).status_code == 404


def test_a_withdrawn_document_takes_its_files_along(visitor, customer, invoice):
	path = send_image(visitor, invoice)
	invoice.reload().cancel()
	assert visitor.get(path).status_code == 404


@pytest.mark.parametrize(
	("content", "key"),
	[
		(files.PDF, "pdf"),
		(files.make_image("JPEG"), "jpg"),
		(files.make_docx(), "docx"),
		(files.make_zip({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "xlsx"),
		(files.make_odt(), "odt"),
		(b"PK\x03\x04 not a zip", None),
		(files.SVG, None),
		(b"\xef\xbb\xbf<html>", None),
		(b"plain text", "txt"),
	],
)
def test_what_a_file_is(content, key):
	assert file_types.detect(content) == key
