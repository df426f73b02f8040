"""An e-mail that staff threw away, or that is spam, is no part of a conversation any more."""

import frappe
import pytest
from frappe.email import inbox

from customer_portal_ext.conversations import audience
from tests import factories


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer)


def receive(invoice, sender, **fields):
	"""An e-mail about the invoice, as Frappe keeps it."""
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "About it",
			"content": "About it",
			"sender": sender,
			"reference_doctype": invoice.doctype,
			"reference_name": invoice.name,
			**fields,
		}
	).insert()


@pytest.mark.parametrize("status", ["Open", "Trash", "Spam"])
def test_it_is_nobodys_from_the_beginning(customer, invoice, status):
	message = receive(invoice, customer.email_id, email_status=status)
	assert message.portal_customer == (customer.name if status == "Open" else None)
	audience.remark_all(invoice.doctype, invoice.name)
	assert message.reload().portal_customer == (customer.name if status == "Open" else None)


def test_staff_throw_one_away(customer, invoice):
	message = receive(invoice, customer.email_id)
	inbox.mark_as_trash(message.name)
	assert (message.reload().email_status, message.portal_customer) == ("Trash", None)


def test_staff_call_one_spam_and_what_comes_from_there_later_is(customer, invoice):
	message = receive(invoice, customer.email_id)
	inbox.mark_as_spam(message.name, customer.email_id)
	assert message.reload().portal_customer is None
	later = receive(invoice, customer.email_id)
	assert (later.email_status, later.portal_customer) == ("Spam", None)
