"""The account's details, addresses and contacts."""

from urllib.parse import quote

import frappe

from tests import factories
from tests.factories.account import ADDRESS, CONTACT, make_email
from tests.forms import read_form
from tests.security.sendings.stage import Sending, sends


@sends("/portal/account/details")
def change_details(stage):
	path = "/portal/account/details"
	return Sending(
		stage.enter(),
		path,
		path,
		{"website": "example.org", "tax_id": "US-17"},
		makes={"Portal Change Request": 1, "Notification Log": 1},
		traces=("Changed Details", "Asked for Change"),
	)


@sends("/portal/account/preferences")
def choose_e_mails(stage):
	path = "/portal/account/preferences"
	return Sending(
		stage.enter(),
		path,
		path,
		{"language": "de", "messages": []},
		makes={"Portal Email Preference": 1},
		traces=("Changed Preferences",),
	)


@sends("/portal/account/requests/<name>/withdraw")
def withdraw_a_request(stage):
	client = stage.enter()
	path = "/portal/account/details"
	client.post(path, read_form(client, path, path, {"customer_name": "Other"}))
	(name,) = frappe.get_all("Portal Change Request", {"customer": stage.customer.name}, pluck="name")
	return Sending(
		client, "/portal/account", f"/portal/account/requests/{name}/withdraw", traces=("Withdrew Change",)
	)


@sends("/portal/addresses/<path:name>")
def change_an_address(stage):
	path = f"/portal/addresses/{quote(factories.make_address(stage.customer).name)}"
	return Sending(stage.enter(), path, path, ADDRESS, traces=("Changed Address",))


@sends("/portal/new-address")
def add_an_address(stage):
	values = {**ADDRESS, "is_primary_address": "1"}
	return Sending(
		stage.enter(),
		"/portal/new-address",
		"/portal/new-address",
		values,
		makes={"Address": 1, "Dynamic Link": 1},
		traces=("Added Address",),
	)


@sends("/portal/billing-address/<path:name>")
def bill_to(stage):
	name = quote(factories.make_address(stage.customer).name)
	return Sending(
		stage.enter(),
		"/portal/addresses",
		f"/portal/billing-address/{name}",
		traces=("Changed Default Address",),
	)


@sends("/portal/shipping-address/<path:name>")
def ship_to(stage):
	name = quote(factories.make_address(stage.customer).name)
	return Sending(
		stage.enter(),
		"/portal/addresses",
		f"/portal/shipping-address/{name}",
		traces=("Changed Default Address",),
	)


@sends("/portal/remove-address/<path:name>")
def remove_an_address(stage):
	name = quote(factories.make_address(stage.customer).name)
	return Sending(
		stage.enter(),
		"/portal/addresses",
		f"/portal/remove-address/{name}",
		makes={"Address": -1, "Dynamic Link": -1},
		traces=("Removed Address",),
	)


@sends("/portal/contacts/<path:name>")
def change_a_contact(stage):
	name = quote(factories.make_contact(stage.customer, make_email(), is_primary=False).name)
	return Sending(
		stage.enter(),
		f"/portal/contacts/{name}",
		f"/portal/contacts/{name}",
		CONTACT,
		traces=("Changed Contact",),
	)


@sends("/portal/new-contact")
def add_a_contact(stage):
	return Sending(
		stage.enter(),
		"/portal/new-contact",
		"/portal/new-contact",
		CONTACT,
		makes={"Contact": 1, "Dynamic Link": 1},
		traces=("Added Contact",),
	)


@sends("/portal/main-contact/<path:name>")
def make_the_main_contact(stage):
	name = quote(factories.make_contact(stage.customer, make_email(), is_primary=False).name)
	return Sending(
		stage.enter(),
		"/portal/contacts",
		f"/portal/main-contact/{name}",
		makes={"Email Queue": 1},
		traces=("Changed Main Contact",),
	)


@sends("/portal/remove-contact/<path:name>")
def remove_a_contact(stage):
	name = quote(factories.make_contact(stage.customer, make_email(), is_primary=False).name)
	return Sending(
		stage.enter(),
		"/portal/contacts",
		f"/portal/remove-contact/{name}",
		makes={"Contact": -1, "Dynamic Link": -1},
		traces=("Removed Contact",),
	)
