"""Customer Portal Settings: values out of range are refused with a message that names the range."""

import frappe
import pytest

from customer_portal_ext.access.settings import get_settings
from tests.factories.threads import connected


@pytest.mark.parametrize(
	("field", "value", "says"),
	[
		("token_expiry_days", 0, "1 to 365"),
		("token_expiry_days", 366, "1 to 365"),
		("token_expiry_days", -30, "1 to 365"),
		("welcome_message", "x" * 501, "at most 500"),
		("accent_colour", "red; background: url(//evil)", "#0f62c9"),
		("smallest_payment", -1, ""),
	],
)
def test_a_value_out_of_range_is_refused_and_changes_nothing(portal_settings, field, value, says):
	before = frappe.db.get_single_value("Customer Portal Settings", field)
	with pytest.raises(frappe.ValidationError, match=says):
		portal_settings(**{field: value})
	frappe.clear_document_cache("Customer Portal Settings", "Customer Portal Settings")
	assert frappe.db.get_single_value("Customer Portal Settings", field) == before


@pytest.mark.parametrize(
	("field", "value"), [("token_expiry_days", 1), ("token_expiry_days", 365), ("welcome_message", "x" * 500)]
)
def test_the_ends_of_a_range_are_allowed(portal_settings, field, value):
	portal_settings(**{field: value})
	assert frappe.db.get_single_value("Customer Portal Settings", field) == value


def test_who_reads_the_settings_while_they_are_saved_does_not_keep_the_old_ones(
	site, portal_settings, monkeypatch
):
	"""Read, then saved and committed by somebody else, then put into the cache: everybody after that reads what was saved."""
	portal_settings(welcome_message="Before")
	frappe.db.commit()
	keep, saved = frappe._set_document_in_cache, []

	def save():
		settings = frappe.get_single("Customer Portal Settings")
		settings.update({"welcome_message": "After"})
		settings.save()
		frappe.db.commit()

	def keep_late(key, document):
		if document.doctype == "Customer Portal Settings" and not saved:
			saved.append(document.welcome_message)
			connected(site, save)
		keep(key, document)

	monkeypatch.setattr(frappe, "_set_document_in_cache", keep_late)
	frappe.clear_document_cache("Customer Portal Settings", "Customer Portal Settings")
	assert connected(site, read_welcome) == "Before"
	assert saved == ["Before"]
	assert connected(site, read_welcome) == "After"


def read_welcome():
	return get_settings().welcome_message
