"""Links to a quotation that is made out to a lead or a prospect: its holder is no customer yet, and sees that quotation alone.

The token has no customer until there is one, made by an acceptance or by staff's own hand. Then it is that customer's link to
one document, as any other.
"""

import frappe
from frappe.utils import cint

from customer_portal_ext.access import policy, tokens
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import parties
from customer_portal_ext.documents.parties import Parties
from customer_portal_ext.exceptions import TokenRevoked

# without a customer there is neither a conversation nor anything to pay
CAPABILITIES = {"quotations", "quotation_acceptance"}
FIELDS = {"Lead": "leads", "Prospect": "prospects"}


def get_visitor(visit, row) -> Visitor:
	"""The visitor of a visit with a token that has no customer. Raises TokenRevoked where nobody can say whose it is."""
	quotation = get_quotation(row)
	customers = parties.find_customers(quotation.quotation_to, quotation.party_name)
	if len(customers) > 1:
		raise TokenRevoked
	customer = get_customer(customers[0]) if customers else frappe._dict()
	if customer.disabled:
		raise TokenRevoked
	capabilities = policy.get_capabilities(customer.name or "", customer.customer_group)
	return Visitor(
		kind="token",
		customer=customer.name or "",
		customer_name=customer.customer_name or quotation.customer_name,
		customers=(customer.name,) if customer else (),
		capabilities=capabilities if customer else capabilities & CAPABILITIES,
		language=customer.language or quotation.language,
		visit=visit.id,
		token=row.name,
		scope=(row.document_type, row.document_name),
		valid_until=row.expires_on,
		may_answer=bool(cint(row.may_answer)),
		party=None if customer else Parties(**{FIELDS[quotation.quotation_to]: (quotation.party_name,)}),
	)


def get_quotation(row):
	"""The quotation of such a token. Raises TokenRevoked for a token of anything else."""
	is_shared = row.scope == tokens.ONE_DOCUMENT and row.document_type == "Quotation"
	fields = ["quotation_to", "party_name", "customer_name", "language"]
	found = is_shared and frappe.db.get_value("Quotation", row.document_name, fields, as_dict=True)
	if not found or found.quotation_to not in FIELDS:
		raise TokenRevoked
	return found


def get_customer(name: str):
	fields = ["name", "customer_name", "customer_group", "language", "disabled"]
	return frappe.db.get_value("Customer", name, fields, as_dict=True)


def adopt(customer) -> None:
	"""The links to quotations of the lead and the prospect that became this Customer are the customer's, who sees them, and whose
	links staff end together."""
	for doctype, field in parties.BECAME.items():
		if customer.get(field):
			token, quotation = frappe.qb.DocType(tokens.DOCTYPE), frappe.qb.DocType("Quotation")
			(
				frappe.qb.update(token)
				.join(quotation)
				.on((token.document_type == "Quotation") & (quotation.name == token.document_name))
				.set(token.customer, customer.name)
				.where(token.customer.isnull())
				.where((quotation.quotation_to == doctype) & (quotation.party_name == customer.get(field)))
			).run()
