"""A quotation answered in Chromium: signed with the mouse and by typing, shared, declined; and staff's side in Desk."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.quotes import signature
from tests import factories
from tests.client import path_of
from tests.factories import answers

LOG_IN = """() => fetch("/api/method/login", {
	method: "POST",
	body: new URLSearchParams({ usr: "Administrator", pwd: "admin" }),
}).then((answer) => { if (!answer.ok) throw new Error(answer.status) })"""


@pytest.fixture
def link(customer, portal_settings):
	portal_settings(**answers.SETTINGS)
	link = path_of(tokens.get_link(tokens.issue(customer.name)))
	frappe.db.commit()
	return link


def make_quotation(customer, **fields):
	quotation = factories.make_quotation(customer, terms="<p>Net 30 days</p>", **fields)
	frappe.db.commit()
	return quotation


def get_response(quotation):
	frappe.db.rollback()
	return frappe.get_last_doc("Portal Quotation Response", {"quotation": quotation.name})


def collect_complaints(page):
	"""What the scripts threw and the policy stopped; a site without a favicon is none of it."""
	complaints = []

	def hear(message):
		if message.type == "error" and not message.text.startswith("Failed to load resource"):
			complaints.append(message.text)

	page.on("console", hear)
	page.on("pageerror", lambda error: complaints.append(str(error)))
	return complaints


@pytest.mark.parametrize("width", [390, 1280])
def test_accept_with_a_drawn_signature(new_page, customer, link, width):
	quotation = make_quotation(customer)
	page = new_page(width=width)
	complaints = collect_complaints(page)
	page.goto(link)
	page.goto(f"/portal/quotations/{quotation.name}")
	page.get_by_role("link", name="Accept and order").click()
	page.get_by_text("Net 30 days").wait_for()
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
	page.get_by_label("Your name", exact=True).fill("Ann Buyer")
	page.get_by_label("Your e-mail address").fill("ann@example.com")
	page.get_by_label("Your purchase order number").fill("PO 9")
	canvas = page.locator("canvas")
	canvas.scroll_into_view_if_needed()
	box = canvas.bounding_box()
	page.mouse.move(box["x"] + 20, box["y"] + 30)
	page.mouse.down()
	page.mouse.move(box["x"] + 120, box["y"] + 120, steps=8)
	page.mouse.move(box["x"] + 200, box["y"] + 40, steps=8)
	page.mouse.up()
	page.get_by_role("button", name="Accept and order").click()
	page.get_by_text("Thank you. The quotation is accepted").wait_for()
	page.get_by_text("Accepted by Ann Buyer").wait_for()
	assert page.get_by_role("link", name="Accept and order").count() == 0
	response = get_response(quotation)
	assert (response.answer, response.po_no, response.signature_kind) == ("Accepted", "PO 9", "Drawing")
	assert len(signature.read_drawing(response.signature)) > 500
	assert complaints == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_accept_by_keyboard_alone(new_page, customer, link, javascript):
	quotation = make_quotation(customer)
	page = new_page(java_script_enabled=javascript)
	page.goto(link)
	page.goto(f"/portal/accept/{quotation.name}")
	page.get_by_label("Your name", exact=True).focus()
	page.keyboard.type("Ann Buyer")
	page.keyboard.press("Tab")
	page.keyboard.press("Control+a")
	page.keyboard.type("ann@example.com")
	page.get_by_label("Or type your name as your signature").focus()
	page.keyboard.type("Ann Buyer")
	page.keyboard.press("Enter")
	page.get_by_text("Thank you. The quotation is accepted").wait_for()
	assert get_response(quotation).typed_signature == "Ann Buyer"


def test_a_drawing_survives_a_refusal(new_page, customer, link):
	quotation = make_quotation(customer)
	page = new_page()
	page.goto(link)
	page.goto(f"/portal/accept/{quotation.name}")
	page.get_by_label("Your name", exact=True).fill("Ann Buyer")
	page.get_by_label("Your e-mail address").fill("ann@nowhere")
	canvas = page.locator("canvas")
	canvas.scroll_into_view_if_needed()
	box = canvas.bounding_box()
	page.mouse.move(box["x"] + 20, box["y"] + 30)
	page.mouse.down()
	page.mouse.move(box["x"] + 220, box["y"] + 120, steps=8)
	page.mouse.up()
	page.get_by_role("button", name="Accept and order").click()
	page.get_by_text("Nothing was ordered.").wait_for()
	assert page.get_by_label("Your name", exact=True).input_value() == "Ann Buyer"
	page.get_by_label("Your e-mail address").fill("ann@example.com")
	page.get_by_role("button", name="Accept and order").click()
	page.get_by_text("Thank you. The quotation is accepted").wait_for()
	assert get_response(quotation).signature_kind == "Drawing"


INK = """(canvas) => {
	const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
	let left = canvas.width, right = -1, count = 0;
	for (let at = 3; at < pixels.length; at += 4) {
		if (!pixels[at]) continue;
		const x = ((at - 3) / 4) % canvas.width;
		left = Math.min(left, x);
		right = Math.max(right, x);
		count += 1;
	}
	const sent = canvas.closest("[data-signature]").querySelector("input").value === canvas.toDataURL("image/png");
	return { count, left: left / canvas.width, right: right / canvas.width, sent };
}"""


def stroke(page, start, end):
	"""A line across the box, in parts of its width."""
	canvas = page.locator("canvas")
	canvas.scroll_into_view_if_needed()
	box = canvas.bounding_box()
	page.mouse.move(box["x"] + box["width"] * start, box["y"] + 30)
	page.mouse.down()
	page.mouse.move(box["x"] + box["width"] * end, box["y"] + 90, steps=8)
	page.mouse.up()


def test_what_is_seen_in_the_box_is_what_is_sent_however_the_phone_is_turned(new_page, customer, link):
	quotation = make_quotation(customer)
	page = new_page(width=390, height=844)
	page.goto(link)
	page.goto(f"/portal/accept/{quotation.name}")
	page.get_by_label("Your name", exact=True).fill("Ann Buyer")
	page.get_by_label("Your e-mail address").fill("ann@nowhere")
	stroke(page, 0.1, 0.5)
	page.get_by_role("button", name="Accept and order").click()
	page.get_by_text("Nothing was ordered.").wait_for()
	canvas = page.locator("canvas")
	page.wait_for_function("document.querySelector('[data-signature] canvas').width > 0")
	before = canvas.evaluate(INK)
	assert before["count"] > 50 and before["sent"]
	for width, height in ((844, 390), (390, 844), (844, 390), (390, 844)):
		page.set_viewport_size({"width": width, "height": height})
		page.wait_for_function(
			"(() => { const box = document.querySelector('canvas'); return box.width === box.clientWidth })()"
		)
		after = canvas.evaluate(INK)
		assert after["count"] > before["count"] / 2 and after["sent"]
	stroke(page, 0.6, 0.9)
	both = canvas.evaluate(INK)
	assert both["sent"] and both["left"] < 0.2 and both["right"] > 0.8
	for width, height in ((844, 390), (390, 844)):
		page.set_viewport_size({"width": width, "height": height})
		page.wait_for_function(
			"(() => { const box = document.querySelector('canvas'); return box.width === box.clientWidth })()"
		)
	turned = canvas.evaluate(INK)
	assert turned["sent"] and turned["left"] < 0.2 and turned["right"] > 0.8
	page.get_by_role("button", name="Clear").click()
	assert page.locator("input[name=signature]").input_value() == ""
	assert canvas.evaluate(INK)["count"] == 0


def test_choosing_an_alternative_shows_its_total(new_page, customer, link):
	names = [factories.make_item(code).name for code in ("Test Basic", "Test Comfort")]
	quotation = make_quotation(
		customer,
		items=[
			{"item_code": names[0], "qty": 2, "rate": 100},
			{"item_code": names[1], "qty": 2, "rate": 150, "is_alternative": 1},
		],
	)
	page = new_page()
	page.goto(link)
	page.goto(f"/portal/accept/{quotation.name}")
	assert "$200.00" in page.locator(".sum").inner_text()
	page.get_by_label("Test Comfort").check()
	page.locator(".sum", has_text="$300.00").wait_for()
	form = page.locator("form", has=page.get_by_role("button", name="Accept and order"))
	assert "for $300.00" in form.inner_text()


def test_decline_with_a_reason(new_page, customer, link):
	quotation = make_quotation(customer)
	page = new_page(width=390)
	page.goto(link)
	page.goto(f"/portal/quotations/{quotation.name}")
	page.get_by_role("link", name="Decline").click()
	page.get_by_label("In your own words").fill("<img src=x onerror=alert(1)> too dear")
	page.get_by_label("Your name").fill("Ann Buyer")
	page.get_by_role("button", name="Decline the quotation").click()
	page.get_by_text("Declined by Ann Buyer").wait_for()
	assert quotation.reload().status == "Lost"


def test_staff_see_the_answer_and_copy_the_approval_link(new_page, customer, link):
	answered, open_one = make_quotation(customer), make_quotation(customer)
	visitor = new_page()
	visitor.goto(link)
	visitor.goto(f"/portal/decline/{answered.name}")
	visitor.get_by_label("In your own words").fill("<img src=x onerror=\"document.title='hit'\">")
	visitor.get_by_label("Your name").fill("Ann <b>Buyer")
	visitor.get_by_role("button", name="Decline the quotation").click()
	visitor.get_by_text("Declined by Ann").wait_for()
	page = new_page()
	page.goto("/login")
	page.evaluate(LOG_IN)
	page.goto(f"/app/quotation/{answered.name}")
	page.get_by_text("Declined on the portal by").first.wait_for(timeout=90000)
	assert "hit" not in page.title() and page.locator("img[src=x]").count() == 0
	page.goto(f"/app/quotation/{open_one.name}")
	page.get_by_role("button", name="Portal").first.click(timeout=90000)
	with page.expect_response("**/*copy_approval_link") as answer:
		page.get_by_text("Copy Approval Link").first.click()
	copied = answer.value.json()["message"]["link"]
	colleague = new_page()
	colleague.goto(path_of(copied))
	colleague.get_by_role("link", name="Accept and order").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("end", ["staff submit it", "staff delete it"])
def test_what_was_accepted_is_being_checked_until_staff_decide(new_page, customer, link, width, end):
	quotation = make_quotation(customer, items=[{"qty": 3, "rate": 120.5}])
	page = new_page(width=width)
	complaints = collect_complaints(page)
	page.goto(link)
	page.goto(f"/portal/accept/{quotation.name}")
	page.get_by_label("Your name", exact=True).fill("Ann Buyer")
	page.get_by_label("Your e-mail address").fill("ann@example.com")
	page.get_by_label("Or type your name as your signature").fill("Ann Buyer")
	page.get_by_role("button", name="Accept and order").click()
	page.get_by_text("is being checked. We confirm it").wait_for()
	assert page.locator("header .status, .text .status").first.inner_text() == "Accepted"
	order = frappe.get_doc("Sales Order", get_response(quotation).sales_order)
	page.get_by_role("link", name=order.name).click()
	page.get_by_text("We are checking this order").wait_for()
	page.get_by_text("Being checked", exact=True).wait_for()
	assert "361.50" in page.locator(".sum").inner_text()
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
	page.goto("/portal")
	page.get_by_text("Nothing needs your attention.").wait_for()
	if end == "staff submit it":
		order.submit()
		frappe.db.commit()
		page.goto("/portal/orders")
		page.get_by_role("link", name=order.name).click()
		page.get_by_text("Confirmed", exact=True).wait_for()
		assert page.get_by_text("We are checking this order").count() == 0
	else:
		frappe.delete_doc("Sales Order", order.name)
		frappe.db.commit()
		page.goto("/portal/orders")
		page.get_by_text("No orders yet").wait_for()
		page.goto(f"/portal/quotations/{quotation.name}")
		page.get_by_text("We have cancelled the order that was made of it").wait_for()
		page.get_by_role("link", name="Accept and order").wait_for()
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
	assert complaints == []


def test_a_lead_is_sent_the_approval_link_and_accepts(new_page, customer, link):
	lead = factories.make_lead()
	quotation = factories.quote_to(lead)
	frappe.db.commit()
	staff = new_page()
	staff.goto("/login")
	staff.evaluate(LOG_IN)
	staff.goto(f"/app/quotation/{quotation.name}")
	staff.get_by_role("button", name="Portal").first.click(timeout=90000)
	with staff.expect_response("**/*copy_approval_link") as answer:
		staff.get_by_text("Copy Approval Link").first.click()
	page = new_page(width=390)
	page.goto(path_of(answer.value.json()["message"]["link"]))
	page.get_by_role("link", name="Accept and order").click()
	page.get_by_label("Your name", exact=True).fill("Lena Lead")
	page.get_by_label("Your e-mail address").fill(lead.email_id)
	page.get_by_label("Or type your name as your signature").fill("Lena Lead")
	page.get_by_role("button", name="Accept and order").click()
	page.get_by_text("is being checked. We confirm it").wait_for()
	frappe.db.rollback()
	made = frappe.get_doc("Customer", {"lead_name": lead.name})
	assert made.customer_name == lead.company_name
	assert get_response(quotation).customer == made.name
