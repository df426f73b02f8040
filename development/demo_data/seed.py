"""The demo's documents, made and submitted through ERPNext's own functions.

`seed()` runs inside the bench's environment on a connected site. Every date is relative to today in
the site's time zone, everything else is fixed, so two sites seeded on one day hold the same figures.
"""

import random
from time import monotonic

import frappe

from . import (
	abroad,
	busy_ledger,
	catalogue,
	companies,
	conversations,
	credit,
	customers,
	erpnext_demo,
	people,
	portal_settings,
	receivables,
	site_setup,
	trade,
	unusual,
)

DONE = "customer_portal_demo_steps"
RANDOM_SEED = 15

# Each step runs once in a site's life; its name is kept in the site's defaults.
STEPS = (
	("The site and its first company", site_setup.make),
	("ERPNext's own demo", erpnext_demo.make),
	("Companies, taxes, accounts and rates", companies.make),
	("Items, prices and stock", catalogue.make),
	("Customers, addresses and contacts", customers.make),
	("Invoices, payments and credit notes", receivables.make),
	("Journal entries, cancelled and draft documents", unusual.make),
	("Foreign currencies and the second company", abroad.make),
	("Quotations, orders and deliveries", trade.make),
	("A customer with 2,000 ledger rows", busy_ledger.make),
	("Sign-ins", people.make),
)


def seed(progress=print) -> dict:
	"""Make what is missing of the demo and return `describe()`. Commits after each step."""
	user = frappe.session.user
	frappe.set_user("Administrator")
	frappe.flags.mute_emails = True
	try:
		for number, (title, make) in enumerate(STEPS, start=1):
			run_step(f"{number}/{len(STEPS)} {title}", make, progress)
		# The app may be installed after the demo, so its settings are looked at on every run.
		portal_settings.make()
		conversations.make()
		credit.make()
		frappe.db.commit()  # a command line run has no request that would commit
	finally:
		frappe.flags.mute_emails = False
		frappe.set_user(user)
	return describe()


def run_step(title: str, make, progress) -> None:
	done = get_done_steps()
	key = make.__module__.rpartition(".")[2]
	if key in done:
		return
	progress(title)
	started = monotonic()
	random.seed(RANDOM_SEED)
	try:
		make()
		frappe.db.set_default(DONE, " ".join([*done, key]))
		frappe.db.commit()  # a step that worked is not repeated when a later one fails
	except Exception:
		frappe.db.rollback()
		raise
	finally:
		frappe.clear_messages()
	progress(f"    done in {monotonic() - started:.1f} s")


def get_done_steps() -> list[str]:
	return (frappe.db.get_default(DONE) or "").split()


def describe() -> dict:
	"""Who is in the demo, in the order to show them in: customers, website users and a staff user."""
	return {"customers": customers.get_names(), "users": people.USERS, "staff": people.STAFF}
