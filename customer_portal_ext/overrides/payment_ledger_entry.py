"""Payment Ledger Entry: each settlement of an invoice, whatever voucher makes it, is one of its rows."""

from customer_portal_ext.payments import locks


def validate(doc, method=None):
	is_settlement = doc.voucher_no != doc.against_voucher_no
	if is_settlement and doc.against_voucher_type in ("Sales Invoice", "Journal Entry"):
		locks.require_unchanged(doc.against_voucher_type, doc.against_voucher_no)
