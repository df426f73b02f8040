"""What runs inside the bench's Python on a connected site: ``python -m development.inside TASK``."""

import json
import os
import sys

import frappe


def setup() -> None:
	"""ERPNext's setup wizard."""
	from development.demo_data import site_setup

	site_setup.make()
	frappe.db.commit()  # a command line run has no request that would commit


def seed() -> None:
	"""The demo's data; a site's encryption key is made now, so that its snapshot keeps it."""
	from frappe.utils.password import get_encryption_key

	from development.demo_data.seed import seed
	from development.quicker import make_documents_quicker

	make_documents_quicker()
	get_encryption_key()
	seed(progress=print)


def describe() -> None:
	"""One line of JSON: the demo's customers with a link that works now, its users and its staff."""
	from customer_portal_ext.access import tokens
	from development.demo_data.seed import describe

	demo = describe()
	demo["customers"] = [
		{"customer": name, "link": tokens.get_link(tokens.get_or_issue(name))} for name in demo["customers"]
	]
	frappe.db.commit()  # a command line run has no request that would commit
	print(json.dumps(demo))


def measured(task: str, *arguments: str) -> None:
	"""One task of measure_site or measure_pages; what it returns is printed as one line of JSON."""
	from development import measure_pages, measure_site

	result = getattr(measure_site, task, None) or getattr(measure_pages, task)
	print(json.dumps(result(*arguments)))


def main() -> None:
	tasks = {task.__name__: task for task in (setup, seed, describe, measured)}
	frappe.init(site=os.environ["FRAPPE_SITE"], sites_path=".")
	frappe.connect()
	try:
		tasks[sys.argv[1]](*sys.argv[2:])
	finally:
		frappe.destroy()


if __name__ == "__main__":
	main()
