"""The visit's own trace: who opened, viewed, downloaded or was refused what. Written after the response has gone out."""

import frappe
from frappe.utils import cint

from customer_portal_ext.access.network import get_address
from customer_portal_ext.access.visitor import Visitor

DOCTYPE = "Portal Activity"
REPEAT_SECONDS = 30 * 60


def record(
	what: str, visitor: Visitor, doctype: str | None = None, name: str | None = None, details: str = ""
) -> None:
	"""Remember that ``visitor`` did ``what``. The same thing by the same visit is kept once in half an hour."""
	_defer(
		{
			"activity": what,
			"customer": visitor.customer,
			"token": visitor.token,
			"user": _get_user(),
			"reference_doctype": doctype,
			"reference_name": name,
			"details": details[:140],
		},
		repeat_key=f"{what}|{visitor.visit}|{doctype}|{name}|{details[:140]}",
	)


def record_refusal(visitor: Visitor, what: str) -> None:
	"""Remember that ``visitor`` asked for something that is not theirs. The text is what was asked for, cut to 140 characters."""
	record("Refused", visitor, details=what)


def record_link(what: str, row: dict, details: str = "") -> None:
	"""Remember that a link was opened, refused, or that its holder asked for a fresh one. ``row`` is the token's row."""
	_defer(
		{
			"activity": what,
			"customer": row.customer,
			"token": row.name,
			"user": _get_user(),
			"reference_doctype": row.document_type,
			"reference_name": row.document_name,
			"details": details[:140],
		},
		repeat_key=f"{what}|{row.name}|{get_address()}|{details[:140]}",
	)


def record_staff(what: str, customer: str, token: str | None) -> None:
	"""Remember what staff, or the site itself, did with a customer's link. Part of the same transaction."""
	_insert({"activity": what, "customer": customer, "token": token, "user": frappe.session.user})


def record_user(what: str, customer: str, user: str, by: str | None = None) -> None:
	"""Remember that ``user``, or who has that e-mail address, was let into a customer's portal, invited, or put out; by whoever
	is signed in, where it is not said. Part of the same transaction."""
	_insert(
		{
			"activity": what,
			"customer": customer,
			"user": by or frappe.session.user,
			"reference_doctype": "User",
			"reference_name": user,
		}
	)


def record_verified(user: str) -> None:
	"""Remember that ``user`` has shown that the e-mail address of that name is theirs."""
	if not has_verified(user):
		_insert(
			{
				"activity": "Verified E-mail",
				"user": user,
				"reference_doctype": "User",
				"reference_name": user,
				"details": user,
			}
		)


def has_verified(user: str) -> bool:
	"""Whether ``user`` has once shown that, with the address they have now."""
	filters = {"activity": "Verified E-mail", "reference_doctype": "User", "reference_name": user}
	return user in frappe.get_all(DOCTYPE, filters, pluck="details")


def record_sign_in(customer: str, user: str) -> None:
	"""Remember that a user of the customer has signed in. Frappe commits it with the session."""
	_insert({"activity": "Signed In", "customer": customer, "user": user, "ip_address": get_address()})


def record_payment(what: str, payment) -> None:
	"""Remember what became of a payment: a gateway's word or the scheduler brings it, when the visit is over."""
	_insert(
		{
			"activity": what,
			"customer": payment.customer,
			"token": payment.token,
			"user": payment.user,
			"reference_doctype": payment.doctype,
			"reference_name": payment.name,
		}
	)


def record_change(what: str, visitor: Visitor, doctype: str, name: str, details: str = "") -> None:
	"""Remember what ``visitor`` changed. Part of the same transaction: no change without its trace, and the reverse."""
	_insert(
		{
			"activity": what,
			"customer": visitor.customer,
			"token": visitor.token,
			"user": _get_user(),
			"reference_doctype": doctype,
			"reference_name": name,
			"details": details[:140],
			"ip_address": get_address(),
		}
	)


def record_decision(what: str, request) -> None:
	"""Remember what staff decided on a customer's request. Part of the same transaction."""
	_insert(
		{
			"activity": what,
			"customer": request.customer,
			"user": frappe.session.user,
			"reference_doctype": request.doctype,
			"reference_name": request.name,
		}
	)


def clear_old_logs(days: int = 365) -> None:
	"""Remove activity older than ``days`` (Log Settings). Who was put out, and whose e-mail is proven, stays remembered."""
	table = frappe.qb.DocType(DOCTYPE)
	oldest = frappe.utils.add_days(frappe.utils.now_datetime(), -cint(days))
	frappe.db.delete(
		table, filters=((table.creation < oldest) & table.activity.notin(("User Removed", "Verified E-mail")))
	)


def _get_user() -> str | None:
	"""The signed-in user, if any: staff who try a customer's link must not count as the customer."""
	return None if frappe.session.user == "Guest" else frappe.session.user


def _defer(values: dict, repeat_key: str) -> None:
	values["ip_address"] = get_address()
	if frappe.flags.read_only or not _is_first(repeat_key):
		return
	# A GET is rolled back, and a refusal raises: the trace gets a transaction of its own, once the answer has gone out.
	frappe.local.request.after_response.add(lambda: _insert_and_commit(values))


def _is_first(repeat_key: str) -> bool:
	key = frappe.cache.make_key(f"portal_activity|{repeat_key}")
	return bool(frappe.cache.set(key, 1, ex=REPEAT_SECONDS, nx=True))


def _insert_and_commit(values: dict) -> None:
	frappe.db.rollback()
	_insert(values)
	frappe.db.commit()  # after the response: nothing else will


def _insert(values: dict) -> None:
	# A trace nobody may write by hand, and links that may be gone by then: no permissions, no link checks.
	entry = frappe.get_doc({"doctype": DOCTYPE, **values})
	entry.flags.ignore_links = True
	entry.insert(ignore_permissions=True)
