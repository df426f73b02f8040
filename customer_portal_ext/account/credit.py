"""Credit limits and what of them is used, by company: ERPNext's own rules for all companies at once.

After erpnext/selling/doctype/customer/customer.py: ``get_credit_limit`` (the customer's row, else its group's, else the
company's) and ``get_customer_outstanding`` (the ledger, orders not yet billed, deliveries without an order and not yet
billed). ERPNext asks for one company at a time, in five statements each.
"""

from decimal import Decimal

import frappe

from customer_portal_ext.documents.decimals import to_decimal

# One row per company that has a limit for this customer.
LIMITS = """
	select
		company.name as company, company.default_currency as currency,
		cast(coalesce(
			nullif(own.credit_limit, 0),
			if(in_group.bypass_credit_limit_check = 1, null, nullif(in_group.credit_limit, 0)),
			company.credit_limit
		) as char) as allowed,
		coalesce(own.bypass_credit_limit_check, 0) as ignores_orders
	from `tabCompany` company
	left join `tabCustomer` customer on customer.name = %(customer)s
	left join `tabCustomer Credit Limit` own
		on own.parent = customer.name and own.parenttype = 'Customer' and own.company = company.name
	left join `tabCustomer Credit Limit` in_group
		on in_group.parent = customer.customer_group and in_group.parenttype = 'Customer Group'
		and in_group.company = company.name
	having allowed > 0
	order by company.name
"""

# What counts against the limit, in the company's currency. A delivery's lines count by their share of its grand total.
USED = """
	select company, 'ledger' as part, cast(sum(debit - credit) as char) as amount
	from `tabGL Entry`
	where party_type = 'Customer' and party = %(customer)s and is_cancelled = 0 and company in %(companies)s
	group by company
	union all
	select company, 'orders', cast(sum(base_grand_total * (100 - per_billed) / 100) as char)
	from `tabSales Order`
	where customer = %(customer)s and docstatus = 1 and per_billed < 100 and status <> 'Closed'
		and company in %(companies)s
	group by company
	union all
	select delivery.company, 'deliveries', cast(sum(
		if(line.amount > coalesce(billed.amount, 0) and delivery.base_net_total <> 0,
			(line.amount - coalesce(billed.amount, 0)) / delivery.base_net_total * delivery.base_grand_total, 0)
		) as char)
	from `tabDelivery Note` delivery
	inner join `tabDelivery Note Item` line on line.parent = delivery.name
	left join billed_lines billed on billed.dn_detail = line.name
	where delivery.customer = %(customer)s and delivery.docstatus = 1
		and delivery.status not in ('Closed', 'Stopped') and delivery.company in %(companies)s
		and coalesce(line.against_sales_order, '') = '' and coalesce(line.against_sales_invoice, '') = ''
	group by delivery.company
"""
BILLED = """
	with billed_lines as (
		select item.dn_detail, sum(item.amount) as amount
		from `tabDelivery Note` note
		inner join `tabDelivery Note Item` noted on noted.parent = note.name
		inner join `tabSales Invoice Item` item on item.dn_detail = noted.name and item.docstatus = 1
		where note.customer = %(customer)s and note.docstatus = 1
		group by item.dn_detail
	)
"""


def get_credit(customer: str) -> list[dict]:
	"""``[{"company", "currency", "limit", "used", "available"}]`` of each company with a limit for this customer, Decimal
	in the company's currency. ``available`` is negative where the limit is passed. Two SQL statements, one without limits."""
	return _get_credit(customer)


@frappe.read_only()
def _get_credit(customer: str) -> list[dict]:
	limits = frappe.db.sql(LIMITS, {"customer": customer}, as_dict=True)
	if not limits:
		return []
	companies = [row.company for row in limits]
	used = frappe.db.sql(BILLED + USED, {"customer": customer, "companies": companies}, as_dict=True)
	return [get_row(row, used) for row in limits]


def get_row(limit: dict, used: list[dict]) -> dict:
	parts = [
		to_decimal(row.amount)
		for row in used
		if row.company == limit.company and not (row.part == "orders" and limit.ignores_orders)
	]
	total = sum(parts, Decimal(0))
	allowed = to_decimal(limit.allowed)
	return {
		"company": limit.company,
		"currency": limit.currency,
		"limit": allowed,
		"used": total,
		"available": allowed - total,
	}
