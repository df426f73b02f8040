"""Which pages are measured, and what ERPNext's own way to the same job is. Runs inside the bench's Python."""

import statistics
import time
from datetime import timedelta
from urllib.parse import quote, urlencode

import frappe
from frappe.utils import getdate

from customer_portal_ext.access import tokens
from development import growth, measure_site, measuring
from tests.client import Client
from tests.factories import answers

ROUNDS = 15
REPORT_ROUNDS = 3
GROWTH_ROUNDS = 31
PERIOD = timedelta(days=growth.DAYS + 30)


def open_portal(site: str, customer: str) -> Client:
	"""A visitor who has followed the customer's link on that site."""
	frappe.destroy()
	frappe.init(site=site, sites_path=".", force=True)
	frappe.connect()
	link = tokens.get_link(tokens.get_or_issue(customer))
	frappe.db.commit()  # the visitor's requests come over connections of their own
	client = Client(site)
	assert client.open_link(link).status_code == 200
	return client


def sign_in(site: str) -> Client:
	client = Client(site)
	client.sign_in(measure_site.USER, measure_site.PASSWORD)
	return client


def measure_growth(large: str) -> dict:
	"""Milliseconds of each page on this site and on a grown one, asked in turn: ``{page: [small, large]}``."""
	small = frappe.local.site
	invoice = frappe.db.get_value("Sales Invoice", {"customer": measure_site.BUYER, "docstatus": 1})
	pages = {
		"dashboard": "/portal",
		"invoices": "/portal/invoices",
		"invoices, searched": "/portal/invoices?search=Service",
		"invoices, sorted by amount": "/portal/invoices?sort=amount",
		"transactions": "/portal/transactions",
		"one invoice": f"/portal/invoices/{quote(invoice)}",
		"statement": "/portal/statement?period=this_year",
		"account": "/portal/account",
	}
	clients = {site: open_portal(site, measure_site.BUYER) for site in (small, large)}
	jobs = {
		f"{page} {site}": lambda client=client, path=path: measuring.get_page(client, path)
		for page, path in pages.items()
		for site, client in clients.items()
	}
	frappe.db.commit()
	times = measuring.time_in_turn(jobs, GROWTH_ROUNDS)
	return {page: [times[f"{page} {small}"], times[f"{page} {large}"]] for page in pages}


def measure_own_and_erpnext() -> dict:
	"""``{job: {"erpnext": {...}, "ours": {...}}}`` with ``ms`` and ``statements``, and the time of a ping."""
	site = frappe.local.site
	invoice = frappe.db.get_value("Sales Invoice", {"customer": measure_site.BUYER, "docstatus": 1})
	portal, erpnext = open_portal(site, measure_site.BUYER), sign_in(site)
	jobs = {
		"list of 20 invoices": (erpnext, "/invoices", portal, "/portal/invoices"),
		"list of 100 invoices": (None, "", portal, "/portal/invoices?size=100"),
		"one invoice": (erpnext, f"/invoices/{quote(invoice)}", portal, f"/portal/invoices/{quote(invoice)}"),
		"dashboard": (None, "", portal, "/portal"),
		"ping": (erpnext, "/api/method/ping", None, ""),
	}
	runs = {}
	for job, (their_client, their_path, our_client, our_path) in jobs.items():
		if their_client:
			runs[job, "erpnext"] = lambda client=their_client, path=their_path: measuring.get_page(
				client, path
			)
		if our_client:
			runs[job, "ours"] = lambda client=our_client, path=our_path: measuring.get_page(client, path)
	times = measuring.time_in_turn(runs, ROUNDS)
	result = {job: {} for job in jobs}
	for (job, side), run in runs.items():
		result[job][side] = {"ms": times[job, side], "statements": measuring.count(run, is_warm=True)}
	result["first visit"] = {
		"erpnext": measuring.get_first_visit(erpnext, "/invoices"),
		"ours": measuring.get_first_visit(portal, "/portal"),
	}
	return result


def measure_accepting() -> dict:
	"""Accepting quotations of three lines, each signed and turned into a submitted order: ``{"ms", "statements"}``."""
	portal = open_portal(frappe.local.site, measure_site.BUYER)
	names = frappe.get_all("Quotation", {"party_name": measure_site.BUYER, "docstatus": 1}, pluck="name")
	forms = {name: answers.get_filled_form(portal, name) for name in names}

	def accept(name):
		response = portal.post(f"/portal/accept/{name}", data=forms[name])
		assert response.status_code == 303, response.text[:300]

	first, second, *others = names
	accept(first)
	with measuring.count_statements() as sent:
		accept(second)
	taken = []
	for name in others:
		started = time.perf_counter()
		accept(name)
		taken.append((time.perf_counter() - started) * 1000)
	orders = frappe.db.count("Sales Order", {"customer": measure_site.BUYER, "docstatus": 1})
	assert orders == len(names), f"{orders} orders of {len(names)} quotations"
	return {"ms": statistics.median(taken), "statements": len(sent)}


def measure_statement() -> dict:
	"""A statement of 10,000 ledger rows against ERPNext's two reports, and the memory each takes."""
	portal = open_portal(frappe.local.site, measure_site.LEDGER)
	today = getdate()
	whole, recent = today - PERIOD, today - timedelta(days=growth.DAYS // 5)
	page = get_statement_path("/portal/statement", whole, today)
	csv = get_statement_path("/portal/download/statement.csv", whole, today)
	few = get_statement_path("/portal/download/statement.csv", recent, today)
	runs = {
		"erpnext": lambda: run_reports(whole, today),
		"page": lambda: measuring.get_page(portal, page),
		"csv": lambda: measuring.get_page(portal, csv),
	}
	times = measuring.time_in_turn(runs, REPORT_ROUNDS)
	return {
		"rows": frappe.db.count("GL Entry", {"party": measure_site.LEDGER, "is_cancelled": 0}),
		"ms": times,
		"statements": {name: measuring.count(run, is_warm=True) for name, run in runs.items()},
		"megabytes": {
			"erpnext": measuring.get_peak_memory(runs["erpnext"]),
			"page": measuring.get_peak_memory(runs["page"]),
			"csv": measuring.get_peak_memory(runs["csv"]),
			"csv of a fifth": measuring.get_peak_memory(lambda: measuring.get_page(portal, few)),
		},
	}


def get_statement_path(path: str, from_date, to_date) -> str:
	return f"{path}?{urlencode({'period': 'own', 'from': from_date.isoformat(), 'to': to_date.isoformat()})}"


def run_reports(from_date, to_date) -> None:
	"""General Ledger, by voucher, and Accounts Receivable, by due date, as Desk runs them for one customer."""
	from erpnext.accounts.report.accounts_receivable.accounts_receivable import execute as receivable
	from erpnext.accounts.report.general_ledger.general_ledger import execute as general_ledger

	company = frappe.db.get_value("Sales Invoice", {"customer": measure_site.LEDGER}, "company")
	party = {"company": company, "party_type": "Customer", "party": [measure_site.LEDGER]}
	general_ledger(
		frappe._dict(
			party,
			from_date=from_date,
			to_date=to_date,
			categorize_by="Categorize by Voucher (Consolidated)",
			group_by="Group by Voucher (Consolidated)",
			include_default_book_entries=1,
		)
	)
	receivable(
		frappe._dict(
			party,
			report_date=to_date,
			ageing_based_on="Due Date",
			calculate_ageing_with="Report Date",
			range="30, 60, 90, 120",
		)
	)
