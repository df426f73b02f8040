"""Every form of the portal, sent twenty times at the same moment: its work is done once, and each answer is the same.

The forms come from ROUTES, and each of them has to have a sending: a new one fails until it has. What is sent is the real form,
read from the page it stands on.
"""

import re
from collections import Counter

import frappe
import pytest

from customer_portal_ext.web.routes import ROUTES
from tests.factories.sending import send_at_once
from tests.forms import read_form
from tests.security.sendings import SENDINGS

pytestmark = pytest.mark.usefixtures("outgoing")

TWENTY, FOUR = 20, 4
# Proves itself by a signature, and makes one of equal events: test_stripe_at_once.
EXEMPT = {"/portal/webhooks/stripe": "tests/integration/test_stripe_at_once.py"}
# What a form may make, change the number of, or send.
COUNTED = (
	*("Communication", "File", "Issue", "Address", "Contact", "Dynamic Link", "User", "Portal User"),
	*("Portal Access Token", "Portal Change Request", "Portal Email Preference", "Portal Export"),
	*(
		"Portal Payment",
		"Portal Quotation Response",
		"Sales Order",
		"Payment Entry",
		"Customer Portal Policy",
	),
	*("Email Queue", "Notification Log", "ToDo"),
)
INPUT = re.compile(r'<input type="hidden"[^>]*>')


def count() -> dict:
	frappe.db.rollback()
	return {doctype: frappe.db.sql(f"select count(*) from `tab{doctype}`")[0][0] for doctype in COUNTED}


def get_traces(customer) -> Counter:
	return Counter(frappe.get_all("Portal Activity", {"customer": customer.name}, pluck="activity"))


def test_every_form_is_sent_here():
	posted = {route.path for route in ROUTES if "POST" in route.methods}
	assert {path for path, _make in SENDINGS.values()} | set(EXEMPT) == posted
	assert set(EXEMPT) == {route.path for route in ROUTES if route.is_signed}


@pytest.mark.parametrize("name", SENDINGS)
def test_twenty_at_once_are_as_good_as_one(stage, name):
	sending = SENDINGS[name][1](stage)
	fields = read_form(sending.client, sending.page, sending.action, sending.values)
	before, traces = count(), get_traces(stage.customer)
	answered = send_at_once(sending.client, sending.action, [fields] * TWENTY)
	made = {doctype: number - before[doctype] for doctype, number in count().items()}
	assert [answer.status_code for answer in answered] == [sending.status] * TWENTY
	assert len({answer.headers.get("Location") for answer in answered}) == 1
	assert len({INPUT.sub("", answer.text) for answer in answered}) == 1
	assert {doctype: number for doctype, number in made.items() if number} == sending.makes
	assert get_traces(stage.customer) - traces == Counter(sending.traces)
	if sending.check:
		sending.check(answered[0].headers.get("Location"))


@pytest.mark.parametrize("name", SENDINGS)
def test_the_same_from_four_pages_at_once_is_decided_one_after_the_other(stage, name):
	"""Each page has a key of its own: all do their work, or are told why not, and none is lost to another's transaction."""
	sending = SENDINGS[name][1](stage)
	forms = [read_form(sending.client, sending.page, sending.action, sending.values) for _page in range(FOUR)]
	for answer in send_at_once(sending.client, sending.action, forms):
		assert answer.status_code < 500
		assert "still being worked on" not in answer.text
