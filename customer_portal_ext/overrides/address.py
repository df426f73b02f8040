"""Address: nobody puts one on another's account."""

from customer_portal_ext.access import party_records


def validate(doc, method=None):
	party_records.guard_web_form(doc)
	party_records.guard_address(doc)
