"""Payment Ledger Entry: each settlement of a document, whatever voucher makes it, is one of its rows."""

from customer_portal_ext.payments import locks


def validate(doc, method=None):
	"""Of both ledgers: an advance on an order stands in one of its own."""
	is_settlement = doc.voucher_no != doc.against_voucher_no
	if is_settlement and doc.against_voucher_type in locks.SETTLED:
		locks.require_unchanged(doc.against_voucher_type, doc.against_voucher_no)
