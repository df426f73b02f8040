"""States that a recording does not happen to show, each derived from a recorded page."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from development.preview import paying, stretched
from development.preview.samples import Sample

ERRORS = {
	"access_denied": ("Access denied", 403, "The link expired, was revoked or was never one"),
	"fresh_link_sent": ("Fresh link sent", 200, "The same answer whether or not anything was sent"),
	"portal_unavailable": ("Portal not available", 503, "The master switch is off"),
	"not_found": ("Not found", 404, "Missing, foreign and forbidden alike"),
	"too_large": ("Too large", 413, "A form that the web server does not let through"),
	"too_many_attempts": ("Too many attempts", 429, ""),
	"request_forged": ("Stale form", 403, "The form's protection against forgery did not match"),
	"invalid_input": ("Input that cannot be used", 400, ""),
	"view_only": ("Viewing only", 403, "One of the staff sends a form while viewing as the customer"),
	"organisation_changed": ("Another organisation", 409, "A form of one customer's page after switching"),
	"already_sent": ("Sent before", 409, "A form sent again whose first answer was lost"),
	"busy": ("Still being worked on", 409, "The same form sent again while the first is not done"),
	"server_error": ("Something went wrong", 500, ""),
}
LONG_NAME = "Gesellschaft für außergewöhnlich lange Firmennamen & Söhne <Übersee> mbH & Co. KG"


def derive(samples: dict[str, Sample]) -> dict[str, Sample]:
	"""Further samples by key, from those of the recording."""
	states = list(errors(samples["dashboard"]))
	states += identities(samples["dashboard"])
	states.append(invitation(samples["dashboard"]))
	states.append(colleagues(samples["dashboard"]))
	states += dashboards(samples["dashboard"])
	states += lists(samples["invoices"])
	states += statements(samples["statement"])
	states += exports(samples["statement-export"])
	states += documents(samples["invoice"])
	states += selling(samples)
	states += conversations(samples)
	states += paying.derive(samples)
	states += account(samples)
	states += stretched.derive(samples | {state.key: state for state in states})
	return {state.key: state for state in states}


def conversations(samples: dict[str, Sample]):
	messages, new = samples["messages"], samples["issue-new"]
	thread = messages.context["thread"]
	problem = "“photo.png” cannot be sent: its content is not what its name says."
	form = thread["form"] | {
		"author": None,
		"typed": {"message": "See the photo", "name": "Maya Cedar"},
		"problem": problem,
		"field": "files",
	}
	refused = change(messages, "refused", "A file that is refused", form=form, back_url="/portal/messages")
	yield replace(refused, template="pages/write.html", status=400)
	typed = new.context["form"] | {
		"typed": {"message": "It hums"},
		"problem": "Say in a few words what it is about.",
	}
	yield replace(
		change(new, "refused", "An issue without a subject", form=typed | {"field": "subject"}), status=400
	)
	nothing = {"messages": [], "earlier_url": None, "form": thread["form"]}
	yield change(messages, "empty", "No messages yet", thread=nothing, documents=[])
	only_read = thread | {"form": None, "earlier_url": "/portal/messages?messages=all#messages"}
	yield change(messages, "off", "Writing is switched off", "Old threads stay readable", thread=only_read)
	yield change(
		samples["issues"],
		"empty",
		"No issues yet",
		rows=[],
		paging=samples["issues"].context["paging"] | {"total": 0},
	)
	yield change(samples["issue"], "closed", "A closed issue", is_closed=True, solution="A screw was loose.")


def account(samples: dict[str, Sample]):
	page, addresses, new = samples["account"], samples["addresses"], samples["address-new"]
	changes = [{"label": "Tax number", "old": "US-1", "new": "US-2"}]
	when = page.context["latest"][0]["when"]
	asked = {"name": "1", "requested_on": when, "requested_by": "Maya Cedar", "changes": changes}
	requests = [
		asked
		| {
			"status": "Open",
			"decided_on": None,
			"note": None,
			"withdraw_url": "/portal/account/requests/1/withdraw",
		},
		asked
		| {
			"status": "Rejected",
			"decided_on": when,
			"note": "Please send us the certificate first.",
			"withdraw_url": None,
		},
	]
	yield change(page, "requests", "Changes that staff decide on", requests=requests)
	over = deepcopy(page.context["accounts"])
	over[0]["credit"] |= {"used": over[0]["credit"]["limit"] + 250, "available": Decimal(-250)}
	yield change(
		page,
		"closed",
		"Nothing may be changed",
		"The limit is passed",
		accounts=over,
		details_url=None,
		preferences_url=None,
	)
	yield change(page, "signed-in", "Of somebody who signed in", website_url="/me")
	details = samples["account-details"]
	yield change(details, "waiting", "A change is being checked", needs_approval=True, is_waiting=True)
	yield change(addresses, "empty", "No addresses yet", rows=[])
	shared = [row | {"is_own": False, "edit_url": None} for row in addresses.context["rows"]]
	yield change(addresses, "shared", "An address that others use too", rows=shared)
	yield change(samples["contacts"], "empty", "No contacts yet", rows=[])
	yield change(
		samples["account-activity"], "empty", "Nothing has happened", rows=[], older_url=None, newer_url=None
	)
	refused = new.context["form"] | {
		"problem": "This is no Postcode of that country. It looks like this: 26133",
		"field": "pincode",
	}
	yield replace(change(new, "refused", "A postcode of another country", form=refused), status=400)


def change(sample: Sample, key: str, title: str, note: str = "", **values) -> Sample:
	context = deepcopy(sample.context) | values
	return replace(sample, key=f"{sample.key}-{key}", title=title, note=note, path="", context=context)


def errors(dashboard: Sample):
	for name, (title, status, note) in ERRORS.items():
		context = deepcopy(dashboard.context)
		context |= {"visitor": None, "message": "", "token": "", "title": title}
		context["portal"] |= {
			"nav": [],
			"allow_fresh_link": True,
			"allow_asking_for_link": False,
			"contacts": [],
		}
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
	asked = {"nav": [], "allow_fresh_link": False, "allow_asking_for_link": True}
	asked["contacts"] = [
		{"text": "+1 212 555 0100", "url": "tel:+1%20212%20555%200100"},
		{"text": "accounts@windpower.example", "url": "mailto:accounts@windpower.example"},
	]
	left["portal"] |= asked
	left["flash"] = {
		"kind": "success",
		"text": "You have left the portal on this device. Your link still works.",
	}
	yield Sample(
		"left", "errors/access_denied.html", left, status=403, title="After leaving", group="Refusals"
	)
	without = deepcopy(left) | {"no_link": True, "title": "Without a link", "flash": None}
	without["page"] |= {"query": {}}
	yield Sample(
		"without-link",
		"errors/access_denied.html",
		without,
		status=403,
		title="Without a link",
		group="Refusals",
		note="Says whom to ask, and mails the link to the address on file",
	)


def invitation(dashboard: Sample) -> Sample:
	"""What an invitation's link opens."""
	values = {
		"visitor": None,
		"email": "maya@cedar.example",
		"customer_name": "Cedar & Partners",
		"company_name": "Wind Power LLC",
		"url": "/portal/join/x",
		"way": "password",
		"signed_in": None,
		"sign_in_url": "/login",
	}
	state = change(dashboard, "join", "An invitation, opened from the e-mail", **values)
	return replace(state, template="pages/join.html", context=state.context | {"title": "Welcome"})


def colleagues(dashboard: Sample) -> Sample:
	"""Who may sign in for a customer."""
	one = {"contact": "C1", "user": "maya@cedar.example", "email": "maya@cedar.example", "name": "Maya Cedar"}
	active, invited = {"text": "Can sign in", "tone": "ok"}, {"text": "Invited", "tone": "info"}
	one["is_invited"] = False
	people = [
		one | {"status": active, "is_self": True, "may_invite": False, "may_remove": False},
		one
		| {"name": "Sam Cedar", "status": invited, "is_self": False, "may_invite": True, "may_remove": True}
		| {"is_invited": True},
		one | {"name": LONG_NAME, "status": None, "is_self": False, "may_invite": True, "may_remove": False},
	]
	typed = {"first_name": "", "last_name": "", "email": ""}
	values = {"people": people, "typed": typed, "problem": None, "field": None}
	state = change(dashboard, "colleagues", "Who may sign in for the customer", **values)
	return replace(state, template="pages/colleagues.html", context=state.context | {"title": "Colleagues"})


def identities(dashboard: Sample):
	"""Who one is: a user of several organisations, a link opened while signed in, staff who look on."""
	visitor = dashboard.context["visitor"]
	several = [{"value": name, "label": name} for name in (visitor["name"], LONG_NAME)]
	signed_in = visitor | {
		"kind": "user",
		"valid_until": None,
		"user_name": "Maya Cedar",
		"customers": several,
	}
	yield change(dashboard, "organisations", "A user of two organisations", visitor=signed_in)
	yield change(dashboard, "link-and-user", "A link opened while signed in", signed_in_as="Maya Cedar")
	staff = visitor | {"kind": "staff", "valid_until": None, "user_name": "Sam Field"}
	yield change(dashboard, "viewed", "Viewed as customer by staff", visitor=staff, signed_in_as="Sam Field")


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


def selling(samples: dict[str, Sample]):
	quotation, order, delivery = samples["quotation"], samples["order"], samples["delivery"]
	expired = {"text": "Expired", "tone": "muted"}
	yield change(quotation, "expired", "Expired", status=expired, valid_till=quotation.context["date"])
	signed = {"name": "Ann Buyer", "on": datetime(2026, 10, 12, 9, 30)}
	nothing_to_do = {
		"accept_url": None,
		"decline_url": None,
		"share_url": None,
		"unshare_url": "",
		"shares": [],
	}
	given = signed | {
		"is_accepted": True,
		"order": order.context["name"],
		"is_being_checked": True,
		"signed_url": "/portal/download/signed",
	}
	yield change(
		quotation,
		"accepted",
		"Accepted",
		"Its order is a draft that staff check",
		status={"text": "Accepted", "tone": "ok"},
		answer=nothing_to_do | {"given": given, "undone": None},
	)
	yield change(
		quotation,
		"undone",
		"Accepted, and the order cancelled",
		"It can be accepted anew",
		answer=nothing_to_do | {"accept_url": "/portal/accept", "given": None, "undone": signed},
	)
	steps = [
		step | {"percent": Decimal(100), "shown": 100, "date": order.context["date"], "expected": None}
		for step in order.context["steps"]
	]
	lines = [
		line | {"delivered": {"text": "Delivered", "tone": "ok"}, "expected": None, "invoiced": "Invoiced"}
		for line in order.context["lines"]
	]
	yield change(
		order, "completed", "Completed", status={"text": "Completed", "tone": "ok"}, steps=steps, lines=lines
	)
	steps = [step | {"percent": Decimal(0), "shown": 0, "date": None} for step in order.context["steps"][1:]]
	yield change(
		order,
		"new",
		"Just confirmed",
		"Nothing delivered, nothing invoiced",
		status={"text": "Confirmed", "tone": "info"},
		steps=[order.context["steps"][0], *steps],
		deliveries=[],
		invoices=[],
	)
	yield change(
		order,
		"being-checked",
		"Being checked",
		"Accepted, and not yet confirmed by staff",
		status={"text": "Being checked", "tone": "info"},
		accepted=signed,
		pdf_url=None,
		signed_url="/portal/download/signed",
		steps=[],
		deliveries=[],
		invoices=[],
	)
	titled = replace(delivery, context=delivery.context | {"title": "Return of October 20, 2026"})
	yield change(
		titled,
		"return",
		"A return",
		kind_label="Return",
		is_return=True,
		status={"text": "Return", "tone": "muted"},
		consignments=[],
		open_lines=[],
	)


def statements(sample: Sample):
	labels = {"this_quarter": "This fiscal quarter", "this_year": "This fiscal year"}
	form = sample.context["form"]
	periods = [period | {"label": labels.get(period["value"], period["label"])} for period in form["periods"]]
	year = {"company": "Wind Power LLC", "from_date": date(2026, 4, 1), "to_date": date(2027, 3, 31)}
	fiscal = form | {"periods": periods, "fiscal_year": year, "from": "2026-04-01"}
	yield change(sample, "fiscal", "Of a company with a fiscal year", form=fiscal)
	yield change(
		sample,
		"flash",
		"After mailing it",
		flash={
			"kind": "success",
			"text": "The statement is on its way to the e-mail address we have on file.",
		},
	)
