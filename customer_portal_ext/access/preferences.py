"""The gate of language and e-mails: a signed-in user chooses for themselves, a link's holder for the address on file."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.access import account_changes, guard
from customer_portal_ext.access.account_changes import may_change
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import preferences
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web import account_urls as urls
from customer_portal_ext.web.conversation_urls import with_notice
from customer_portal_ext.web.words import _, _lt

LABELS = {
	"messages": _lt("Answers to messages"),
	"issues": _lt("Answers to support issues"),
	"receipts": _lt("Receipts of payments"),
	"reminders": _lt("Reminders of invoices that fall due"),
	"quotations": _lt("Confirmations of accepted quotations"),
	"changes": _lt("Decisions on changes of the account"),
}
# What nobody is sent who may not do this; staff answer messages in any case.
NEEDED = {
	"issues": "issues",
	"receipts": "payments",
	"reminders": "invoices",
	"quotations": "quotation_acceptance",
	"changes": account_changes.CAPABILITY,
}


def get_summary(visitor: Visitor, on_file: str | None) -> dict:
	"""What the account's page shows: ``{"language", "email" | None, "mails": [{"label", "is_wanted"}], "preferences_url"}``.
	One statement."""
	email = get_user(visitor) or on_file or None
	# staff who view as the customer read their own language
	code = preferences.get_language(visitor.customer) if visitor.kind == "staff" else visitor.language
	language = code and frappe.get_cached_value("Language", code, "language_name")
	wanted, has_reminders = preferences.get_with_reminders(visitor.customer, email)
	offered = get_offered(visitor, has_reminders) if email else []
	return {
		"language": language or get_no_language(visitor),
		"email": email,
		"mails": [{"label": str(LABELS[mail]), "is_wanted": wanted[mail]} for mail in offered],
		"preferences_url": urls.PREFERENCES if email or may_choose_language(visitor) else None,
	}


def get_user(visitor: Visitor) -> str | None:
	"""The user whose own language and e-mails are meant; None for a link's holder, and for staff who view as the customer."""
	return visitor.user if visitor.kind == "user" else None


def get_email(visitor: Visitor) -> str | None:
	"""The address whose e-mails the visitor chooses."""
	return get_user(visitor) or get_address_on_file(visitor.customer)


def get_offered(visitor: Visitor, has_reminders: bool) -> list[str]:
	"""The kinds of e-mail that the visitor's address may get."""
	return [
		mail
		for mail in preferences.MAILS
		if (mail not in NEEDED or visitor.can(NEEDED[mail])) and (mail != "reminders" or has_reminders)
	]


def may_choose_language(visitor: Visitor) -> bool:
	"""A user's language is their own; that of the customer is its documents' as well."""
	return get_user(visitor) is not None or may_change(visitor)


def get_no_language(visitor: Visitor) -> str:
	return _("As the account's") if get_user(visitor) else _("As your browser asks for")


def require_chooser() -> tuple[Visitor, str | None]:
	"""A visitor who has something to choose, and for which address. Raises DocumentNotFound."""
	visitor = guard.require_account()
	email = get_email(visitor)
	if not email and not may_choose_language(visitor):
		guard.require_capability(account_changes.CAPABILITY)
	return visitor, email


def get_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/account_preferences.html."""
	if problem:
		frappe.db.rollback()
	visitor, email = require_chooser()
	form = context["form"]
	may_choose = may_choose_language(visitor)
	wanted, has_reminders = preferences.get_with_reminders(visitor.customer, email)
	if form:
		wanted = {mail: bool(form.get(mail)) for mail in preferences.MAILS}
	offered = get_offered(visitor, has_reminders) if email else []
	return {
		"title": _("Language and e-mails"),
		"back": {"label": _("Account"), "url": urls.ACCOUNT},
		"url": urls.PREFERENCES,
		"languages": preferences.get_languages() if may_choose else None,
		"language": form.get("language") or preferences.get_language(visitor.customer, get_user(visitor)),
		"no_language": get_no_language(visitor),
		"is_own": get_user(visitor) is not None,
		"email": email,
		"mails": [{"name": mail, "label": str(LABELS[mail]), "is_wanted": wanted[mail]} for mail in offered],
		"problem": problem.message if problem else None,
		"http_status": problem.http_status if problem else 200,
	}


def change(context: Mapping) -> tuple[str]:
	"""Keep language and e-mails: the page to go to. Raises InvalidInput. What was not offered stays as it is."""
	visitor = account_changes.begin(lambda: require_chooser()[0])
	form, email, changed = context["form"], get_email(visitor), []
	if may_choose_language(visitor):
		language = preferences.read_language(form.get("language"), preferences.get_languages())
		changed.append(preferences.change_language(visitor.customer, get_user(visitor), language))
	if email:
		_before, has_reminders = preferences.get_with_reminders(visitor.customer, email)
		wanted = {mail: bool(form.get(mail)) for mail in get_offered(visitor, has_reminders)}
		changed.append(preferences.change(visitor.customer, email, wanted))
	if any(changed):
		account_changes.record("Changed Preferences", visitor, "Customer", visitor.customer)
	return (with_notice(urls.ACCOUNT, "preferences-changed"),)
