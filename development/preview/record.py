"""Records the preview's sample data: ``python -m development.preview.record`` in the bench's Python, on the demo site.

Each page is asked for over the real WSGI application, as the customer it belongs to, and what its template received is
kept. Run it again whenever a page's context changes; FRAPPE_SITE names the site, the bench's sites folder is where to be.
"""

import os
import re
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import frappe
import frappe.app
from markupsafe import Markup
from werkzeug.test import Client

from customer_portal_ext.access import tokens
from customer_portal_ext.web import renderer
from development.demo_data import customers
from development.preview.samples import FOLDER, Sample, write

CSRF = Markup('<input type="hidden" name="csrf_token" value="sample">')


@dataclass(frozen=True)
class Page:
	"""One page to record: whose, and its path, or how to find it among the pages recorded before.

	With ``export``, it is where asking for that format of the statement at ``path`` leads to.
	"""

	key: str
	group: str
	title: str
	customer: str
	path: str | Callable[[dict[str, Sample]], str]
	note: str = ""
	export: str = ""


def first(key: str, **wanted) -> Callable[[dict[str, Sample]], str]:
	"""The address of the first row of a recorded list whose values are these."""

	def find(recorded):
		rows = recorded[key].context["rows"]
		return next(row["url"] for row in rows if all(row[name] == value for name, value in wanted.items()))

	return find


def largest(key: str) -> Callable[[dict[str, Sample]], str]:
	return lambda recorded: max(recorded[key].context["rows"], key=lambda row: row["amount"])["url"]


def about(key: str, action: str) -> Callable[[dict[str, Sample]], str]:
	"""The page of what can be done with a recorded quotation: "accept", "decline" or "share"."""
	return lambda recorded: recorded[key].path.replace("/quotations/", f"/{action}/")


PAGES = (
	Page(
		"dashboard",
		"Overview",
		"Overview",
		customers.RETURNS,
		"/portal",
		"Overdue invoices, and credit not yet used",
	),
	Page("dashboard-companies", "Overview", "Two companies", customers.BOTH_COMPANIES, "/portal"),
	Page("invoices", "Lists", "Invoices", customers.BUSY, "/portal/invoices", "Several pages"),
	Page(
		"invoices-overdue",
		"Lists",
		"Overdue invoices",
		customers.EVERY_BUCKET,
		"/portal/invoices?status=overdue",
	),
	Page("invoices-partly", "Lists", "Instalments", customers.PARTLY_PAID, "/portal/invoices"),
	Page("credit-notes", "Lists", "Credit notes", customers.RETURNS, "/portal/credit-notes"),
	Page(
		"transactions",
		"Lists",
		"Transactions",
		customers.RETURNS,
		"/portal/transactions",
		"Every kind together",
	),
	Page("invoices-every", "Lists", "Invoices in every state", customers.EVERY_BUCKET, "/portal/invoices"),
	Page(
		"invoice", "Documents", "An invoice in instalments", customers.PARTLY_PAID, largest("invoices-partly")
	),
	Page(
		"invoice-long",
		"Documents",
		"An invoice of many lines",
		customers.EVERY_BUCKET,
		largest("invoices-every"),
	),
	Page("credit-note", "Documents", "A credit note", customers.RETURNS, first("credit-notes")),
	Page("payment", "Documents", "A payment", customers.RETURNS, first("transactions", kind="payment")),
	Page("quotations", "Lists", "Quotations", customers.EVERY_BUCKET, "/portal/quotations"),
	Page("orders", "Lists", "Orders", customers.EVERY_BUCKET, "/portal/orders"),
	Page("deliveries", "Lists", "Deliveries", customers.EVERY_BUCKET, "/portal/deliveries"),
	Page(
		"quotation",
		"Documents",
		"A quotation with an alternative",
		customers.EVERY_BUCKET,
		largest("quotations"),
	),
	Page(
		"quotation-accept",
		"Documents",
		"Accepting a quotation",
		customers.EVERY_BUCKET,
		about("quotation", "accept"),
		"With an alternative to choose, and a signature",
	),
	Page(
		"quotation-decline",
		"Documents",
		"Declining a quotation",
		customers.EVERY_BUCKET,
		about("quotation", "decline"),
	),
	Page(
		"quotation-share",
		"Documents",
		"Sharing a quotation",
		customers.EVERY_BUCKET,
		about("quotation", "share"),
	),
	Page(
		"order",
		"Documents",
		"A partly delivered order",
		customers.EVERY_BUCKET,
		first("orders", delivered=50),
	),
	Page(
		"delivery",
		"Documents",
		"A delivery with tracking",
		customers.EVERY_BUCKET,
		first("deliveries", tracking="PARCEL-0042"),
	),
	Page("messages", "Messages", "Messages", customers.PARTLY_PAID, "/portal/messages"),
	Page("issues", "Messages", "Support issues", customers.PARTLY_PAID, "/portal/issues"),
	Page("issue", "Messages", "An issue", customers.PARTLY_PAID, first("issues", priority="High")),
	Page("issue-new", "Messages", "A new issue", customers.PARTLY_PAID, "/portal/new-issue"),
	Page("account", "Account", "Account", customers.EVERY_BUCKET, "/portal/account", "With a credit limit"),
	Page("account-details", "Account", "Changing details", customers.EVERY_BUCKET, "/portal/account/details"),
	Page(
		"account-preferences",
		"Account",
		"Language and e-mails",
		customers.EVERY_BUCKET,
		"/portal/account/preferences",
	),
	Page("account-activity", "Account", "Activity", customers.EVERY_BUCKET, "/portal/account/activity"),
	Page("addresses", "Account", "Addresses", customers.EVERY_BUCKET, "/portal/addresses"),
	Page(
		"address-new", "Account", "A new address", customers.GERMAN, "/portal/new-address", "Germany's fields"
	),
	Page("contacts", "Account", "Contacts", customers.EVERY_BUCKET, "/portal/contacts"),
	Page("contact-new", "Account", "A new contact", customers.EVERY_BUCKET, "/portal/new-contact"),
	Page("statement", "Statement", "Statement of account", customers.EVERY_BUCKET, "/portal/statement"),
	Page(
		"statement-large",
		"Statement",
		"A large statement",
		customers.BUSY,
		"/portal/statement?period=this_year",
	),
	Page(
		"statement-export",
		"Statement",
		"A large file, waiting its turn",
		customers.BUSY,
		"/portal/statement",
		export="pdf",
	),
	Page("statement-companies", "Statement", "Two companies", customers.BOTH_COMPANIES, "/portal/statement"),
	Page(
		"statement-refused",
		"Statement",
		"Dates that cannot be used",
		customers.PAID_UP,
		"/portal/statement?from=2026-02-30&to=2026-01-01",
	),
	Page("arabic", "Languages", "Arabic, from right to left", customers.ARABIC, "/portal"),
	Page("arabic-statement", "Languages", "Arabic statement", customers.ARABIC, "/portal/statement"),
	Page("chinese", "Languages", "Chinese", customers.CHINESE, "/portal/invoices"),
	Page("japanese", "Languages", "Japanese, a currency without decimals", customers.YEN, "/portal"),
	Page("french", "Languages", "French", customers.EURO, "/portal/transactions"),
	Page("german-list", "Languages", "German", customers.GERMAN, "/portal/invoices"),
	Page("german", "Languages", "German invoice", customers.GERMAN, first("german-list")),
)


@contextmanager
def rendered_pages():
	"""A list that receives the template and context of every page rendered meanwhile."""
	seen = []
	original = renderer.render

	def remember(template, context, *arguments, **keywords):
		seen.append((template, context))
		return original(template, context, *arguments, **keywords)

	renderer.render = remember
	try:
		yield seen
	finally:
		renderer.render = original


def visit(site: str, customer: str) -> Client:
	"""A browser that came in by the customer's secure link."""
	frappe.init(site=site, sites_path=".", force=True)
	frappe.connect()
	link = tokens.get_link(tokens.get_or_issue(customer))
	frappe.db.commit()  # the request below reads over its own connection
	frappe.destroy()
	browser = Client(frappe.app.application)
	browser.get(re.sub(r"^https?://[^/]+", "", link), base_url=f"http://{site}")
	return browser


def record(site: str) -> dict[str, Sample]:
	recorded: dict[str, Sample] = {}
	for page in PAGES:
		path = page.path if isinstance(page.path, str) else page.path(recorded)
		browser = visit(site, page.customer)
		if page.export:
			path = ask_for_export(browser, site, path, page.export)
		with rendered_pages() as seen:
			response = browser.get(path, base_url=f"http://{site}", buffered=True)
		template, context = seen[-1]
		recorded[page.key] = Sample(
			key=page.key,
			template=template,
			context=anonymise(context),
			path=path,
			status=response.status_code,
			title=page.title,
			group=page.group,
			note=page.note,
			order=len(recorded),
		)
	return recorded


def ask_for_export(browser: Client, site: str, path: str, format: str) -> str:
	"""Where the form for a background export leads to, sent with the account and period that the page shows.

	The demo's statements are short enough to be made at once, so no page of it offers that form.
	"""
	page = browser.get(path, base_url=f"http://{site}").text
	form = re.search(r'<form[^>]*action="/portal/statement/email".*?</form>', page, re.DOTALL)[0]
	fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}
	answer = browser.post(
		"/portal/statement/exports", data=fields | {"format": format}, base_url=f"http://{site}"
	)
	return answer.location.removeprefix(f"http://{site}")


def anonymise(context: dict) -> dict:
	"""Without what belongs to one visit; the preview brings its own assets."""
	kept = {name: value for name, value in context.items() if name not in ("csrf", "assets", "http_status")}
	return kept | {"csrf": CSRF}


def keep_logo(site: str, portal: dict) -> None:
	if portal["logo_url"]:
		name = portal["logo_url"].rsplit("/", 1)[-1]
		shutil.copy(os.path.join(site, "public", "files", name), FOLDER / name)


def main() -> None:
	site = os.environ["FRAPPE_SITE"]
	frappe.app._site, frappe.app._sites_path = site, "."
	recorded = record(site)
	shutil.rmtree(FOLDER, ignore_errors=True)
	FOLDER.mkdir()
	for sample in recorded.values():
		print(sample.status, write(sample).name)
	keep_logo(site, recorded["dashboard"].context["portal"])


if __name__ == "__main__":
	main()
