"""The gate of changes that staff decide on."""

from collections.abc import Mapping

from customer_portal_ext.access import account_changes, account_mail, activity
from customer_portal_ext.access.conversations import get_author_name
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import change_requests, details
from customer_portal_ext.exceptions import DocumentNotFound
from customer_portal_ext.web import account_urls as urls
from customer_portal_ext.web.conversation_urls import with_notice


def ask(visitor: Visitor, values: Mapping[str, str], cookies: Mapping | None = None) -> None:
	"""Ask staff for these values of ``account.details``. Nothing that is so already. Raises InvalidInput."""
	changes = details.get_changes(visitor.customer, values)
	if not changes:
		return
	origin = {
		"token": visitor.token,
		"user": visitor.user,
		"requested_by": get_author_name(visitor, cookies or {}) or visitor.customer_name,
	}
	request = change_requests.ask(visitor.customer, changes, origin)
	account_changes.record("Asked for Change", visitor, change_requests.DOCTYPE, request.name)
	account_mail.tell_staff(request)


def withdraw(context: Mapping) -> tuple[str]:
	"""Take back a request: the page to go to. Raises DocumentNotFound for one that is not the visitor's, or was decided."""
	visitor = account_changes.begin()
	name = context["args"]["name"]
	if not change_requests.withdraw(visitor.customer, name):
		activity.record_refusal(visitor, f"change request {name}")
		raise DocumentNotFound
	account_changes.record("Withdrew Change", visitor, change_requests.DOCTYPE, name)
	return (with_notice(urls.ACCOUNT, "change-withdrawn"),)
