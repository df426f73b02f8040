"""``{{ portal_link(doc) }}``: where it leads, for whom, and what is kept."""

import re

import frappe
import pytest
from erpnext.setup.doctype.terms_and_conditions.terms_and_conditions import get_terms_and_conditions
from frappe.core.doctype.communication import email as communication_email
from frappe.email.doctype.notification import notification
from frappe.utils import escape_html, get_url

from customer_portal_ext.access import mail_links, mail_marks, tokens
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.web.urls import document_url
from tests.factories import make_credit_note, make_customer, make_payment_entry, make_sales_invoice
from tests.factories.rendering import (
	in_request,
	make_email_template,
	make_print_format,
	make_terms,
	print_out,
)
from tests.factories.users import PASSWORD, make_user, restrict

TEMPLATE = "{{ portal_link(doc) }}"
PLAIN = "/portal"


@pytest.fixture
def customer(db):
	return make_customer()


def render(doc, template=TEMPLATE, **context):
	return frappe.render_template(template, {"doc": doc, **context})


def signed(token, landing=None, audience=mail_marks.CUSTOMER):
	"""What a text that is rendered now holds in the link's place."""
	return mail_links.get_signed_placeholder(token, audience, landing)


def kept_by_manager(token):
	"""The same in a text that one who may copy links saved, and one rendered."""
	return signed(token, audience=mail_marks.ANYBODY)


def test_a_link_lands_on_its_document_or_on_the_overview(customer):
	token = tokens.issue(customer.name)
	invoice = make_sales_invoice(customer)
	note = make_credit_note(invoice)
	payment = make_payment_entry(customer, 10)
	draft = make_sales_invoice(customer, do_not_submit=True)
	for document, landing in (
		(customer, None),
		(invoice, document_url("invoice", invoice.name)),
		(note, document_url("credit_note", note.name)),
		(payment, document_url("payment", payment.name)),
		(draft, None),
	):
		assert render(document) == signed(token, landing)
		assert print_out(document, TEMPLATE) == escape_html(tokens.get_link(token, landing))


def test_a_link_is_made_where_none_is_active_and_only_then(customer):
	invoice = make_sales_invoice(customer)
	assert tokens.get_active(customer.name) is None
	first = render(invoice)
	assert tokens.get_active(customer.name).name in first
	assert render(invoice) == first
	assert frappe.db.count("Portal Access Token", {"customer": customer.name}) == 1


def test_an_email_template_gets_its_document_from_its_fields(customer):
	"""Frappe renders an Email Template with the document's fields as the context: there is no ``doc`` in it."""
	invoice = make_sales_invoice(customer)
	template = make_email_template("See {{ portal_link(doc) }}")
	with in_request():
		message = template.get_formatted_email(frappe.as_json(invoice.as_dict()))["message"]
	token = tokens.get_active(customer.name)
	expected = signed(token, document_url("invoice", invoice.name), mail_marks.ANYBODY)
	assert message == f"See {expected}"


@pytest.mark.parametrize("channel", ["SMS", "Slack", "Email", "System Notification"])
def test_only_channels_that_go_out_at_once_get_the_link_itself(customer, channel, monkeypatch):
	token = tokens.issue(customer.name)
	sent = []

	def keep(*arguments, **keywords):
		sent.append(repr((arguments, keywords)))
		return {"name": None}

	for sender in ("send_sms", "send_slack_message", "enqueue_create_notification"):
		monkeypatch.setattr(notification, sender, keep)
	monkeypatch.setattr(communication_email, "_make", keep)
	monkeypatch.setattr(frappe, "sendmail", keep)
	alert = frappe.get_doc(
		{
			"doctype": "Notification",
			"subject": "x",
			"channel": channel,
			"message": TEMPLATE,
			"recipients": [{"cc": "anybody@example.com"}],
		}
	)
	monkeypatch.setattr(alert, "get_list_of_recipients", lambda *_: (["anybody@example.com"], [], []))
	monkeypatch.setattr(alert, "get_receiver_list", lambda *_: ["1"])
	alert.send(customer)
	assert sent
	expected = tokens.get_link(token) if channel in ("SMS", "Slack") else signed(token)
	assert all(expected in text for text in sent)


def test_an_sms_arrives_with_the_link_and_is_logged_without_it(customer):
	token = tokens.issue(customer.name)
	log = frappe.get_doc({"doctype": "SMS Log", "message": f"See {tokens.get_link(token)}"}).insert()
	assert (
		frappe.db.get_value("SMS Log", log.name, "message")
		== f"See {get_site_url(f'/portal/a/link-{token.name}')}"
	)


def test_who_may_not_read_the_document_or_the_customer_gets_the_plain_address(customer):
	other = make_customer()
	invoice = make_sales_invoice(customer)
	reader, stranger = make_user("Accounts User"), make_user("Accounts User")
	restrict(stranger, "Customer", other.name)
	for user, sees in ((reader, True), (stranger, False), ("Guest", False)):
		frappe.set_user(user)
		for document in (invoice, customer):
			assert ("/portal/a/" in render(document)) is sees
		frappe.set_user("Administrator")
	assert render(invoice).startswith(get_url(PLAIN))


def test_what_has_no_customer_gets_the_plain_address(customer):
	item = frappe.get_all("Item", limit=1)[0].name
	disabled = make_customer(disabled=1)
	for document in (
		frappe.get_doc("Item", item),
		disabled,
		frappe._dict(doctype="Sales Invoice", name="No Such Invoice"),
		frappe._dict(doctype="No Such DocType", name="x"),
		{},
		"Sales Invoice",
		None,
		frappe._dict(doctype="Supplier", name=None),
	):
		assert render(document) == get_url(PLAIN)
	assert render(None, "{{ portal_link() }}") == get_url(PLAIN)


def test_a_dict_is_believed_no_more_than_its_name(customer):
	"""An Email Template is rendered with what the browser sends: a made-up customer opens nothing."""
	own, foreign = make_customer(), customer
	user = make_user("Sales User")
	restrict(user, "Customer", own.name)
	frappe.set_user(user)
	claimed = {"doctype": "Customer", "name": foreign.name, "customer": own.name, "flags": {"in_print": True}}
	assert frappe.render_template(TEMPLATE, claimed) == get_url(PLAIN)
	assert frappe.render_template(TEMPLATE, {"doc": claimed}) == get_url(PLAIN)
	frappe.set_user("Administrator")
	assert tokens.get_active(foreign.name) is None


def test_a_template_never_fails(customer, monkeypatch):
	def fail(*arguments):
		frappe.throw("the encryption key is gone")

	monkeypatch.setattr(tokens, "get_active", fail)
	before = len(frappe.local.message_log)
	assert render(customer) == get_url(PLAIN)
	assert len(frappe.local.message_log) == before
	assert "the encryption key is gone" in frappe.get_last_doc("Error Log").error


def test_printing_never_fails(customer, monkeypatch):
	def fail(*arguments):
		frappe.throw("the encryption key is gone")

	kept = kept_by_manager(tokens.issue(customer.name))
	invoice = make_sales_invoice(customer, terms=kept)
	monkeypatch.setattr(mail_links, "get_link_path", fail)
	before = len(frappe.local.message_log)
	invoice.run_method("before_print", frappe.get_single("Print Settings"))
	assert invoice.terms == kept and len(frappe.local.message_log) == before
	assert "the encryption key is gone" in frappe.get_last_doc("Error Log").error


def test_a_printed_link_works_though_printing_is_a_get(http, new_client, customer):
	"""Frappe rolls a GET back; a link made while printing must outlive it."""
	print_format = make_print_format("Sales Invoice", "<p>Pay at [{{ portal_link(doc) }}]</p>")
	invoice = make_sales_invoice(customer)
	http.sign_in(make_user("Accounts User"), PASSWORD)
	page = http.get(
		"/printview",
		query_string={"doctype": "Sales Invoice", "name": invoice.name, "format": print_format.name},
	)
	link = re.search(r"Pay at \[(.+?)\]", page.text)[1].replace("&amp;", "&")
	assert "/portal/a/" in link and "/portal/a/link-" not in link
	visitor = new_client()
	assert visitor.open_link(link).request.path == document_url("invoice", invoice.name)
	print_format.delete()
	frappe.db.commit()


def make_letter_head():
	return frappe.get_doc(
		{
			"doctype": "Letter Head",
			"letter_head_name": f"Portal {frappe.generate_hash(length=6)}",
			"source": "HTML",
			"content": "<p>Head [{{ portal_link(doc) }}]</p>",
			"footer_source": "HTML",
			"footer": "<p>Foot [{{ portal_link(doc) }}]</p>",
		}
	).insert()


def test_in_a_letter_head_and_in_kept_terms_it_is_printed_as_the_link_itself(http, new_client, customer):
	"""Terms are rendered when they are chosen, with the document's fields, and kept with the document."""
	invoice = make_sales_invoice(customer)
	terms = make_terms("<p>Terms [{{ portal_link() }}]</p>")
	with in_request():
		kept = get_terms_and_conditions(terms.name, invoice.as_dict())
	assert "/portal/a/link-" in kept
	invoice.db_set({"terms": kept, "letter_head": make_letter_head().name})
	http.sign_in(make_user("Accounts User"), PASSWORD)
	print_format = {
		"doctype": "Sales Invoice",
		"name": invoice.name,
		"format": "Standard",
		"no_letterhead": 0,
	}
	page = http.get("/printview", query_string=print_format).text
	assert "/portal/a/link-" not in page
	for place in ("Head", "Terms", "Foot"):
		link = re.search(rf"{place} \[(.+?)\]", page)[1].replace("&amp;", "&")
		assert new_client().open_link(link).request.path == document_url("invoice", invoice.name), place
	frappe.db.rollback()
	assert frappe.db.get_value("Sales Invoice", invoice.name, "terms") == kept


def test_kept_texts_give_strangers_links_to_nobody(customer):
	"""A placeholder of another customer, an ended one, and a reader without the right to it: the plain address."""
	other = make_customer()
	foreign, own = (kept_by_manager(tokens.issue(name)) for name in (other.name, customer.name))
	dunning = {"doctype": "Dunning", "customer": customer.name, "name": "D-1"}

	def print_body(body):
		document = frappe.get_doc({**dunning, "body_text": body})
		document.run_method("before_print", frappe.get_single("Print Settings"))
		return document.body_text

	active = tokens.get_active(customer.name)
	assert print_body(f"<p>{own}</p>") == f"<p>{tokens.get_link(active)}</p>"
	assert print_body(f"{own} {foreign}") == f"{tokens.get_link(active)} {get_url(PLAIN)}"
	assert print_body("no link") == "no link"
	frappe.set_user("Guest")
	assert print_body(own) == get_url(PLAIN)
	frappe.set_user("Administrator")
	tokens.revoke(active.name)
	assert print_body(own) == get_url(PLAIN)


def test_a_browser_cannot_claim_to_print(customer):
	token = tokens.issue(customer.name)
	for mark in (1, True, {"in_print": 1}):
		claimed = {"doctype": "Customer", "name": customer.name, "__onload": {"portal_link": mark}}
		assert frappe.render_template(TEMPLATE, {"doc": claimed}) == signed(token)
