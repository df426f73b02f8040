"""Sites from before leads' and prospects' quotations were shown: the indexes by which they are found, and which prospect a
customer was that ERPNext made from an opportunity."""

import frappe

from customer_portal_ext.install import add_indexes


def execute() -> None:
	add_indexes()
	customer, opportunity = frappe.qb.DocType("Customer"), frappe.qb.DocType("Opportunity")
	rows = (
		frappe.qb.from_(customer)
		.join(opportunity)
		.on(opportunity.name == customer.opportunity_name)
		.select(customer.name, opportunity.party_name)
		.where((opportunity.opportunity_from == "Prospect") & (customer.prospect_name.isnull()))
	).run(as_dict=True)
	for row in rows:
		frappe.db.set_value("Customer", row.name, "prospect_name", row.party_name, update_modified=False)
