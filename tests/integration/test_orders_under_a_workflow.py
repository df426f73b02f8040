"""Where staff approve orders by a Workflow, an accepted quotation's order waits for them, whatever the settings say."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from tests import factories
from tests.factories import answers

STATES = (("Portal Waiting", "0"), ("Portal Approved", "1"))
ACTION = "Portal Approve"


@pytest.fixture
def workflow(db):
	waiting, approved = (state for state, _docstatus in STATES)
	names = [("Workflow State", "workflow_state_name", state) for state in (waiting, approved)]
	for doctype, field, name in (*names, ("Workflow Action Master", "workflow_action_name", ACTION)):
		if not frappe.db.exists(doctype, name):
			frappe.get_doc({"doctype": doctype, field: name}).insert()
	workflow = frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": f"Portal {frappe.generate_hash(length=6)}",
			"document_type": "Sales Order",
			"is_active": 1,
			"workflow_state_field": "workflow_state",
			"states": [
				{"state": state, "doc_status": docstatus, "allow_edit": "Sales Manager"}
				for state, docstatus in STATES
			],
			"transitions": [
				{"state": waiting, "action": ACTION, "next_state": approved, "allowed": "Sales Manager"}
			],
		}
	).insert()
	frappe.db.commit()
	yield workflow
	frappe.db.rollback()
	workflow.delete()
	frappe.delete_doc("Custom Field", "Sales Order-workflow_state")
	frappe.db.commit()
	frappe.clear_cache(doctype="Sales Order")
	frappe.cache.delete_key("workflow")


def accept(client, customer):
	"""The order that an accepted quotation became."""
	quotation = factories.make_quotation(customer)
	assert answers.accept(client, quotation.name).status_code == 303
	frappe.db.rollback()
	order = frappe.db.get_value(
		"Portal Quotation Response", {"quotation": quotation.name, "answer": "Accepted"}, "sales_order"
	)
	return frappe.get_doc("Sales Order", order)


def test_an_order_waits_for_its_workflow(http, customer, portal_settings, workflow):
	portal_settings(**answers.SETTINGS | {"order_created_as": "Submitted"})
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	order = accept(http, customer)
	assert (order.docstatus, order.workflow_state) == (0, "Portal Waiting")
	workflow.is_active = 0
	workflow.save()
	assert accept(http, customer).docstatus == 1
