"""Smaller rules of answering a quotation, one by one."""

import io

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime
from PIL import PngImagePlugin

from customer_portal_ext.access import tokens
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.quotes import (
	acceptance,
	addresses,
	limits,
	order,
	responses,
	rules,
	sharing,
	signature,
	signed_pdf,
)
from tests import factories
from tests.factories import answers


def day(days=0):
	return getdate(add_days(getdate(), days))


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(**answers.SETTINGS)
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def assert_nothing_was_made(customer, quotation):
	frappe.db.rollback()
	assert not frappe.db.exists("Sales Order", {"customer": customer.name})
	assert not frappe.db.exists(responses.DOCTYPE, {"quotation": quotation.name})


# The order


def test_an_order_that_came_out_at_another_total_is_not_made(visitor, customer, monkeypatch):
	"""Such as by a rule of the site that changes orders as they are saved."""
	quotation = factories.make_quotation(customer)
	save = order.save

	def save_with_surcharge(*arguments, **keywords):
		made = save(*arguments, **keywords)
		made.update({"grand_total": made.grand_total + 1, "rounded_total": made.rounded_total + 1})
		return made

	monkeypatch.setattr(order, "save", save_with_surcharge)
	response = answers.accept(visitor, quotation.name)
	assert response.status_code == 409 and "has changed since you opened this page" in response.text
	assert_nothing_was_made(customer, quotation)


def test_a_purchase_order_number_of_a_cancelled_order_or_of_another_customer_is_free(customer):
	number = f"PO {frappe.generate_hash(length=6)}"
	another = factories.make_sales_order(factories.make_customer(), po_no=number)
	own = factories.make_sales_order(customer)
	order.require_new_po_number(own, number)
	used = factories.make_sales_order(customer, po_no=number)
	for wanted in (own, another):
		with pytest.raises(InvalidInput, match="already"):
			order.require_new_po_number(wanted, number)
	used.cancel()
	order.require_new_po_number(own, number)


def test_goods_go_to_an_address_that_is_in_use(customer):
	used = factories.make_address(customer, address_line1="In use")
	shipping = factories.make_address(customer, address_line1="Gate 3", is_shipping_address=1)
	factories.make_address(customer, address_line1="Given up", disabled=1)
	factories.make_address(factories.make_customer(), address_line1="Another's")
	options = addresses.get_options(customer.name)
	assert [option["value"] for option in options] == [shipping.name, used.name]


def test_an_order_is_delivered_when_the_last_of_it_is(customer):
	slow = factories.make_item(f"Slow {frappe.generate_hash(length=6)}", lead_time_days=12)
	quotation = factories.make_quotation(
		customer, items=[{"item_code": slow.name, "qty": 1, "rate": 1}, {"qty": 1, "rate": 1}]
	)
	mapped = order.map_order(quotation.name, (), False)
	order.set_delivery_dates(mapped, day())
	assert [line.delivery_date for line in mapped.items] == [day(12), day()]
	assert mapped.delivery_date == day(12)


def test_a_typed_due_date_stays_unless_it_is_over(customer):
	quotation = factories.make_quotation(customer)
	mapped = order.map_order(quotation.name, (), False)
	mapped.payment_terms_template = None
	days = [day(days) for days in (-5, 0, 9)]
	mapped.set("payment_schedule", [{"due_date": day, "payment_amount": 1} for day in days])
	order.renew_payment_schedule(mapped, day())
	assert [row.due_date for row in mapped.payment_schedule] == [day(), day(), getdate(days[2])]
	mapped.payment_terms_template = "Three instalments"
	order.renew_payment_schedule(mapped, day())
	assert mapped.payment_schedule == []


# The answer


@pytest.mark.parametrize(
	("begins", "ends", "is_over"),
	[(0, None, False), (0, 0, False), (-9, -1, True), (-9, 0, False), (9, 8, True), (9, 9, False)],
)
def test_until_when_a_quotation_holds(db, begins, ends, is_over):
	quotation = {
		"transaction_date": day(begins),
		"valid_till": None if ends is None else day(ends),
	}
	assert rules.is_expired(quotation, day()) is is_over


def test_an_amended_order_takes_no_answer_that_was_given_anew(customer):
	quotation = factories.make_quotation(customer)
	first, second, third = (factories.make_sales_order(customer).name for _number in range(3))
	origin = responses.Origin(customer.name)
	responses.record(responses.ACCEPTED, quotation.name, origin, sales_order=first)
	responses.release(first)
	assert responses.get(quotation.name) is None
	responses.record(responses.ACCEPTED, quotation.name, origin, sales_order=second)
	responses.follow_amendment(first, third)
	assert responses.get(quotation.name).sales_order == second
	assert not frappe.db.exists(responses.DOCTYPE, {"sales_order": third})
	responses.forget_order(second)
	assert not frappe.db.exists(responses.DOCTYPE, {"sales_order": second})
	responses.follow_amendment(first, third)
	assert responses.get(quotation.name).sales_order == third


def test_an_order_that_staff_prepare_is_not_declined_beside_them(visitor, customer):
	quotation = factories.make_quotation(customer)
	factories.order_from_quotation(quotation, do_not_submit=True)
	response = answers.decline(visitor, quotation.name)
	assert response.status_code == 409 and "is being prepared" in response.text
	frappe.db.rollback()
	assert quotation.reload().status == "Open"
	assert not frappe.db.exists(responses.DOCTYPE, {"quotation": quotation.name})


@pytest.mark.parametrize(
	("content", "digest", "is_intact"),
	[("{}", "of it", True), ("{} ", "of it", False), ("", "of it", False), (None, None, False)],
)
def test_what_was_signed_is_intact(content, digest, is_intact):
	made = acceptance.digest.get_digest("{}") if digest else digest
	assert acceptance.is_intact(frappe._dict(signed_content=content, content_digest=made)) is is_intact


def test_nothing_signed_is_nothing_intact():
	"""Also where the digest is that of nothing."""
	made = acceptance.digest.get_digest("")
	assert not acceptance.is_intact(frappe._dict(signed_content="", content_digest=made))


def test_the_signed_quotation_is_a_private_file(customer):
	quotation = factories.make_quotation(customer)
	name = signed_pdf.attach(frappe._dict(quotation=quotation.name), b"%PDF-1.4 signed")
	file = frappe.get_doc("File", name)
	assert (file.is_private, file.attached_to_name) == (1, quotation.name)
	assert file.file_name == signed_pdf.get_file_name(quotation.name)
	assert file.file_url.startswith("/private/files/") and not file.file_url.endswith(f"/{file.file_name}")


# A signature


def test_a_signature_has_only_so_many_pixels(db):
	side = limits.LARGEST_SIGNATURE_SIDE
	rows = limits.MOST_SIGNATURE_PIXELS // side
	signature.read_drawing(answers.to_data_url(answers.make_png((side, rows))))
	with pytest.raises(InvalidInput, match="could not be read"):
		signature.read_drawing(answers.to_data_url(answers.make_png((side, rows + 1))))


@pytest.mark.parametrize("is_packed", [True, "international"])
def test_a_signature_has_no_texts_to_unpack(db, is_packed):
	image = signature.Image.open(io.BytesIO(answers.make_png()))
	texts = PngImagePlugin.PngInfo()
	add = texts.add_itxt if is_packed == "international" else texts.add_text
	add("Comment", "x" * 10_000, zip=True)
	written = io.BytesIO()
	image.save(written, "PNG", pnginfo=texts)
	with pytest.raises(InvalidInput, match="could not be read"):
		signature.read_drawing(answers.to_data_url(written.getvalue()))


# Sharing


def make_link(**values):
	return frappe._dict(
		{
			"name": "link",
			"shared_with": "bob@example.com",
			"may_answer": 1,
			"status": "Active",
			"expires_on": add_days(now_datetime(), 1),
			"shared_by": "Customer",
			**values,
		}
	)


def test_a_customer_sees_their_own_links_that_work(db):
	over = add_days(now_datetime(), -1)
	links = [
		make_link(),
		make_link(shared_by="Staff"),
		make_link(status="Revoked"),
		make_link(expires_on=over),
	]
	(shown,) = sharing.get_list(links)
	assert (shown["shared_with"], shown["may_answer"], shown["until"]) == (
		"bob@example.com",
		True,
		getdate(links[0].expires_on),
	)


def test_one_link_for_an_address_however_it_is_written_and_so_many_in_all(db):
	with pytest.raises(InvalidInput, match="already shared"):
		sharing.require_new("BOB@example.com", [make_link()])
	sharing.require_new("bob@example.com", [make_link(status="Revoked"), make_link(shared_by="Staff")])
	many = [make_link(shared_with=f"{number}@example.com") for number in range(limits.MOST_SHARES)]
	sharing.require_new("new@example.com", many[1:])
	with pytest.raises(InvalidInput, match=f"{limits.MOST_SHARES} people"):
		sharing.require_new("new@example.com", many)
