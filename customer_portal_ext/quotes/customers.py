"""Whom the order of a quotation is for: the customer it is made out to, or whom its lead or prospect has become, or becomes
with the acceptance."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.documents import parties
from customer_portal_ext.documents.text import get_plain_text
from customer_portal_ext.exceptions import CannotBecomeCustomer
from customer_portal_ext.platform import conversion
from customer_portal_ext.web.words import _


def find(quotation: Mapping) -> str | None:
	"""The customer, or None where there is none yet.

	:param quotation: its ``quotation_to`` and ``party_name``.
	:raises CannotBecomeCustomer: several customers were made of the same lead, and ERPNext would take any of them.
	"""
	found = parties.find_customers(quotation["quotation_to"], quotation["party_name"])
	if len(found) > 1:
		raise refuse(
			_("Several customers were made of {0} {1}: {2}.").format(
				_(quotation["quotation_to"]), quotation["party_name"], ", ".join(found)
			)
		)
	return found[0] if found else None


def get_or_make(quotation: Mapping) -> tuple[str, bool]:
	"""The customer, and whether it was made now. The caller holds the lead's lock (responses.lock).

	:raises CannotBecomeCustomer: as above, or ERPNext makes none of it, because a field is missing that this site demands.
	"""
	if existing := find(quotation):
		return existing, False
	try:
		customer = conversion.make_customer(quotation["name"])
	except frappe.ValidationError as error:
		frappe.clear_messages()
		raise refuse(" ".join(get_plain_text(str(error)).split())) from error
	if customer is None:
		raise refuse(_("No customer can be made of {0}.").format(_(quotation["quotation_to"])))
	# ERPNext tells Desk's user of a name it had to change
	frappe.clear_messages()
	# it is in the hands of whoever made the quotation, as its order is
	customer.db_set("owner", quotation["owner"], update_modified=False)
	return customer.name, True


def refuse(reason: str) -> CannotBecomeCustomer:
	""":param reason: for staff, who are told; it names fields of theirs."""
	return CannotBecomeCustomer(
		_(
			"Your order could not be made yet: something is missing in our records. We have been told, and will get in touch."
		),
		reason,
	)
