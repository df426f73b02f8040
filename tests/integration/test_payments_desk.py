"""Staff's side: Retry, settling by hand, cancelled and amended entries, the bell, the receipt, the timeline."""

from email import message_from_string

import frappe
import pytest
from frappe.utils import flt

from customer_portal_ext import api, reminders
from customer_portal_ext.access import payment_mail, tokens
from customer_portal_ext.desk import payments as desk
from customer_portal_ext.payments import capture, intents, posting, retry, states
from tests import factories
from tests.factories import paying
from tests.factories.users import make_user


@pytest.fixture(autouse=True)
def paying_is_allowed(allow):
	"""In every test of this file."""


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer, rate=100)


def get_outstanding(invoice):
	return flt(frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount"), 6)


def pay(customer, invoice, **values):
	return paying.capture_payment(paying.begin(customer, [invoice.name]), **values)


def test_retry_posts_what_a_person_has_looked_at(customer, invoice):
	payment = pay(customer, invoice, amount_minor=9000)
	assert payment.state == states.NEEDS_ATTENTION
	answer = api.retry_portal_payment(payment.name)
	payment.reload()
	assert (answer.state, payment.state) == (states.POSTED, states.POSTED)
	assert answer.payment_entry == payment.payment_entry == paying.get_entries(payment)[0]
	assert (get_outstanding(invoice), payment.attention_reason) == (10, None)
	assert api.retry_portal_payment(payment.name).payment_entry == payment.payment_entry
	assert len(paying.get_entries(payment)) == 1


def test_retry_does_not_post_another_currency_or_what_was_refunded(customer, invoice):
	payment = pay(customer, invoice, currency="EUR")
	with pytest.raises(frappe.ValidationError, match="EUR"):
		api.retry_portal_payment(payment.name)
	other = pay(customer, factories.make_sales_invoice(customer, rate=5), amount_minor=400)
	capture.need_attention(other.name, "Refunded", refunded_minor=100)
	with pytest.raises(frappe.ValidationError, match="refunded"):
		api.retry_portal_payment(other.name)
	assert paying.get_entries(payment) == paying.get_entries(other) == []


def test_settling_by_hand(customer, invoice):
	payment = pay(customer, invoice, currency="EUR")
	entry = factories.make_payment_entry(customer, 100, [invoice])
	frappe.db.commit()
	answer = api.settle_portal_payment(payment.name, "Booked at the bank's rate", entry.name)
	payment.reload()
	assert (answer.state, payment.payment_entry) == (states.POSTED, entry.name)
	assert (payment.settled_by, payment.attention_note) == ("Administrator", "Booked at the bank's rate")
	assert entry.reload().portal_payment == payment.name
	posting.post(payment.name)
	assert paying.get_entries(payment) == [entry.name]


def test_settling_without_an_entry(customer, invoice):
	payment = pay(customer, invoice, amount_minor=1)
	with pytest.raises(frappe.ValidationError):
		api.settle_portal_payment(payment.name, "  ")
	api.settle_portal_payment(payment.name, "Given back in cash")
	assert (payment.reload().state, bool(payment.settled_on)) == (states.NEEDS_ATTENTION, True)
	with pytest.raises(frappe.ValidationError, match="settled"):
		api.retry_portal_payment(payment.name)


def test_settling_with_an_entry_that_cannot_be_it(customer, invoice):
	payment = pay(customer, invoice, amount_minor=1)
	stranger = factories.make_customer()
	draft = factories.make_payment_entry(customer, 1, do_not_submit=True)
	foreign = factories.make_payment_entry(stranger, 1)
	frappe.db.commit()
	taken = pay(customer, factories.make_sales_invoice(customer, rate=1)).payment_entry
	for name in (draft.name, foreign.name, taken):
		with pytest.raises(frappe.ValidationError, match="Payment Entry"):
			api.settle_portal_payment(payment.name, "Done", name)
	with pytest.raises(frappe.DoesNotExistError):
		api.settle_portal_payment(payment.name, "Done", "No such entry")
	assert payment.reload().state == states.NEEDS_ATTENTION and not payment.settled_on


def test_a_payment_that_needs_nobody_is_not_settled(customer, invoice):
	payment = pay(customer, invoice)
	with pytest.raises(frappe.ValidationError, match="needs nobody"):
		api.settle_portal_payment(payment.name, "Done")


@pytest.mark.parametrize("roles", [("Sales User",), ("Accounts User",), ()])
def test_only_who_may_decide(customer, invoice, roles):
	payment = pay(customer, invoice, amount_minor=1)
	user = make_user(*roles)
	frappe.db.commit()
	frappe.set_user(user)
	try:
		for call in (
			lambda: api.retry_portal_payment(payment.name),
			lambda: api.settle_portal_payment(payment.name, "Done"),
		):
			with pytest.raises(frappe.PermissionError):
				call()
	finally:
		frappe.set_user("Administrator")
	assert payment.reload().state == states.NEEDS_ATTENTION


def test_staff_change_nothing_by_hand(customer, invoice):
	payment = pay(customer, invoice, amount_minor=1)
	user = make_user("Accounts Manager", "Customer Portal Manager")
	frappe.db.commit()
	frappe.set_user(user)
	try:
		document = frappe.get_doc(states.DOCTYPE, payment.name)
		document.state = states.POSTED
		with pytest.raises(frappe.PermissionError):
			document.save()
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc(states.DOCTYPE, payment.name)
		assert "checkout_url" not in frappe.get_list(states.DOCTYPE, {"name": payment.name}, ["*"])[0]
	finally:
		frappe.set_user("Administrator")


def test_a_cancelled_entry_needs_a_person_and_can_be_posted_anew(customer, invoice):
	payment = pay(customer, invoice)
	first = payment.payment_entry
	frappe.get_doc("Payment Entry", first).cancel()
	frappe.db.commit()
	payment.reload()
	assert (payment.state, payment.payment_entry, payment.cancelled_entry) == (
		states.NEEDS_ATTENTION,
		None,
		first,
	)
	assert first in payment.attention_reason
	api.retry_portal_payment(payment.name)
	payment.reload()
	assert payment.state == states.POSTED and payment.payment_entry != first
	assert (get_outstanding(invoice), len(paying.get_entries(payment))) == (0, 1)


def test_an_amended_entry_is_the_payments_own_again(customer, invoice):
	payment = pay(customer, invoice)
	cancelled = frappe.get_doc("Payment Entry", payment.payment_entry)
	cancelled.cancel()
	amended = frappe.copy_doc(cancelled)
	amended.update({"amended_from": cancelled.name, "docstatus": 0, "reference_no": "Corrected"})
	amended.insert()
	amended.submit()
	frappe.db.commit()
	payment.reload()
	assert (payment.state, payment.payment_entry) == (states.POSTED, amended.name)
	assert paying.get_entries(payment) == [amended.name]


def test_a_deleted_entry_is_forgotten(customer, invoice):
	payment = pay(customer, invoice)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	entry.cancel()
	frappe.db.delete("GL Entry", {"voucher_no": entry.name})
	frappe.db.delete("Payment Ledger Entry", {"voucher_no": entry.name})
	entry.reload()
	entry.delete()
	assert payment.reload().cancelled_entry is None


def test_a_customer_who_paid_is_not_deleted(db):
	customer = factories.make_customer()
	payment = pay(customer, factories.make_sales_invoice(customer, rate=1), amount_minor=1)
	with pytest.raises(frappe.ValidationError, match="paid on the portal"):
		frappe.delete_doc("Customer", customer.name)
	frappe.db.rollback()
	other = factories.make_customer()
	begun = paying.begin(other, [factories.make_sales_invoice(other, rate=1).name])
	invoice = frappe.get_doc("Sales Invoice", begun.allocations[0].reference_name)
	invoice.cancel()
	frappe.db.delete("GL Entry", {"voucher_no": invoice.name})
	frappe.db.delete("Payment Ledger Entry", {"voucher_no": invoice.name})
	invoice.reload()
	# neither the intent nor its customer is held by what came to nothing
	invoice.delete()
	frappe.delete_doc("Customer", other.name)
	assert not frappe.db.exists(states.DOCTYPE, begun.name)
	assert frappe.db.exists(states.DOCTYPE, payment.name)


def get_mails(payment):
	return frappe.get_all(
		"Email Queue",
		{"reference_doctype": states.DOCTYPE, "reference_name": payment.name},
		["name", "message"],
	)


def get_recipients(mail):
	return frappe.get_all("Email Queue Recipient", {"parent": mail.name}, pluck="recipient")


def begin_with_address(customer, invoice, email):
	origin = intents.Origin(customer.name, "Ann Buyer", email, language="de")
	frappe.db.commit()
	payment, _is_new = intents.create(
		paying.choose(customer, [invoice.name]), paying.GATEWAY, intents.make_form_key(), origin
	)
	return payment


def test_the_receipt_goes_out_once_with_the_link(customer, invoice, outgoing):
	tokens.issue(customer.name)
	on_file = frappe.db.get_value("Customer", customer.name, "email_id")
	payment = paying.capture_payment(begin_with_address(customer, invoice, on_file))
	for _time in range(2):
		payment_mail.tell(payment.name)
	(mail,) = get_mails(payment)
	assert get_recipients(mail) == [on_file]
	text = read_texts(mail.message)
	assert "/portal/a/link-" in text and invoice.name in text and payment.name in text
	assert f"{payment.name}.pdf" in mail.message
	assert payment.reload().told_on
	assert frappe.db.exists(
		"Portal Activity", {"activity": "Paid", "customer": customer.name, "reference_name": payment.name}
	)
	bell = {"document_type": states.DOCTYPE, "document_name": payment.name}
	assert frappe.db.count("Notification Log", bell) == frappe.db.count(
		"Notification Log", {**bell, "for_user": ("is", "set")}
	)
	assert payment.name not in retry.get_untold()


def read_texts(message):
	return "\n".join(
		part.get_payload(decode=True).decode()
		for part in message_from_string(message).walk()
		if part.get_content_maintype() == "text"
	)


def test_whoever_else_pays_gets_a_receipt_without_the_link(customer, invoice, outgoing):
	tokens.issue(customer.name)
	payment = paying.capture_payment(begin_with_address(customer, invoice, "friend@example.net"))
	payment_mail.tell(payment.name)
	(mail,) = get_mails(payment)
	assert get_recipients(mail) == ["friend@example.net"]
	assert "/portal/a/" not in read_texts(mail.message)


def make_account_manager(customer):
	"""Comes first among those who are told, however many others there are."""
	user = make_user("Accounts Manager", "Customer Portal Manager")
	frappe.db.set_value("Customer", customer.name, "account_manager", user)
	return user


def test_without_an_outgoing_account_staff_hear_of_it_all_the_same(customer, invoice):
	staff = make_account_manager(customer)
	payment = pay(customer, invoice)
	payment_mail.tell(payment.name)
	assert get_mails(payment) == []
	assert payment.reload().told_on
	assert frappe.db.exists(
		"Notification Log", {"document_name": payment.name, "for_user": staff, "type": "Alert"}
	)


def test_staff_hear_at_once_of_what_needs_them(customer, invoice):
	staff = make_account_manager(customer)
	payment = pay(customer, invoice, amount_minor=1)
	subjects = frappe.get_all(
		"Notification Log", {"document_name": payment.name, "for_user": staff}, pluck="subject"
	)
	assert len(subjects) == 1 and "needs attention" in subjects[0]


def test_telling_that_fails_does_not_hold_up_the_money(customer, invoice, monkeypatch):
	def fail(*_arguments):
		raise ValueError("no bell today")

	monkeypatch.setattr("customer_portal_ext.payments.telling.make_notification_logs", fail)
	monkeypatch.setattr(frappe, "enqueue", fail)
	payment = pay(customer, invoice)
	assert payment.state == states.POSTED
	assert (
		pay(customer, factories.make_sales_invoice(customer, rate=5), amount_minor=1).state
		== states.NEEDS_ATTENTION
	)


def test_who_was_not_told_is_found_again(customer, invoice, monkeypatch):
	queued = []
	payment = pay(customer, invoice)
	frappe.db.set_value(
		states.DOCTYPE,
		payment.name,
		"modified",
		frappe.utils.add_to_date(None, minutes=-11),
		update_modified=False,
	)
	frappe.db.commit()
	monkeypatch.setattr("customer_portal_ext.payments.telling.enqueue", queued.append)
	monkeypatch.setattr(retry, "MOST_AT_ONCE", 100_000)  # those that other tests have left untold come first
	retry.run()
	assert payment.name in queued


def test_the_invoices_timeline(customer, invoice):
	payment = paying.begin(customer, [invoice.name])
	(item,) = desk.get_timeline("Sales Invoice", invoice.name)
	assert "began to pay" in item["content"] and payment.name in item["content"]
	paying.capture_payment(payment)
	(item,) = desk.get_timeline("Sales Invoice", invoice.name)
	assert "Buyer" in item["content"] and "began" not in item["content"]


def test_reminders_are_there_and_switched_off(db):
	found = frappe.get_all(
		"Notification",
		{"name": ("in", list(reminders.REMINDERS))},
		["name", "enabled", "event", "days_in_advance"],
	)
	assert {row.name: (row.enabled, row.event, row.days_in_advance) for row in found} == {
		name: (0, event, days) for name, (event, days, *_texts) in reminders.REMINDERS.items()
	}


@pytest.mark.parametrize("name", reminders.REMINDERS)
def test_a_reminder_that_is_switched_on_goes_out_on_its_day(customer, outgoing, name):
	event, days, *_texts = reminders.REMINDERS[name]
	due = frappe.utils.add_days(frappe.utils.getdate(), days if event == "Days Before" else -days)
	email = frappe.db.get_value("Customer", customer.name, "email_id")
	fields = {"posting_date": min(due, frappe.utils.getdate()), "due_date": due, "contact_email": email}
	open_invoice = factories.make_sales_invoice(customer, rate=10, **fields)
	paid = factories.make_sales_invoice(customer, rate=10, **fields)
	factories.make_payment_entry(customer, 10, [paid])
	notification = frappe.get_doc("Notification", name)
	notification.enabled = 1
	notification.save()
	due_today = [doc.name for doc in notification.get_documents_for_today()]
	assert open_invoice.name in due_today and paid.name not in due_today
	notification.send(open_invoice.reload())
	mail = frappe.get_last_doc("Email Queue", {"reference_name": open_invoice.name})
	text = read_texts(mail.message)
	assert open_invoice.name in text and "/portal/a/link-" in text and "10.00" in text
