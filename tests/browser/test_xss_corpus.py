"""A corpus of hostile strings in every place a customer or staff can write, shown in a real browser, portal and Desk."""

import io
import json

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.desk import conversations as desk
from tests import factories
from tests.browser.test_conversations import LOG_IN
from tests.client import hidden_fields, path_of
from tests.factories import files
from tests.factories.users import PASSWORD, make_portal_user
from tests.factories.xss import CORPUS

WATCH = "window.pwnedBy = []; window.pwned = (by) => { window.pwnedBy.push(by); };"
# What would have run only after a click or a hover: none of it may be in the page.
ATTRIBUTES = """() => { const URLS = /^(href|src|action|formaction|data|poster|xlink:href)$/; return [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]
	.filter(({ name, value }) => (/^on/.test(name) && /pwned/.test(value)) || (URLS.test(name) && /^\\s*javascript:/i.test(value)))
	.map(({ name, value }) => `${element.tagName} ${name}=${value}`)); }"""


def watch(page):
	"""Note what runs: a call of ``pwned``, and every dialog."""
	page.add_init_script(WATCH)
	page.dialogs = []
	page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
	return page


def assert_inert(page, place):
	assert page.evaluate("window.pwnedBy") == [], place
	assert page.dialogs == [], place
	assert page.evaluate(ATTRIBUTES) == [], place
	assert "evil.example" not in page.url


def send(client, page, action, **data):
	fields = {**hidden_fields(client.get(page).text), **data}
	return client.post(action, data=fields, content_type="multipart/form-data")


@pytest.fixture
def written(http, portal_settings):
	"""Hostile strings everywhere: in names, messages, file names, issues, order numbers, item texts and the customer's name."""
	portal_settings(allow_support_issues=1)
	customer = factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")
	# As an import would leave it: past ERPNext's own cleaning of what is saved.
	customer.db_set("customer_name", f"{customer.name} <img src=x onerror=pwned('customer')>")
	item = factories.make_item(
		f"XSS {frappe.generate_hash(length=6)}",
		item_name="\"><img src=x onerror=pwned('item')>",
		description="<p>x</p>",
	)
	invoice = factories.make_sales_invoice(
		customer, items=[{"item_code": item.name, "rate": 5, "qty": 1}], do_not_submit=True
	)
	invoice.submit()
	frappe.db.set_value("Sales Invoice", invoice.name, "po_no", "<svg onload=pwned('po')>")
	frappe.db.set_value(
		"Sales Invoice Item",
		{"parent": invoice.name},
		{"description": "".join(CORPUS[:6]), "item_name": CORPUS[5]},
	)
	link = tokens.get_link(tokens.issue(customer.name))
	http.open_link(link)
	for key in frappe.cache.keys("*portal_limit*"):
		frappe.cache.delete(key)
	page = f"/portal/invoices/{invoice.name}"
	write = f"/portal/write/invoices/{invoice.name}"
	for start in range(0, len(CORPUS), 3):
		text = "\n\n".join(CORPUS[start : start + 3])
		name = CORPUS[start][:100]
		http.browser.delete_cookie("portal_name", domain=http.site)
		file_name = (
			CORPUS[start]
			.replace("/", "")
			.replace(chr(34), chr(39))
			.replace("\\", "")[:100]
			.replace("\u202e", "")
			+ ".png"
		)
		attached = [(io.BytesIO(files.make_image()), file_name)]
		response = send(http, page, write, message=text, name=name, files=attached)
		assert response.status_code == 303, (start, response.text)
	issues = []
	for start in range(0, len(CORPUS), 10):
		response = send(
			http,
			"/portal/new-issue",
			"/portal/new-issue",
			subject=CORPUS[start],
			message="\n".join(CORPUS[start : start + 10]),
			name="Ann",
		)
		assert response.status_code == 303, response.text
		issues.append(response.headers["Location"].partition("?")[0].rpartition("/")[2])
	frappe.db.rollback()
	desk.reply("Sales Invoice", invoice.name, "\n".join(CORPUS))
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "x",
			"sender": customer.email_id,
			"content": "\n".join(CORPUS),
			"reference_doctype": "Sales Invoice",
			"reference_name": invoice.name,
		}
	).insert()
	frappe.db.commit()
	return customer, invoice, issues, link


def test_the_corpus_is_inert_on_the_portal_and_in_desk(written, new_page):
	customer, invoice, issues, link = written
	page = watch(new_page())
	page.goto(path_of(link))
	places = [
		"/portal",
		"/portal/invoices",
		f"/portal/invoices/{invoice.name}?messages=all",
		"/portal/messages",
	]
	places += ["/portal/issues", "/portal/new-issue", *[f"/portal/issues/{name}" for name in issues]]
	for place in places:
		assert page.goto(place).status == 200
		page.wait_for_load_state("networkidle")
		assert_inert(page, place)
	page.goto(f"/portal/invoices/{invoice.name}?messages=all")
	said = page.locator(".said").inner_text()
	assert "<script>pwned(1)</script>" in said and "{{7*191}}" in said and "1337" not in said
	# a refusal shows again what was typed
	for text in CORPUS[:12]:
		page.goto(f"/portal/invoices/{invoice.name}")
		page.fill("#f-message", text)
		page.set_input_files(
			"#f-files", {"name": "x<img src=x onerror=pwned()>.exe", "mimeType": "x", "buffer": b"MZ"}
		)
		page.click("form.write button")
		page.wait_for_load_state("networkidle")
		assert page.locator("#f-message").input_value() == text.replace("\u202e", "")
		assert_inert(page, f"refused {text}")

	page = watch(new_page())
	page.goto("/login")
	page.evaluate(LOG_IN)
	for place in (
		f"/app/sales-invoice/{invoice.name}",
		f"/app/customer/{frappe.utils.quote(customer.name)}",
		*[f"/app/issue/{name}" for name in issues],
		"/app/issue",
		"/app/communication",
		"/app/todo",
	):
		page.goto(place)
		page.wait_for_load_state("networkidle")
		page.wait_for_function("window.cur_frm || window.cur_list", timeout=60000)
		page.wait_for_load_state("networkidle")
		assert_inert(page, place)
		if "sales-invoice" in place:
			page.wait_for_selector(".timeline-message-box", timeout=60000)
			assert_inert(page, f"{place}, its timeline")
			timeline = page.locator(".new-timeline").inner_text()
			assert "<script>pwned(1)</script>" in timeline
	page.goto("/app/notification-log")
	page.wait_for_load_state("networkidle")
	assert_inert(page, "the notifications")


FIELDS = ("address_line1", "address_line2", "city", "county", "state", "fax")


@pytest.fixture
def hostile_addresses(http):
	"""A customer whose website user wrote the corpus, and each of it as JSON, into addresses over Frappe's REST API."""
	customer = factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")
	http.sign_in(make_portal_user(customer), PASSWORD)
	http.get("/portal")  # where Frappe's own token is made
	texts = [*(json.dumps(text) for text in CORPUS), *CORPUS]
	for number, start in enumerate(range(0, len(texts), len(FIELDS))):
		values = dict(zip(FIELDS, texts[start:], strict=False))
		values |= {
			"address_title": f"Hostile {number}",
			"address_type": "Billing",
			"country": "United States",
		}
		values["links"] = [{"link_doctype": "Customer", "link_name": customer.name}]
		answer = http.write("POST", "/api/resource/Address", json=values)
		assert answer.status_code == 200, answer.text
	frappe.db.rollback()
	return customer


def test_what_a_website_user_writes_runs_nowhere_in_desk(hostile_addresses, new_page):
	page = watch(new_page())
	page.goto("/login")
	page.evaluate(LOG_IN)
	page.goto(f"/app/customer/{frappe.utils.quote(hostile_addresses.name)}")
	page.wait_for_selector(".address-box", state="attached", timeout=60000)
	page.wait_for_load_state("networkidle")
	assert_inert(page, "the customer's form")
	assert (
		page.evaluate(
			"document.querySelectorAll('.address-box link, .address-box style, .address-box img').length"
		)
		== 0
	)
	assert "‹script›pwned(1)‹/script›" in page.evaluate(
		"[...document.querySelectorAll('.address-box')].map((box) => box.textContent).join()"
	)
	for place in ("/app/address", f"/app/address/{frappe.utils.quote('Hostile 0-Billing')}"):
		page.goto(place)
		page.wait_for_function("window.cur_frm || window.cur_list", timeout=60000)
		page.wait_for_load_state("networkidle")
		assert_inert(page, place)
