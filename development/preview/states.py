"""States that a recording does not happen to show, each derived from a recorded page."""

from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

from development.preview.samples import Sample

ERRORS = {
	"access_denied": ("Access denied", 403, "The link expired, was revoked or was never one"),
	"fresh_link_sent": ("Fresh link sent", 200, "The same answer whether or not anything was sent"),
	"portal_unavailable": ("Portal not available", 503, "The master switch is off"),
	"not_found": ("Not found", 404, "Missing, foreign and forbidden alike"),
	"too_many_attempts": ("Too many attempts", 429, ""),
	"request_forged": ("Stale form", 403, "The form's protection against forgery did not match"),
	"invalid_input": ("Input that cannot be used", 400, ""),
	"server_error": ("Something went wrong", 500, ""),
}
LONG_NAME = "Gesellschaft für außergewöhnlich lange Firmennamen & Söhne <Übersee> mbH & Co. KG"


def derive(samples: dict[str, Sample]) -> dict[str, Sample]:
	"""Further samples by key, from those of the recording."""
	states = list(errors(samples["dashboard"]))
	states += dashboards(samples["dashboard"])
	states += lists(samples["invoices"])
	states += statements(samples["statement"])
	states += exports(samples["statement-export"])
	states += documents(samples["invoice"])
	return {state.key: state for state in states}


def change(sample: Sample, key: str, title: str, note: str = "", **values) -> Sample:
	context = deepcopy(sample.context) | values
	return replace(sample, key=f"{sample.key}-{key}", title=title, note=note, path="", context=context)


def errors(dashboard: Sample):
	for name, (title, status, note) in ERRORS.items():
		context = deepcopy(dashboard.context)
		context |= {"visitor": None, "message": "", "token": "", "title": title}
		context["portal"] |= {"nav": [], "allow_fresh_link": True}
		if name == "invalid_input":
			context["message"] = "From: 2026-02-30 is no date. Please write it as year, month, day."
		yield Sample(
			f"error-{name}",
			f"errors/{name}.html",
			context,
			status=status,
			title=title,
			group="Refusals",
			note=note,
		)
	found_nothing = deepcopy(dashboard.context) | {"message": "", "token": "", "title": "Not found"}
	yield Sample(
		"error-not_found-inside",
		"errors/not_found.html",
		found_nothing,
		status=404,
		title="Not found, to a visitor",
		group="Refusals",
		note="With the navigation, so that nobody is stuck",
	)
	left = deepcopy(dashboard.context) | {"visitor": None, "message": "", "token": "", "title": "Goodbye"}
	left["page"] |= {"query": {"notice": "left"}}
	left["flash"] = {
		"kind": "success",
		"text": "You have left the portal on this device. Your link still works.",
	}
	yield Sample(
		"left", "errors/access_denied.html", left, status=403, title="After leaving", group="Refusals"
	)


def dashboards(dashboard: Sample):
	zero = Decimal(0)
	paid = deepcopy(dashboard.context["accounts"])[:1]
	for account in paid:
		account |= {"balance": zero, "overdue": zero, "credit": zero, "next_due": None}
		account["buckets"] = [bucket | {"amount": zero, "share": zero} for bucket in account["buckets"]]
	credit = deepcopy(paid)
	for account in credit:
		account |= {"balance": Decimal("-250"), "credit": Decimal("250")}
	visitor = dashboard.context["visitor"]
	welcome = "Welcome to our portal.\nPlease quote the invoice's number when you pay by bank transfer."
	yield change(
		dashboard,
		"welcome",
		"With a welcome message",
		"Up to 500 characters, set by staff",
		portal=dashboard.context["portal"] | {"welcome_message": welcome},
	)
	yield change(dashboard, "paid", "Everything paid", accounts=paid, waiting=[])
	yield change(dashboard, "credit", "In the customer's favour", accounts=credit, waiting=[])
	yield change(
		dashboard, "empty", "A new customer", "Says what will appear", accounts=[], waiting=[], latest=[]
	)
	yield change(
		dashboard,
		"long-name",
		"A long name, no welcome",
		visitor=visitor | {"name": LONG_NAME},
		greeting=LONG_NAME,
		portal=dashboard.context["portal"] | {"company_name": LONG_NAME, "welcome_message": ""},
	)
	yield change(
		dashboard,
		"flash",
		"With a message after an action",
		flash={
			"kind": "success",
			"text": "The statement is on its way to the e-mail address we have on file.",
		},
	)


def lists(sample: Sample):
	context = sample.context
	nothing = context["paging"] | {"page": 1, "pages": 1, "total": 0, "first": 0, "last": 0}
	nothing |= {"previous_url": None, "next_url": None}
	filters = context["filters"] | {"search": "4500-118", "status": "overdue"}
	yield change(
		sample, "empty", "Nothing yet", "Says what will appear", rows=[], paging=nothing, is_filtered=False
	)
	yield change(
		sample,
		"none",
		"Nothing fits the filters",
		"Offers to reset",
		rows=[],
		paging=nothing,
		is_filtered=True,
		filters=filters,
	)
	if "errors" in context:
		yield change(
			sample,
			"refused",
			"A filter that cannot be used",
			"The message stands at its field",
			rows=[],
			paging=nothing,
			is_filtered=True,
			http_status=400,
			filters=context["filters"] | {"date_from": "2026-02-30"},
			errors={"date_from": "This is no date. Please write it as year, month, day."},
		)


def documents(sample: Sample):
	scoped = sample.context["portal"] | {"nav": []}
	yield change(sample, "scoped", "By a link to this document alone", "No navigation", portal=scoped)


def exports(sample: Sample):
	export = sample.context["export"]
	half = export | {"status": "Running", "done": export["total"] // 2}
	ready = export | {
		"status": "Ready",
		"is_over": True,
		"done": export["total"],
		"download_url": "/portal/download",
	}
	failed = export | {"status": "Failed", "is_over": True}
	yield change(sample, "running", "Being written", "Real progress, every two seconds", export=half)
	yield change(sample, "ready", "Ready", export=ready)
	yield change(sample, "failed", "Failed", "Nothing is lost", export=failed)


def statements(sample: Sample):
	yield change(
		sample,
		"flash",
		"After mailing it",
		flash={
			"kind": "success",
			"text": "The statement is on its way to the e-mail address we have on file.",
		},
	)
