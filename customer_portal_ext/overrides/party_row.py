"""Contact Email and Dynamic Link, written by themselves over REST: past the contact or address they belong to."""

from customer_portal_ext.access import party_records


def validate(doc, method=None):
	party_records.guard_row(doc)
