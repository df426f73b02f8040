"""Who a quotation was shared with, as its page and Desk list it."""

from collections.abc import Iterable, Mapping

from frappe.utils import get_datetime, getdate, now_datetime

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.quotes import limits
from customer_portal_ext.web.words import _


def get_list(links: Iterable[Mapping]) -> list[dict]:
	"""The customer's own links that still work: ``[{"token", "shared_with", "may_answer", "until"}]``. Staff's are staff's."""
	return [
		{
			"token": link["name"],
			"shared_with": link["shared_with"],
			"may_answer": bool(link["may_answer"]),
			"until": getdate(link["expires_on"]),
		}
		for link in links
		if link["shared_by"] == "Customer" and is_working(link)
	]


def is_working(link: Mapping) -> bool:
	return link["status"] == "Active" and get_datetime(link["expires_on"]) > now_datetime()


def require_new(email: str, links: Iterable[Mapping]) -> None:
	"""Raise InvalidInput for an address that has a link already, or one link too many."""
	working = get_list(links)
	if any((link["shared_with"] or "").lower() == email.lower() for link in working):
		raise InvalidInput(_("This quotation is already shared with {0}.").format(email), "email")
	if len(working) >= limits.MOST_SHARES:
		raise InvalidInput(
			_("A quotation can be shared with {0} people. Stop sharing with someone first.").format(
				limits.MOST_SHARES
			),
			"email",
		)
