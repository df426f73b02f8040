"""Issue: a customer's user raises none where the policy says no; its e-mails are its customer's, also when staff name the
customer afterwards."""

from customer_portal_ext.access import party_records
from customer_portal_ext.conversations import audience


def validate(doc, method=None):
	party_records.guard_web_form(doc)


def on_update(doc, method=None):
	if not doc.is_new() and doc.has_value_changed("customer"):
		audience.remark_all(doc.doctype, doc.name)
