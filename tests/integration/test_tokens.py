"""Tokens: one active link per customer, and nothing but the newest works."""

import threading
from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.exceptions import TokenInvalid
from tests.conftest import connect
from tests.factories.masters import make_customer


def active_tokens(customer):
	return frappe.get_all("Portal Access Token", {"customer": customer, "status": "Active"}, pluck="name")


def test_a_link_names_its_row_and_is_derived_anew_each_time(db):
	token = tokens.issue(make_customer().name)
	first = tokens.get_token_string(token)
	again = tokens.get_token_string(frappe.get_doc("Portal Access Token", token.name))
	assert first == again
	assert tokens.find(first) == token.name
	assert first.endswith(token.last_four) and len(token.last_four) == 4


def test_issuing_again_ends_the_earlier_link(db):
	customer = make_customer().name
	first, second = tokens.issue(customer), tokens.issue(customer)
	first.reload()
	assert (first.status, first.active_account_key) == ("Revoked", None)
	assert first.revoked_on and first.revoked_by == "Administrator"
	assert active_tokens(customer) == [second.name]


def test_sending_again_keeps_the_earlier_link(db):
	customer = make_customer().name
	first = tokens.issue(customer)
	assert tokens.get_or_issue(customer).name == first.name


def test_the_settings_decide_how_long_a_link_works(portal_settings):
	portal_settings(token_expiry_days=7)
	token = tokens.issue(make_customer().name)
	assert abs(token.expires_on - now_datetime() - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.parametrize("days", [1, 365])
def test_the_shortest_and_the_longest_expiry_are_taken(portal_settings, days):
	token = tokens.issue(make_customer().name, days=days)
	assert abs(token.expires_on - now_datetime() - timedelta(days=days)) < timedelta(minutes=1)
	assert portal_settings(token_expiry_days=days).token_expiry_days == days


@pytest.mark.parametrize("days", [0, -1, 366, 10**12])
def test_an_expiry_out_of_range_is_refused_and_names_the_range(db, days):
	customer = make_customer().name
	with pytest.raises(frappe.ValidationError, match="1 to 365"):
		tokens.issue(customer, days=days)
	assert active_tokens(customer) == []


def test_a_disabled_or_unknown_customer_gets_no_link(db):
	customer = make_customer(disabled=1).name
	with pytest.raises(frappe.ValidationError, match="disabled"):
		tokens.issue(customer)
	with pytest.raises(frappe.DoesNotExistError):
		tokens.issue("No such customer")
	assert active_tokens(customer) == []


def test_what_is_past_its_date_is_marked_expired_and_makes_room(db):
	customer = make_customer().name
	token = tokens.issue(customer)
	token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	assert tokens.get_active(customer) is None
	tokens.expire_due()
	token.reload()
	assert (token.status, token.active_account_key) == ("Expired", None)
	assert tokens.get_or_issue(customer).name != token.name


def test_revoking_twice_keeps_the_first_trace(db):
	token = tokens.issue(make_customer().name)
	tokens.revoke(token.name)
	token.reload()
	first = token.revoked_on
	tokens.revoke(token.name)
	token.reload()
	assert (token.status, token.revoked_on) == ("Revoked", first)


def test_a_token_whose_row_is_gone_is_invalid(db):
	token = tokens.issue(make_customer().name)
	text = tokens.get_token_string(token)
	frappe.delete_doc("Portal Access Token", token.name, force=True)
	with pytest.raises(TokenInvalid):
		tokens.find(text)


def test_generations_at_once_leave_one_active_link(site, db):
	customer = make_customer().name
	frappe.db.commit()  # the threads have connections of their own
	barrier, issued, errors = threading.Barrier(8), [], []

	def generate():
		try:
			connect(site)
			frappe.db.sql("select count(*) from tabCustomer")  # a snapshot from before the others' tokens
			barrier.wait()
			issued.append(tokens.issue(customer).name)
			frappe.db.commit()  # what the request would do at its end
		except Exception as error:
			errors.append(error)
		finally:
			frappe.destroy()

	threads = [threading.Thread(target=generate) for _ in range(8)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	frappe.db.rollback()
	assert errors == []
	assert len(set(issued)) == 8
	assert len(active_tokens(customer)) == 1
	revoked = frappe.db.count("Portal Access Token", {"customer": customer, "status": "Revoked"})
	assert revoked == 7


def test_the_database_itself_refuses_a_second_active_link(db):
	customer = make_customer().name
	token = tokens.issue(customer)
	second = frappe.copy_doc(token)
	second.update({"id_digest": "other", "seed": "other", "active_account_key": customer})
	with pytest.raises(frappe.UniqueValidationError):
		second.insert()


def test_a_renamed_customer_keeps_the_link_and_a_merged_one_loses_it(db):
	kept, merged = make_customer(), make_customer()
	token, other = tokens.issue(kept.name), tokens.issue(merged.name)
	new_name = f"{kept.name} renamed"
	frappe.rename_doc("Customer", kept.name, new_name)
	token.reload()
	assert (token.customer, token.active_account_key, token.status) == (new_name, new_name, "Active")
	frappe.rename_doc("Customer", merged.name, new_name, merge=True)
	other.reload()
	assert (other.status, other.active_account_key) == ("Revoked", None)
	assert active_tokens(new_name) == [token.name]


def test_a_deleted_customer_leaves_no_token(db):
	customer = make_customer()
	tokens.issue(customer.name)
	frappe.delete_doc("Customer", customer.name)
	assert frappe.db.count("Portal Access Token", {"customer": customer.name}) == 0
