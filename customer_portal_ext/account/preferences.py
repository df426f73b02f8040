"""Which of the portal's own e-mails a person wants about a customer, and in which language.

A person is an e-mail address: that of a signed-in user, or the one on file for who comes by a secure link. Who never chose
wants all of them. What somebody asks for themselves (a fresh link, a statement, a receipt to an address they gave, sharing,
an invitation) and what protects them (that the e-mail address on file was changed) is always sent.
"""

from collections.abc import Mapping

import frappe

from customer_portal_ext.account.sign_ups import is_linked, normalise
from customer_portal_ext.conversations import audience
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _

DOCTYPE = "Portal Email Preference"
# fields of the DocType, and of the form
MAILS = ("messages", "issues", "receipts", "reminders", "quotations", "changes")
# what reminders name as their recipient (reminders.py), and staff's own notifications may
REMINDED = "portal_reminder_address"
# stands for no address, as no row does
NOBODY = "-"


def wants(customer: str | None, email: str | None, mail: str) -> bool:
	"""Whether the person with this address wants e-mails of this kind, one of MAILS, about the customer."""
	return not frappe.db.exists(DOCTYPE, {**_get_person(customer, email), mail: 0})


def get(customer: str, email: str | None) -> dict[str, bool]:
	"""Each of MAILS with whether the person wants it. One statement."""
	return get_with_reminders(customer, email)[0]


def get_with_reminders(customer: str, email: str | None) -> tuple[dict[str, bool], bool]:
	"""The same, and whether this site sends reminders to who wants them. Still one statement."""
	table, chosen = frappe.qb.DocType("Customer"), frappe.qb.DocType(DOCTYPE)
	rows = (
		frappe.qb.from_(table)
		.left_join(chosen)
		.on((chosen.customer == table.name) & (chosen.email == (normalise(email) or NOBODY)))
		.select(*[chosen[mail] for mail in MAILS], _reminder().as_("reminder"))
		.where(table.name == customer)
	).run(as_dict=True)
	# more than one where two customers were merged
	wanted = {mail: all(row[mail] != 0 for row in rows) for mail in MAILS}
	return wanted, any(row.reminder for row in rows)


def change(customer: str, email: str, wanted: Mapping[str, bool]) -> bool:
	"""Keep what was chosen of MAILS; False where nothing differs. The caller holds the customer's lock."""
	before = get(customer, email)
	if all(before[mail] == is_wanted for mail, is_wanted in wanted.items()):
		return False
	values = {mail: int(is_wanted) for mail, is_wanted in wanted.items()}
	names = frappe.get_all(DOCTYPE, _get_person(customer, email), pluck="name")
	for name in names:
		frappe.db.set_value(DOCTYPE, name, values)
	if not names:
		document = frappe.get_doc({"doctype": DOCTYPE, **_get_person(customer, email), **values})
		# the gate has checked whose address it is
		document.insert(ignore_permissions=True)
	return True


def follow_contact(contact) -> None:
	"""A person whose e-mail address changes keeps their choice; who else has the old one keeps theirs."""
	before = contact.get_doc_before_save()
	old, new = (normalise(doc.email_id) if doc else "" for doc in (before, contact))
	if not old or not new or old == new:
		return
	for customer in [link.link_name for link in contact.links if link.link_doctype == "Customer"]:
		chosen = get(customer, old)
		if not all(chosen.values()) and all(get(customer, new).values()):
			change(customer, new, chosen)
		_forget_stranger(customer, old)


def forget_contact(contact) -> None:
	"""After a contact was deleted, nothing is kept about its address, unless it is another's of the customer's as well."""
	for customer in [link.link_name for link in contact.links if link.link_doctype == "Customer"]:
		_forget_stranger(customer, normalise(contact.email_id))


def follow_user(old: str, new: str) -> None:
	"""After a user, whose name is their e-mail address, was renamed."""
	frappe.db.set_value(DOCTYPE, {"email": normalise(old)}, "email", normalise(new))


def forget(customer: str) -> None:
	"""After a customer was deleted."""
	frappe.db.delete(DOCTYPE, {"customer": customer})


def _reminder():
	"""SQL: a notification that is switched on and goes to who wants reminders: one of the app's, or one of staff's own."""
	notification, recipient = frappe.qb.DocType("Notification"), frappe.qb.DocType("Notification Recipient")
	return (
		frappe.qb.from_(recipient)
		.join(notification)
		.on((notification.name == recipient.parent) & (recipient.parenttype == "Notification"))
		.select(notification.name)
		.where((notification.enabled == 1) & (notification.channel == "Email"))
		.where(recipient.cc.like(f"%{REMINDED}%"))
		.limit(1)
	)


def _forget_stranger(customer: str, email: str) -> None:
	if email not in audience.get_addresses(customer):
		frappe.db.delete(DOCTYPE, _get_person(customer, email))


def _get_person(customer: str | None, email: str | None) -> dict:
	return {"customer": customer or "", "email": normalise(email)}


def get_languages() -> list[dict]:
	"""``[{"value", "label"}]``: the site's languages, each by its own name."""
	rows = frappe.get_all(
		"Language", {"enabled": 1}, ["name", "language_name"], order_by="language_name", limit=300
	)
	return [{"value": row.name, "label": row.language_name} for row in rows]


def read_language(typed: str | None, languages: list[dict]) -> str | None:
	"""What was chosen, or None. Raises InvalidInput for a language that is not the site's."""
	language = typed or None
	if language and language not in [each["value"] for each in languages]:
		raise InvalidInput(_("Choose a language from the list."), "language")
	return language


def get_language(customer: str, user: str | None = None) -> str | None:
	"""What was chosen: by the user for themselves, else for the customer."""
	return frappe.db.get_value(*_get_holder(customer, user), "language")


def change_language(customer: str, user: str | None, language: str | None) -> bool:
	"""Keep the user's language, or that of the customer; False where it is the same."""
	doctype, name = _get_holder(customer, user)
	if (frappe.db.get_value(doctype, name, "language") or None) == language:
		return False
	frappe.db.set_value(doctype, name, "language", language)
	frappe.clear_document_cache(doctype, name)
	return True


def get_mail_language(customer: str, email: str | None) -> str:
	"""The language of an e-mail to this person: their own as a user of the customer, else the customer's, else the site's."""
	is_user = is_linked(customer, normalise(email))
	return (
		(frappe.db.get_value("User", normalise(email), "language") if is_user else None)
		or frappe.db.get_value("Customer", customer, "language")
		or frappe.get_system_settings("language")
		or "en"
	)


def _get_holder(customer: str, user: str | None) -> tuple[str, str]:
	return ("User", user) if user else ("Customer", customer)
