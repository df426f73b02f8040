"""Statements too long to wait for: made by a background job, followed by their progress, fetched when ready.

The DocType Portal Export holds one row per file. Its ``request_key`` is unique and empty once the job is over, so that
the same wish, clicked twice or sent fifty times at once, is one job. How many different ones wait at the same time is
decided under the lock of the customer's row.
"""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import frappe
from frappe.utils import cint, now_datetime

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import linked
from customer_portal_ext.exceptions import DocumentNotFound, TooManyUnderWay
from customer_portal_ext.statement import document, files, ledger, limits
from customer_portal_ext.statement.ledger import Account
from customer_portal_ext.statement.request import StatementRequest
from customer_portal_ext.web.urls import ROOT, with_query
from customer_portal_ext.web.words import _

DOCTYPE = "Portal Export"
FOLDER = "portal_exports"
# a job that has not ended by then never will: its worker was stopped
JOB_SECONDS = 30 * 60
# the progress is told once for so many lines
PROGRESS_STEP = 250
FIELDS = [
	"name",
	"customer",
	"company",
	"currency",
	"from_date",
	"to_date",
	"format",
	"status",
	"progress",
	"total",
	"language",
	"file",
	"filename",
	"creation",
]


def start(visitor: Visitor, wanted: StatementRequest, format: str) -> str:
	"""The name of the export that makes this file; one already on its way is taken up again.

	:raises InvalidInput: a format there is none of, too long a statement, or TooManyUnderWay.
	"""
	files.require_format(format)
	totals = ledger.get_totals(wanted.account, wanted.period.from_date, wanted.period.to_date, wanted.opening)
	files.require_length(format, totals.count)
	language = frappe.local.lang or "en"
	key = get_request_key(wanted, format, language)
	# The lock comes first: what is read after it is what others have committed, not what was there before we waited.
	frappe.db.rollback()
	linked.lock_customer(wanted.account.customer)
	if running := get_running(key):
		return running
	who = visitor.token or visitor.user or visitor.visit
	require_room(wanted.account.customer, who)
	remove_surplus(wanted.account.customer)
	return insert(who, wanted, format, language, key, totals.count)


def require_room(customer: str, who: str) -> None:
	"""Raise TooManyUnderWay where as many are being made as may be. Those that never will be do not count."""
	under_way = frappe.get_all(
		DOCTYPE,
		{"customer": customer, "status": ("in", ("Queued", "Running")), "creation": (">", get_given_up())},
		pluck="visit",
	)
	if under_way.count(who) >= limits.MOST_UNDER_WAY or len(under_way) >= limits.MOST_UNDER_WAY_TOGETHER:
		raise TooManyUnderWay(
			_(
				"{0} statements are being made for you already. Please wait until one of them is ready."
			).format(len(under_way))
		)


def remove_surplus(customer: str) -> None:
	"""Make room for another file of this customer: the oldest finished ones go, once this transaction is done."""
	finished = {"customer": customer, "status": ("in", ("Ready", "Failed"))}
	rows = frappe.get_all(
		DOCTYPE,
		finished,
		["name", "file"],
		order_by="creation desc, name",
		start=limits.MOST_KEPT - 1,
		page_length=100,
	)
	if not rows:
		return
	frappe.db.delete(DOCTYPE, {"name": ("in", [row.name for row in rows])})

	def remove_files() -> None:
		for row in rows:
			remove_file(row.file)

	frappe.db.after_commit.add(remove_files)


def get_given_up() -> datetime:
	"""What was asked for before, and is not finished, never will be."""
	return now_datetime() - timedelta(seconds=2 * JOB_SECONDS)


def insert(who: str, wanted: StatementRequest, format: str, language: str, key: str, total: int) -> str:
	account, period = wanted.account, wanted.period
	export = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"customer": account.customer,
			"company": account.company,
			"currency": account.currency,
			"from_date": period.from_date,
			"to_date": period.to_date,
			"format": format,
			"status": "Queued",
			"total": total,
			"language": language,
			"visit": who,
			"request_key": key,
		}
	)
	try:
		# behind the guard: a visitor has no roles, and may have the statement of their own account made
		export.insert(ignore_permissions=True)
	except (frappe.UniqueValidationError, frappe.QueryDeadlockError):
		# the same wish came a moment earlier
		frappe.clear_messages()
		return get_running(key, is_late=True)
	frappe.enqueue(
		"customer_portal_ext.statement.exports.run",
		queue="long",
		timeout=JOB_SECONDS,
		job_id=f"portal_export::{export.name}",
		enqueue_after_commit=True,
		name=export.name,
	)
	return export.name


def get_request_key(wanted: StatementRequest, format: str, language: str) -> str:
	account, period = wanted.account, wanted.period
	parts = (
		account.customer,
		account.company,
		account.currency,
		str(period.from_date),
		str(period.to_date),
		format,
		language,
	)
	return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def get_running(key: str, is_late: bool = False) -> str | None:
	"""The unfinished export with this key. One whose worker was stopped is given up here, and makes room for another.

	``is_late``: also one committed since this request began to read. A shared lock, and only then: locks on a key that
	is not there yet would stand in each other's way.
	"""
	query = f"select name, creation from `tab{DOCTYPE}` where request_key = %s"
	rows = frappe.db.sql(f"{query} lock in share mode" if is_late else query, key, as_dict=True)
	if not rows:
		return None
	if rows[0].creation < get_given_up():
		update(rows[0].name, status="Failed", request_key=None)
		return None
	return rows[0].name


def run(name: str) -> None:
	"""The background job: make the file of one export. A second job for the same export does nothing."""
	export = frappe.db.get_value(DOCTYPE, name, FIELDS, as_dict=True, for_update=True)
	if not export or export.status != "Queued":
		return
	update(name, status="Running")
	frappe.db.commit()  # the page shows that it has begun, and a second job stops above
	frappe.local.lang = export.language
	try:
		values = make(export)
	except Exception:
		frappe.db.rollback()
		frappe.log_error(
			title=f"Customer Portal: export {name}", reference_doctype=DOCTYPE, reference_name=name
		)
		values = {"status": "Failed"}
	update(name, request_key=None, **values)
	frappe.db.commit()  # done, or known to have failed, whatever the job runner does next


def make(export: frappe._dict) -> dict:
	"""Write the file; returns what the row then holds."""
	account = Account(export.customer, export.company, export.currency)
	statement = document.get_statement(account, export.from_date, export.to_date)
	file = f"{FOLDER}/{export.name}.{export.format}"
	path = get_path(file)
	path.parent.mkdir(mode=0o700, exist_ok=True)
	half = path.with_suffix(".part")
	key = get_progress_key(export.name)

	def progress(done: int) -> None:
		# Redis, not the database: its one connection is busy handing out the lines
		if done % PROGRESS_STEP == 0:
			frappe.cache.set(key, done, ex=JOB_SECONDS)

	try:
		with half.open("wb") as stream:
			files.get_writer(export.format).write(statement, stream, progress)
		half.replace(path)
	finally:
		half.unlink(missing_ok=True)
	count = statement.totals.count
	return {
		"status": "Ready",
		"progress": count,
		"total": count,
		"file": file,
		"filename": statement.get_filename(export.format),
	}


def get_state(visitor: Visitor, name: str) -> dict:
	"""The context of pages/statement_export.html. Raises DocumentNotFound for another customer's export."""
	export = find(visitor, name)
	done = cint(export.progress)
	if export.status == "Running":
		done = cint(frappe.cache.get(get_progress_key(export.name)))
	query = {
		"company": export.company,
		"currency": export.currency,
		"period": "own",
		"from": export.from_date.isoformat(),
		"to": export.to_date.isoformat(),
	}
	is_ready = export.status == "Ready"
	return {
		"export": {
			"name": export.name,
			"status": export.status,
			"is_over": export.status in ("Ready", "Failed"),
			"done": min(done, export.total),
			"total": export.total,
			"format": export.format,
			"format_label": files.get_labels()[export.format],
			"company": export.company,
			"currency": export.currency,
			"from_date": export.from_date,
			"to_date": export.to_date,
			"query": query | {"format": export.format},
			"url": get_url(export.name),
			"download_url": f"{ROOT}/download/exports/{export.name}" if is_ready else None,
			"statement_url": with_query(f"{ROOT}/statement", query),
		}
	}


def require_ready(visitor: Visitor, name: str) -> tuple[Path, str, str]:
	"""Path, file name and format of a finished export of this visitor's customer; DocumentNotFound otherwise."""
	export = find(visitor, name)
	path = get_path(export.file) if export.status == "Ready" and export.file else None
	if path is None or not path.is_file():
		raise DocumentNotFound
	return path, export.filename, export.format


def find(visitor: Visitor, name: str) -> frappe._dict:
	export = frappe.db.get_value(DOCTYPE, name, FIELDS, as_dict=True)
	if not export or export.name != name or export.customer != visitor.customer:
		raise DocumentNotFound
	return export


def get_url(name: str) -> str:
	return f"{ROOT}/statement/exports/{name}"


def get_progress_key(name: str):
	return frappe.cache.make_key(f"portal_export|{name}")


def get_path(file: str) -> Path:
	return Path(frappe.get_site_path("private", file))


def update(name: str, **values) -> None:
	frappe.db.set_value(DOCTYPE, name, values)


def remove_file(file: str | None) -> None:
	if file and file.startswith(f"{FOLDER}/"):
		get_path(file).unlink(missing_ok=True)


def clear_old_logs(days: int = 7) -> None:
	"""Remove exports older than ``days`` and their files (Log Settings)."""
	export = frappe.qb.DocType(DOCTYPE)
	old = export.creation < frappe.utils.add_days(now_datetime(), -cint(days))
	for (file,) in frappe.qb.from_(export).select(export.file).where(old).run():
		remove_file(file)
	frappe.db.delete(export, filters=old)
