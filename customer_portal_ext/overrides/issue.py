"""Issue: its e-mails are its customer's, also when staff name the customer afterwards."""

from customer_portal_ext.conversations import audience


def on_update(doc, method=None):
	if not doc.is_new() and doc.has_value_changed("customer"):
		audience.remark_all(doc.doctype, doc.name)
