"""What is committed, as anybody else would read it at this moment: on a connection of its own, with no snapshot of before."""

import frappe
from frappe.database import get_db


def get_single_value(doctype: str, field: str) -> str | None:
	"""The committed value of a field of a Single, as the database keeps it; None where there is none."""
	database = get_db(
		socket=frappe.conf.db_socket,
		host=frappe.conf.db_host,
		port=frappe.conf.db_port,
		user=frappe.conf.db_name,
		password=frappe.conf.db_password,
		cur_db_name=frappe.conf.db_name,
	)
	try:
		rows = database.sql(
			"select value from tabSingles where doctype = %s and field = %s", (doctype, field)
		)
		return rows[0][0] if rows else None
	finally:
		database.close()
