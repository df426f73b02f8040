"""Real ERPNext documents for tests. Each factory makes one, submitted unless ``do_not_submit`` says otherwise."""

from tests.factories.documents import (
	make_credit_note,
	make_journal_entry,
	make_payment_entry,
	make_refund,
	make_sales_invoice,
)
from tests.factories.masters import (
	get_company,
	make_address,
	make_contact,
	make_customer,
	make_item,
	make_receivable_account,
)
from tests.factories.selling import (
	become_customer,
	invoice_order,
	make_delivery_note,
	make_delivery_return,
	make_lead,
	make_prospect,
	make_quotation,
	make_sales_order,
	make_shipment,
	order_from_quotation,
	quote_to,
)

__all__ = [
	"become_customer",
	"get_company",
	"invoice_order",
	"make_address",
	"make_contact",
	"make_credit_note",
	"make_customer",
	"make_delivery_note",
	"make_delivery_return",
	"make_item",
	"make_journal_entry",
	"make_lead",
	"make_payment_entry",
	"make_prospect",
	"make_quotation",
	"make_receivable_account",
	"make_refund",
	"make_sales_invoice",
	"make_sales_order",
	"make_shipment",
	"order_from_quotation",
	"quote_to",
]
