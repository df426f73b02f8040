"""Capabilities: the customer's policy beats the nearest group's, which beats the settings."""

import frappe
import pytest

from customer_portal_ext.access import policy
from tests.factories.masters import make_customer


@pytest.fixture
def groups(db):
	"""An outer group and an inner one within it."""
	names = []
	for label, parent in (("Outer", "All Customer Groups"), ("Inner", None)):
		group = frappe.get_doc(
			{
				"doctype": "Customer Group",
				"customer_group_name": f"{label} {frappe.generate_hash(length=6)}",
				"parent_customer_group": parent or names[0],
				"is_group": 1 if label == "Outer" else 0,
			}
		).insert()
		names.append(group.name)
	return names


def set_policy(applies_to, party, **answers):
	return frappe.get_doc(
		{"doctype": "Customer Portal Policy", "applies_to": applies_to, "party": party, **answers}
	).insert()


def can(customer, capability):
	return capability in policy.get_capabilities(customer.name, customer.customer_group)


def test_without_a_policy_the_settings_decide(portal_settings):
	customer = make_customer()
	portal_settings(show_statement=0, show_credit_notes=1)
	assert can(customer, "invoices") and can(customer, "credit_notes")
	assert not can(customer, "statement")


def test_the_nearest_group_beats_the_outer_one_and_the_customer_beats_both(groups, portal_settings):
	outer, inner = groups
	portal_settings(show_statement=1)
	customer = make_customer(customer_group=inner)
	set_policy("Customer Group", outer, statement="Deny")
	assert not can(customer, "statement")
	set_policy("Customer Group", inner, statement="Allow")
	assert can(customer, "statement")
	set_policy("Customer", customer.name, statement="Deny")
	assert not can(customer, "statement")


def test_default_passes_the_question_on(groups, portal_settings):
	outer, inner = groups
	portal_settings(show_statement=0)
	customer = make_customer(customer_group=inner)
	set_policy("Customer Group", outer, statement="Allow")
	set_policy("Customer Group", inner, statement="Default", invoices="Deny")
	set_policy("Customer", customer.name)
	assert can(customer, "statement")
	assert not can(customer, "invoices")


def test_another_groups_or_customers_policy_does_not_matter(groups, portal_settings):
	portal_settings(show_statement=1)
	customer, other = make_customer(), make_customer()
	set_policy("Customer Group", groups[0], statement="Deny")
	set_policy("Customer", other.name, statement="Deny")
	assert can(customer, "statement")


def test_a_party_has_one_policy(db):
	customer = make_customer()
	set_policy("Customer", customer.name)
	with pytest.raises(frappe.DuplicateEntryError):
		set_policy("Customer", customer.name)


def test_a_policy_is_for_customers_and_groups_only(db):
	with pytest.raises(frappe.ValidationError, match="Customer Group"):
		set_policy("User", "Administrator")


def test_policies_follow_renaming_merging_and_deleting(db):
	customer, other = make_customer(), make_customer()
	kept = set_policy("Customer", customer.name, statement="Deny")
	set_policy("Customer", other.name, statement="Allow")
	new_name = f"{customer.name} renamed"
	frappe.rename_doc("Customer", customer.name, new_name)
	kept.reload()
	assert (kept.party, kept.policy_key) == (new_name, f"Customer: {new_name}")
	frappe.rename_doc("Customer", other.name, new_name, merge=True)
	assert frappe.get_all("Customer Portal Policy", {"party": new_name}, pluck="name") == [kept.name]
	frappe.delete_doc("Customer", new_name)
	assert not frappe.db.exists("Customer Portal Policy", kept.name)


def test_every_capability_is_a_field_of_the_policy_and_every_switch_one_of_the_settings(db):
	fields = {field.fieldname for field in frappe.get_meta("Customer Portal Policy").fields}
	switches = {field.fieldname for field in frappe.get_meta("Customer Portal Settings").fields}
	assert set(policy.CAPABILITIES) <= fields
	assert {switch for switch in policy.CAPABILITIES.values() if switch} <= switches
