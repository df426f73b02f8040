"""The visit's own trace: who opened, viewed, downloaded or was refused what. Written after the response has gone out."""

import frappe
from frappe.utils import cint

from customer_portal_ext.access.network import count, get_address, get_counter
from customer_portal_ext.access.visitor import Visitor

DOCTYPE = "Portal Activity"
REPEAT_SECONDS = 30 * 60

# How many traces of a kind one link or one user leaves in a while. What somebody does has limits of its own (limits.py);
# addresses can be guessed, and pages reloaded, without end.
MOST_TRACES = {
	"Refused": 20,
	"Viewed": 100,
	"Downloaded": 100,
	"Opened Link": 20,
	"Asked for Fresh Link": 20,
}
TRACE_SECONDS = 10 * 60
# for staff, as everything in this field
LEFT_OUT = "More of these within ten minutes were left out"


def record(
	what: str, visitor: Visitor, doctype: str | None = None, name: str | None = None, details: str = ""
) -> None:
	"""Remember that ``visitor`` did ``what``. The same thing by the same visit is kept once in half an
	hour, and of what is only looked at or refused, no more than MOST_TRACES."""
	_defer(
		{
			"activity": what,
			"customer": visitor.customer or None,
			"token": visitor.token,
			"user": _get_user(),
			"reference_doctype": doctype,
			"reference_name": name,
			"details": details[:140],
		},
		repeat_key=f"{what}|{visitor.visit}|{doctype}|{name}|{details[:140]}",
		who=visitor.token or visitor.user or visitor.visit,
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
		who=row.name,
	)


def record_staff(what: str, customer: str | None, token: str | None) -> None:
	"""Remember what staff, or the site itself, did with a customer's link. Part of the same transaction."""
	_insert({"activity": what, "customer": customer, "token": token, "user": frappe.session.user})


def record_question(customer: str, asked_from: str | None) -> None:
	"""Remember that somebody at an address of the network asked for a customer's link by the e-mail address on file. Part of the same
	transaction."""
	_insert({"activity": "Asked for Fresh Link", "customer": customer, "ip_address": asked_from})


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
			"customer": visitor.customer or None,
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


def _defer(values: dict, repeat_key: str, who: str) -> None:
	values["ip_address"] = get_address()
	if frappe.flags.read_only or not _has_room(values["activity"], who) or not _is_first(repeat_key):
		return
	if not _take_room(values["activity"], who):
		values |= {"reference_doctype": None, "reference_name": None, "details": LEFT_OUT}
	# A GET is rolled back, and a refusal raises: the trace gets a transaction of its own, once the answer has gone out.
	frappe.local.request.after_response.add(lambda: _insert_and_commit(values))


def _has_room(what: str, who: str) -> bool:
	"""Whether another trace is kept, the one that says that more were left out among them."""
	kept = frappe.cache.get(get_counter(f"trace-{what}", who)) if what in MOST_TRACES else None
	return cint(kept) <= MOST_TRACES.get(what, 0)


def _take_room(what: str, who: str) -> bool:
	"""Count a trace that is kept; False for the one after the last."""
	return what not in MOST_TRACES or count(f"trace-{what}", who, TRACE_SECONDS) <= MOST_TRACES[what]


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
