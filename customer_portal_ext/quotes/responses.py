"""The record of each answer: one per quotation, held by a unique key and by the lock of the quotation's row."""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe.utils import now_datetime

from customer_portal_ext.documents import parties

DOCTYPE = "Portal Quotation Response"
ACCEPTED = "Accepted"
DECLINED = "Declined"
FIELDS = (
	"name",
	"quotation",
	"customer",
	"answer",
	"answered_on",
	"signer_name",
	"signer_email",
	"sales_order",
	"signed_pdf",
)
QUOTATION_FIELDS = (
	*("name", "docstatus", "status", "transaction_date", "valid_till", "quotation_to", "party_name"),
	*("company", "owner", "currency", "customer_name"),
)
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Origin:
	"""From where an answer comes: the address, and the token or the user that opened the door."""

	# None: who is no customer yet
	customer: str | None
	ip_address: str | None = None
	token: str | None = None
	user: str | None = None


def get(quotation: str) -> dict | None:
	"""The answer that stands for a quotation, or None."""
	return get_standing(get_given(quotation))


def get_given(quotation: str) -> list[dict]:
	"""Every answer to a quotation, latest first, with ``stands`` and ``order_docstatus``. One statement."""
	response, order = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Sales Order")
	return (
		frappe.qb.from_(response)
		.left_join(order)
		.on(order.name == response.sales_order)
		.select(*(response[field] for field in FIELDS), order.docstatus.as_("order_docstatus"))
		.select(response.answer_key.isnotnull().as_("stands"))
		.where(response.quotation == quotation)
		.orderby(response.answered_on, response.creation, order=frappe.qb.desc)
	).run(as_dict=True)


def get_standing(given: list[dict]) -> dict | None:
	return next((answer for answer in given if answer["stands"]), None)


def get_undone(given: list[dict]) -> dict | None:
	"""The latest answer, where it was an acceptance whose order staff have deleted or cancelled since; else None."""
	latest = given[0] if given else None
	return latest if latest and latest["answer"] == ACCEPTED and not latest["stands"] else None


def answer_once(quotation: str, answer: Callable[[dict], dict]) -> tuple[dict, bool]:
	"""The answer that stands, and whether ``answer`` gave it now. It gets the quotation's row, locked until the commit.

	The transaction begins anew with the lock, so that everything read after it is what others have committed: under
	REPEATABLE READ a snapshot taken before the wait would still show the quotation as it was. Two transactions that block
	each other are told so by the database; the one it rolled back is tried again.
	"""
	for attempt in range(1, MOST_ATTEMPTS + 1):
		frappe.db.rollback()
		try:
			row = lock(quotation)
			standing = get(quotation)
			return (standing, False) if standing else (answer(row), True)
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			if attempt == MOST_ATTEMPTS:
				raise
	raise AssertionError("unreachable")


def lock(quotation: str) -> dict:
	"""The quotation's row as it is now, locked. The guard has found it, so it is there.

	Its lead or prospect is locked as well: two of their quotations, accepted at once, make one customer.
	"""
	table = frappe.qb.DocType("Quotation")
	rows = (
		frappe.qb.from_(table)
		.select(*(table[field] for field in QUOTATION_FIELDS))
		.where(table.name == quotation)
		.for_update()
	).run(as_dict=True)
	if rows[0].quotation_to in parties.BECAME:
		party = frappe.qb.DocType(rows[0].quotation_to)
		frappe.qb.from_(party).select(party.name).where(party.name == rows[0].party_name).for_update().run()
	return rows[0]


def record(answer: str, quotation: str, origin: Origin, **values) -> dict:
	"""Insert the answer. Its unique key is the second line of defence, behind the lock."""
	response = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"quotation": quotation,
			"answer": answer,
			"answer_key": quotation,
			"answered_on": now_datetime(),
			"customer": origin.customer,
			"ip_address": origin.ip_address,
			"token": origin.token,
			"user": origin.user,
			**values,
		}
	)
	# Nobody may write answers by hand: the guard has checked who gives this one.
	response.insert(ignore_permissions=True)
	return frappe._dict({field: response.get(field) for field in FIELDS})


def release(sales_order: str) -> None:
	"""The order of an acceptance was cancelled or deleted: the quotation may be answered anew. The record stays."""
	frappe.db.set_value(DOCTYPE, {"sales_order": sales_order}, "answer_key", None)


def forget_order(sales_order: str) -> None:
	"""The order of an acceptance was deleted. The next order may get its name, and would be taken for it."""
	frappe.db.set_value(DOCTYPE, {"sales_order": sales_order}, {"answer_key": None, "sales_order": None})


def follow_amendment(cancelled: str, amended: str) -> None:
	"""Staff amend the order: the acceptance stands again, for the new one, unless the quotation was answered meanwhile."""
	response = frappe.db.get_value(DOCTYPE, {"sales_order": cancelled}, ["name", "quotation"], as_dict=True)
	if response and not get(response.quotation):
		values = {"sales_order": amended, "answer_key": response.quotation}
		frappe.db.set_value(DOCTYPE, response.name, values)
