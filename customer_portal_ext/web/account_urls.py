"""Addresses (of pages) about the account: its details, its addresses and contacts."""

from urllib.parse import quote

from customer_portal_ext.web.urls import ROOT, with_query

ACCOUNT = f"{ROOT}/account"
DETAILS = f"{ACCOUNT}/details"
PREFERENCES = f"{ACCOUNT}/preferences"
ACTIVITY = f"{ACCOUNT}/activity"
ADDRESSES = f"{ROOT}/addresses"
NEW_ADDRESS = f"{ROOT}/new-address"
CONTACTS = f"{ROOT}/contacts"
NEW_CONTACT = f"{ROOT}/new-contact"


def address_url(name: str) -> str:
	"""The form of one address, where it is posted as well."""
	return f"{ADDRESSES}/{quote(name)}"


def default_address_url(purpose: str, name: str) -> str:
	"""Where "billing" or "shipping" is posted for an address."""
	return f"{ROOT}/{purpose}-address/{quote(name)}"


def remove_address_url(name: str) -> str:
	return f"{ROOT}/remove-address/{quote(name)}"


def contact_url(name: str) -> str:
	"""The form of one contact, where it is posted as well."""
	return f"{CONTACTS}/{quote(name)}"


def main_contact_url(name: str) -> str:
	return f"{ROOT}/main-contact/{quote(name)}"


def remove_contact_url(name: str) -> str:
	return f"{ROOT}/remove-contact/{quote(name)}"


def withdraw_url(request: str) -> str:
	return f"{ACCOUNT}/requests/{quote(request, safe='')}/withdraw"


def activity_url(page: int) -> str:
	return with_query(ACTIVITY, {"page": page if page > 1 else None})
