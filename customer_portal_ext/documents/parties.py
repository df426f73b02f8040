"""Whose a quotation is: a customer's own, and that of the lead or prospect that became this customer.

ERPNext leaves such a quotation made out to the lead. What leads from there to the customer are Customer's ``lead_name`` and
``prospect_name``, by which ERPNext itself finds whom to make an order for (quotation.py: _make_customer). Where several
customers name one lead, nobody can say whose its quotations are, and they are nobody's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import frappe
from frappe.query_builder.functions import Count, Min
from pypika.functions import NullIf
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, Term

# what a quotation is made out to before there is a customer -> the field of Customer that names it
BECAME = {"Lead": "lead_name", "Prospect": "prospect_name"}


@dataclass(frozen=True)
class Parties:
	"""Who documents may be made out to, by the DocType: names, or the places in a statement where these go."""

	customers: tuple[str, ...] | Term = ()
	leads: tuple[str, ...] | Term = ()
	prospects: tuple[str, ...] | Term = ()

	def __bool__(self) -> bool:
		return any(self.given)

	@property
	def given(self) -> tuple[str, ...]:
		"""The fields that are not empty: what the text of a statement depends on."""
		return tuple(field.name for field in fields(self) if getattr(self, field.name))

	def get_values(self) -> dict[str, tuple[str, ...]]:
		return {name: getattr(self, name) for name in self.given}

	def with_terms(self, write) -> "Parties":
		"""The same with ``write(field, names)`` for each field that is not empty."""
		return Parties(**{name: write(name, names) for name, names in self.get_values().items()})


def of(customers: Iterable[str]) -> Parties:
	"""These customers, with the leads and prospects that became them. One statement, and none for whom the gate has read it."""
	customers = tuple(customers)
	known = _get_known()
	missing = [customer for customer in customers if customer not in known]
	found = known | (_find(missing) if missing else {})
	became = [found[customer] for customer in customers if customer in found]
	return Parties(
		customers,
		tuple(lead for lead, _ in became if lead),
		tuple(prospect for _, prospect in became if prospect),
	)


def remember(rows: Iterable[Mapping]) -> None:
	"""For this request: the gate has read rows with ``customer`` and the columns of ``get_columns``."""
	frappe.local.portal_parties = _get_known() | {
		row["customer"]: (row["from_lead"], row["from_prospect"]) for row in rows
	}


def get_columns(customer: Table) -> list[Term]:
	"""``from_lead`` and ``from_prospect`` of a Customer; NULL where there is none, or where another customer names it as well."""
	return [
		_only_one(customer, BECAME["Lead"]).as_("from_lead"),
		_only_one(customer, BECAME["Prospect"]).as_("from_prospect"),
	]


def belongs(document: Table, parties: Parties) -> Criterion:
	"""SQL: the rows of Quotation that are made out to these. Names are unique in one DocType alone."""
	kinds = {"Customer": parties.customers, "Lead": parties.leads, "Prospect": parties.prospects}
	made_out = [
		document.party_name.isin(names) & (document.quotation_to == doctype)
		for doctype, names in kinds.items()
		if names
	]
	return Criterion.any(made_out) if made_out else document.name.isnull()


def find_customers(doctype: str, name: str) -> list[str]:
	"""The customers that a Customer, Lead or Prospect is, or has become. Any number but one is no answer."""
	if doctype == "Customer":
		return [name]
	if doctype not in BECAME or not name:
		return []
	return frappe.get_all("Customer", {BECAME[doctype]: name}, pluck="name", limit=2)


def find_customer(doctype: str | None, name: str | None) -> str | None:
	"""The one customer that it is, or has become; None where there is none yet, or more than one."""
	found = find_customers(doctype or "", name or "")
	return found[0] if len(found) == 1 else None


def remember_prospect(customer, source) -> None:
	"""Note in a Customer that ERPNext maps from a Prospect, or from an Opportunity of one, which prospect it was: its own
	mappings leave ``prospect_name`` empty (prospect.py, opportunity.py: make_customer), so that a second quotation to the
	prospect would make a second customer."""
	if customer.prospect_name or not source:
		return
	if source.doctype == "Prospect":
		customer.prospect_name = source.name
	elif source.doctype == "Opportunity" and source.opportunity_from == "Prospect":
		customer.prospect_name = source.party_name


def _get_known() -> dict[str, tuple[str | None, str | None]]:
	return getattr(frappe.local, "portal_parties", None) or {}


def _find(customers: list[str]) -> dict[str, tuple[str | None, str | None]]:
	customer = frappe.qb.DocType("Customer")
	rows = (
		frappe.qb.from_(customer)
		.select(customer.name, *get_columns(customer))
		.where(customer.name.isin(customers))
	).run(as_dict=True)
	return {row.name: (row.from_lead, row.from_prospect) for row in rows}


def _only_one(customer: Table, field: str) -> QueryBuilder:
	other = frappe.qb.DocType("Customer").as_(f"by_{field}")
	return (
		frappe.qb.from_(other)
		.select(Min(other[field]))
		.where(other[field] == NullIf(customer[field], ""))
		.having(Count("*") == 1)
	)
