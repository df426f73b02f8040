"""Who renders a template is not who wrote it: staff with few rights have theirs rendered by the scheduler, as Administrator, and by
colleagues who may copy links. What it asks for goes to the customer's own addresses, and nowhere as the link itself."""

import frappe
import pytest
from erpnext.accounts.doctype.process_statement_of_accounts import process_statement_of_accounts
from erpnext.setup.doctype.terms_and_conditions.terms_and_conditions import get_terms_and_conditions
from frappe.email.doctype.newsletter.newsletter import send_scheduled_email

from customer_portal_ext.access import mail_marks, tokens
from customer_portal_ext.access.mail_marks import ANYBODY, CUSTOMER, MARK
from tests.factories import make_customer, make_payment_entry, make_sales_invoice
from tests.factories.mail import deliver, receive_mail
from tests.factories.rendering import (
	in_request,
	make_email_template,
	make_print_format,
	make_terms,
	print_out,
)
from tests.factories.users import make_user

BY_NAME = "{{{{ portal_link({{'doctype': 'Customer', 'name': '{customer}'}}) }}}}"
TRICKS = {
	"by name": BY_NAME,
	"a flag": (
		"{{% set d = frappe.get_doc('Customer', '{customer}') %}}{{% set _ = d.flags.update({{'in_print': 1}}) %}}"
		"{{{{ portal_link(d) }}}}"
	),
	"a mark": (
		"{{% set d = frappe.get_doc('Customer', '{customer}') %}}{{% set _ = d.run_method('before_print', {{}}) %}}"
		"{{{{ portal_link(d) }}}}{{{{ portal_link(d.as_dict()) }}}}"
	),
	"kept terms": (
		"{{% set d = frappe.get_doc('Sales Invoice', '{invoice}') %}}"
		"{{% set _ = d.run_method('before_print', frappe.get_doc('Print Settings', 'Print Settings')) %}}"
		"{{{{ d.terms }}}}"
	),
	"a notification": (
		"{{% set alert = frappe.get_doc({{'doctype': 'Notification', 'channel': 'SMS', 'message': "
		"'{{{{ portal_link(doc) }}}}'}}) %}}" + BY_NAME
	),
	"a print": "{{{{ frappe.get_print('Customer', '{customer}', '{format}') }}}}",
	"a template in it": '{{{{ frappe.render_template("' + BY_NAME + '", {{}}) }}}}',
	"a macro for later": (
		"{{% macro late() %}}{{% set _ = frappe.flags.update({{'seen': portal_link({{'doctype': 'Customer', 'name': "
		"'{customer}'}})}}) %}}{{% endmacro %}}{{% set _ = frappe.db.after_rollback.add(late) %}}"
		"{{% set _ = frappe.db.rollback() %}}{{{{ frappe.flags.seen }}}}"
	),
}


@pytest.fixture
def mark(db):
	return frappe.generate_hash(length=8)


@pytest.fixture
def customer(mark):
	return make_customer(email=f"buyer-{mark}@example.com")


@pytest.fixture
def token(customer):
	return tokens.issue(customer.name)


@pytest.fixture
def thief(mark):
	return f"thief-{mark}@example.com"


@pytest.fixture
def write(customer, token):
	"""The text of one of the tricks."""
	invoice = make_sales_invoice(customer, terms=keep_by_manager(customer))
	print_format = make_print_format("Customer", "{{ portal_link(doc) }}")
	frappe.db.commit()
	names = {"customer": customer.name, "invoice": invoice.name, "format": print_format.name}
	yield lambda trick: TRICKS[trick].format(**names)
	frappe.db.rollback()
	print_format.delete()
	frappe.db.commit()


def keep_by_manager(customer) -> str:
	terms = make_terms("{{ portal_link() }}")
	with in_request():
		return get_terms_and_conditions(terms.name, {"doctype": "Customer", "name": customer.name})


def assert_for_customer_alone(text, token):
	assert tokens.get_token_string(token) not in text
	audiences = [mail_marks.get_audience(found) for found in MARK.finditer(text) if found[2] == token.name]
	assert set(audiences) <= {CUSTOMER, None}, text


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("is_asked", [False, True], ids=["in a job", "in a request"])
def test_a_template_of_others_gives_administrator_no_link(write, token, trick, is_asked):
	text = write(trick)
	if is_asked:
		with in_request():
			rendered = frappe.render_template(text, {})
	else:
		rendered = frappe.render_template(text, {})
	assert "/portal" in rendered
	assert_for_customer_alone(rendered, token)


def test_a_template_calls_nothing_that_copies_a_link(token, customer):
	text = "{{ frappe.call('customer_portal_ext.api.copy_link', customer=name).link }}"
	with in_request():
		assert (
			tokens.get_token_string(token)
			in frappe.call("customer_portal_ext.api.copy_link", customer=customer.name)["link"]
		)
		with pytest.raises(frappe.PermissionError):
			frappe.render_template(text, {"name": customer.name})


@pytest.fixture
def at_once(monkeypatch):
	"""The jobs that Frappe queues an e-mail with, as the scheduler's own user runs them."""
	enqueue = frappe.enqueue

	def run(method, *arguments, **keywords):
		if getattr(method, "__name__", "") not in ("sendmail", "send_emails"):
			return enqueue(method, *arguments, **keywords)
		for name in ("queue", "job_name", "now"):
			keywords.pop(name, None)
		return method(**keywords)

	monkeypatch.setattr(frappe, "enqueue", run)


def send_newsletter(text, writer, reader, _customer):
	frappe.set_user("Administrator")
	group = frappe.get_doc({"doctype": "Email Group", "title": f"G {reader}"}).insert()
	frappe.get_doc({"doctype": "Email Group Member", "email_group": group.name, "email": reader}).insert()
	frappe.set_user(writer("Newsletter Manager"))
	newsletter = frappe.get_doc(
		{
			"doctype": "Newsletter",
			"subject": f"News {reader}",
			"content_type": "HTML",
			"message_html": text,
			"sender_email": "portal@example.com",
			"send_unsubscribe_link": 0,
			"schedule_sending": 1,
			"schedule_send": frappe.utils.add_to_date(None, hours=1),
			"email_group": [{"email_group": group.name}],
		}
	).insert()
	newsletter.db_set("schedule_send", frappe.utils.add_to_date(None, hours=-1), update_modified=False)
	frappe.set_user("Administrator")
	send_scheduled_email()


def send_repeated(text, writer, reader, customer):
	frappe.set_user("Administrator")
	payment = make_payment_entry(customer, 10)
	frappe.set_user(writer("Accounts User"))
	repeat = frappe.get_doc(
		{
			"doctype": "Auto Repeat",
			"reference_doctype": "Payment Entry",
			"reference_document": payment.name,
			"frequency": "Daily",
			"start_date": frappe.utils.today(),
			"notify_by_email": 1,
			"recipients": reader,
			"subject": "x",
			"message": text,
		}
	)
	frappe.set_user("Administrator")
	repeat.send_notification(payment)


def send_statement(text, writer, reader, customer):
	frappe.set_user("Administrator")
	frappe.set_user(writer("Accounts User"))
	statement = frappe.get_doc(
		{
			"doctype": "Process Statement Of Accounts",
			"__newname": f"S {reader}",
			"name": f"S {reader}",
			"report": "General Ledger",
			"company": frappe.db.get_value("Company", {}),
			# what is called frappe there gives no documents, but there is one already
			"body": text.replace(f"frappe.get_doc('Customer', '{customer.name}')", "customer"),
			"enable_auto_email": 0,
			"customers": [{"customer": customer.name, "billing_email": reader}],
		}
	).insert(ignore_permissions=True)
	frappe.set_user("Administrator")
	process_statement_of_accounts.send_emails(statement.name)


@pytest.mark.parametrize("send", [send_newsletter, send_repeated, send_statement])
@pytest.mark.parametrize("trick", ["by name", "a flag"])
def test_what_the_scheduler_renders_reaches_the_customer_alone(
	write, customer, token, thief, at_once, monkeypatch, send, trick
):
	"""The same text to a stranger and to the customer."""
	monkeypatch.setattr(
		process_statement_of_accounts, "get_report_pdf", lambda *_, **__: {customer.name: b"%"}
	)
	monkeypatch.setattr(frappe, "attach_print", lambda *_, **__: {"fname": "x.pdf", "fcontent": b"%"})
	text = f"<p>See {write(trick)}</p>"
	with receive_mail() as server:
		for reader in (thief, customer.email_id):
			send(text, make_user, reader, customer)
			frappe.db.commit()
			deliver(reader)
		received = {to: data.decode().replace("=\r\n", "") for tos, data in server.received for to in tos}
	assert "/portal/a/link-" in received[thief]
	assert tokens.get_token_string(token) not in received[thief]
	assert tokens.get_token_string(token) in received[customer.email_id]


@pytest.mark.parametrize("writer, audience", [("Accounts User", CUSTOMER), ("Sales Manager", ANYBODY)])
def test_a_manager_passes_on_only_what_a_manager_wrote(customer, token, writer, audience):
	"""Terms and conditions are staff's; whoever saved them last answers for them."""
	terms = make_terms("{{ portal_link(doc) }}")
	terms.db_set("modified_by", make_user(writer), update_modified=False)
	frappe.set_user(make_user("Sales Manager"))
	with in_request():
		text = get_terms_and_conditions(terms.name, {"doc": {"doctype": "Customer", "name": customer.name}})
	found = MARK.search(text)
	with in_request():
		assert found[2] == token.name and mail_marks.get_audience(found) == audience
	# of the same session's: who chose where a job mails a text to, nobody knows
	assert mail_marks.get_audience(found) == CUSTOMER
	assert mail_marks.is_kept_for_print(found) is (audience == ANYBODY)


def test_a_changed_copy_of_a_template_is_not_what_was_saved(customer, token):
	"""A text may make a document in memory and have it render itself."""
	template = make_email_template("nothing")
	text = (
		"{% set d = frappe.get_doc('Email Template', name) %}{% set _ = d.update({'response': '{{ portal_link(doc) }}'}) %}"
		"{{ d.get_formatted_response({'doc': doc}) }}"
	)
	with in_request():
		rendered = frappe.render_template(text, {"name": template.name, "doc": customer})
	assert f"link-{token.name}" in rendered
	assert_for_customer_alone(rendered, token)


def test_a_payment_requests_message_is_its_writers(customer, token):
	invoice = make_sales_invoice(customer)
	request = frappe.get_doc(
		{
			"doctype": "Payment Request",
			"reference_doctype": "Sales Invoice",
			"reference_name": invoice.name,
			"message": "{{ portal_link(doc) }}",
		}
	)
	frappe.set_user(make_user("Accounts Manager"))
	with in_request():
		text = request.get_message()
	assert f"link-{token.name}" in text
	assert_for_customer_alone(text, token)


def test_a_print_gives_the_link_of_what_is_printed_alone(customer, token):
	other = make_customer()
	theirs = tokens.issue(other.name)
	text = f"[{{{{ portal_link(doc) }}}}] {BY_NAME.format(customer=other.name)}"
	printed = print_out(frappe.get_doc("Customer", customer.name), text)
	assert tokens.get_token_string(token) in printed
	assert f"link-{theirs.name}" in printed
	assert_for_customer_alone(printed, theirs)


def test_a_text_that_a_print_format_renders_is_not_the_print_format(customer, token):
	invoice = make_sales_invoice(customer, terms="{{ portal_link(doc) }}")
	printed = print_out(invoice, "{{ frappe.render_template(doc.terms, {'doc': doc}) }}")
	assert f"link-{token.name}" in printed
	assert_for_customer_alone(printed, token)


def test_the_layout_of_a_print_renders_an_administrators_block(customer, token):
	"""A format made with Frappe's builder: Frappe's own file renders the block."""
	print_format = make_print_format("Customer", "x")
	block = {"fieldname": "_custom_html", "fieldtype": "HTML", "options": "[{{ portal_link(doc) }}]"}
	print_format.update({"custom_format": 0, "format_data": frappe.as_json([block])})
	printed = frappe.www.printview.get_rendered_template(
		frappe.get_doc("Customer", customer.name),
		print_format=print_format,
		meta=frappe.get_meta("Customer"),
		no_letterhead=True,
	)
	assert tokens.get_link(token) in printed
