"""The same for many customers at once: a few within the request, more in a background job that reports its progress."""

import hashlib

import frappe
from frappe import _
from frappe.utils import cint
from frappe.utils.background_jobs import get_job_status

from customer_portal_ext.access import invitations, mail, tokens
from customer_portal_ext.desk import token_list
from customer_portal_ext.desk.staff import require_manager
from customer_portal_ext.exceptions import InvalidInput

EVENT = "portal_links_progress"
MOST_WITHIN_A_REQUEST = 10
KEPT_SECONDS = 24 * 60 * 60
REPORT_EVERY = 10  # customers
SECONDS_FOR_ONE = 2  # a generous share of the job's time limit


def start(action: str, customers, search: str = "", state: str = "") -> dict:
	"""Do ``action`` for the customers named, or for all that match. What comes back is a progress, perhaps finished already.

	:param action: one of ACTIONS.
	:param customers: names, or None for all that ``search`` and ``state`` match. Those the user may not see are left out.
	:return: job, status ("waiting", "running", "finished", "failed"), done, total; when finished also changed, unchanged
	        and refused (customer, customer_name and reason of each that got none).
	"""
	require_manager()
	if action not in ACTIONS:
		frappe.throw(
			_("There is no such action on portal links: {0}.").format(frappe.utils.escape_html(action))
		)
	if action in ("email", "invite"):
		mail.require_outgoing_account()
	selection = token_list.get_selection(_read_names(customers), search, state)
	job = _get_job_id(action, selection)
	if len(selection) <= MOST_WITHIN_A_REQUEST:
		return run(job, action, selection)
	if get_job_status(job) not in ("queued", "started"):
		_report(job, {"status": "waiting", "done": 0, "total": len(selection)})
		frappe.enqueue(
			run,
			queue="long",
			timeout=600 + SECONDS_FOR_ONE * len(selection),
			job_id=job,
			deduplicate=True,
			job=job,
			action=action,
			selection=selection,
		)
	return get_progress(job)


def get_progress(job: str) -> dict:
	"""How far a job of this user is. A job that died without a word is "failed"; what it did so far stays done."""
	require_manager()
	progress = frappe.cache.get_value(_get_key(job), expires=True)
	if not progress:
		frappe.throw(_("There is no such job of yours any more."), frappe.DoesNotExistError)
	if progress["status"] in ("waiting", "running") and get_job_status(job) not in ("queued", "started"):
		progress = frappe.cache.get_value(_get_key(job), expires=True)  # it may have finished meanwhile
		if progress["status"] != "finished":
			progress["status"] = "failed"
	return {"job": job, **progress}


def run(job: str, action: str, selection: list[dict]) -> dict:
	"""Do it, each customer in a transaction of its own: what fails for one does not undo the others."""
	progress = {"status": "running", "done": 0, "total": len(selection)}
	counts, refused = {"changed": 0, "unchanged": 0}, []
	for customer in selection:
		try:
			counts["changed" if ACTIONS[action](customer) else "unchanged"] += 1
			frappe.db.commit()  # each customer's link counts from now on; locks are held for one customer only
		except Exception as error:
			frappe.db.rollback()
			reason = _get_reason(error, customer)
			refused.append(
				{"customer": customer.name, "customer_name": customer.customer_name, "reason": reason}
			)
		progress["done"] += 1
		if progress["done"] % REPORT_EVERY == 0:
			_report(job, progress)
	finished = {**progress, **counts, "status": "finished", "refused": refused}
	_report(job, finished)
	return {"job": job, **finished}


def _read_names(customers) -> list[str] | None:
	if customers is None or (
		isinstance(customers, list) and all(isinstance(name, str) for name in customers)
	):
		return customers
	frappe.throw(_("The customers must be a list of their names."))


class Refusal(Exception):
	"""Why a customer got none, in words for staff."""


def _generate(customer: dict) -> bool:
	_require_enabled(customer)
	if customer.state == "active":
		return False
	tokens.get_or_issue(customer.name)
	return True


def _regenerate(customer: dict) -> bool:
	_require_enabled(customer)
	tokens.issue(customer.name)
	return True


def _email(customer: dict) -> bool:
	_require_enabled(customer)
	_require_address(customer)
	mail.send_link(tokens.get_or_issue(customer.name))
	return True


def _revoke(customer: dict) -> bool:
	return tokens.revoke_all(customer.name) > 0


def _invite(customer: dict) -> bool:
	"""Whoever has the e-mail address on file. Who was invited before and has not signed in yet gets the e-mail again."""
	_require_enabled(customer)
	_require_address(customer)
	person = invitations.find_person_on_file(customer.name)
	if not person:
		raise Refusal(_("No contact has the e-mail address on file"))
	if person["state"] == "active":
		return False
	if person["state"] == "removed":
		# somebody decided that about this one person; so does who undoes it
		raise Refusal(
			_("{0} was disabled, and is invited again on the customer's form").format(person["user"])
		)
	invitations.invite(customer.name, person["contact"])
	return True


ACTIONS = {
	"generate": _generate,
	"regenerate": _regenerate,
	"email": _email,
	"revoke": _revoke,
	"invite": _invite,
}


def _require_enabled(customer: dict) -> None:
	if customer.state == "disabled":
		raise Refusal(_("The customer is disabled"))


def _require_address(customer: dict) -> None:
	if not mail.is_deliverable(customer.email):
		# Checked first: neither a link nor a user that nobody hears of is made.
		raise Refusal(_("No e-mail address on file"))


def _get_reason(error: Exception, customer: dict) -> str:
	if isinstance(error, Refusal | InvalidInput):
		return str(error)
	if isinstance(error, frappe.ValidationError):
		frappe.clear_messages()  # it is in the result, and need not pop up as well
		return frappe.utils.strip_html(str(error))
	# Without the values of local variables, which Frappe's own error log adds: a token may be among them.
	frappe.log_error(f"Customer Portal: link of {customer.name}", frappe.get_traceback())
	frappe.db.commit()  # the log entry, before the next customer's transaction
	return _("Something went wrong; see the Error Log")


def _get_job_id(action: str, selection: list[dict]) -> str:
	"""The same for the same click: a second one while the job runs follows the first one's progress."""
	names = "\n".join(sorted(customer.name for customer in selection))
	digest = hashlib.sha256(f"{frappe.session.user}\n{action}\n{names}".encode()).hexdigest()
	return f"portal-links-{digest[:32]}"


def _get_key(job: str) -> str:
	"""A job is its user's own."""
	return f"portal_links|{frappe.session.user}|{job[:60]}"


def _report(job: str, progress: dict) -> None:
	frappe.cache.set_value(_get_key(job), progress, expires_in_sec=KEPT_SECONDS)
	values = {
		"job": job,
		"status": progress["status"],
		"done": progress["done"],
		"total": cint(progress["total"]),
	}
	frappe.publish_realtime(EVENT, values, user=frappe.session.user)
