"""Make a site large: copies of vouchers that ERPNext made, inserted by SQL alone.

Runs inside the bench's Python on a throw-away site. Every row is a copy of one that ERPNext wrote, with names, customer
and dates moved, so indexes and row sizes are those of a real site of that size.
"""

from dataclasses import dataclass

import frappe

CHUNK = 50_000
CUSTOMERS = 2_000
DAYS = 700
# A copy's number, in the SQL below
N = "numbers.n"


@dataclass(frozen=True)
class Copies:
	"""Copies of one voucher: how they are named, whose they are, and which invoice they settle (SQL expressions)."""

	doctype: str
	voucher: str
	prefix: str
	customer: str | None = None
	settles: str | None = None

	@property
	def name(self) -> str:
		return f"concat('{self.prefix}', {N})"

	@property
	def against(self) -> str:
		return f"concat('{self.settles}', {N})" if self.settles else self.name

	@property
	def row_name(self) -> str:
		return f"concat('{self.prefix}', {N}, '-', source.name)"

	def get_tables(self) -> dict[str, tuple[str, dict[str, str]]]:
		"""For each table with rows of the voucher: which rows, and what differs in a copy."""
		customer = {column: self.customer for column in ("customer", "customer_name", "party", "party_name")}
		customer = customer if self.customer else {}
		dates = {column: shift(column) for column in ("posting_date", "due_date", "creation", "modified")}
		child = {"name": self.row_name, "parent": self.name, **dates}
		ledger = {
			"name": self.row_name,
			"voucher_no": self.name,
			"against_voucher": f"if(source.against_voucher is null, null, {self.against})",
			"against_voucher_no": self.against,
			**dates,
		}
		if self.customer:
			ledger["party"] = f"if(coalesce(source.party, '') = '', source.party, {self.customer})"
		tables = {self.doctype: ("source.name = %(voucher)s", {"name": self.name, **customer, **dates})}
		for doctype in ("Sales Invoice Item", "Payment Schedule", "Payment Entry Reference"):
			tables[doctype] = ("parent = %(voucher)s", {**child, "reference_name": self.against})
		for doctype in ("GL Entry", "Payment Ledger Entry"):
			tables[doctype] = ("voucher_no = %(voucher)s", ledger)
		return tables


def shift(column: str) -> str:
	return f"date_sub(source.`{column}`, interval mod({N}, {DAYS}) day)"


def copy_voucher(copies: Copies, wanted: int, progress=print) -> None:
	for first in range(1, wanted + 1, CHUNK):
		last = min(first + CHUNK - 1, wanted)
		for doctype, (condition, changes) in copies.get_tables().items():
			copy_rows(doctype, condition, {"voucher": copies.voucher}, changes, first, last)
		frappe.db.commit()  # a single transaction of millions of rows would fill the undo log
		progress(f"{last:,} of {wanted:,} copies of {copies.voucher}")


def copy_to_other_customers(invoice: str, wanted: int, prefix: str, progress=print) -> None:
	"""``wanted`` further invoices like ``invoice``, spread over many other customers and two years."""
	like = frappe.db.get_value("Sales Invoice", invoice, "customer")
	name = f"concat('{prefix} Customer ', {N} - 1)"
	copy_rows(
		"Customer", "name = %(like)s", {"like": like}, {"name": name, "customer_name": name}, 1, CUSTOMERS
	)
	customer = f"concat('{prefix} Customer ', mod({N}, {CUSTOMERS}))"
	copy_voucher(Copies("Sales Invoice", invoice, f"{prefix}-", customer), wanted, progress)


def analyze() -> None:
	"""Let MariaDB count again what grew, as it does by itself after a while."""
	for doctype in (
		"Sales Invoice",
		"Sales Invoice Item",
		"Payment Entry",
		"GL Entry",
		"Payment Ledger Entry",
		"Customer",
	):
		frappe.db.sql_ddl(f"analyze table `tab{doctype}`")


def copy_rows(
	doctype: str, condition: str, values: dict, changes: dict[str, str], first: int, last: int
) -> None:
	"""Insert the rows that meet ``condition`` once for each number from ``first`` to ``last``."""
	columns = frappe.db.get_table_columns(doctype)
	chosen = ", ".join(changes.get(column, f"source.`{column}`") for column in columns)
	frappe.db.sql(
		f"""insert into `tab{doctype}` ({", ".join(f"`{column}`" for column in columns)})
		select {chosen} from `tab{doctype}` source, (select seq as n from seq_{first}_to_{last}) numbers
		where {condition}""",
		values,
	)
