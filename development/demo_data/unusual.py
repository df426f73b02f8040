"""Journal entries and write-offs, cancelled, amended and draft invoices, and names that need escaping."""

import frappe

from . import customers
from .dates import get_day
from .receivables import RECEIVABLE
from .vouchers import build_payment, get_party_row, get_row, make_invoice, make_journal, pay

WRITE_OFF = "Write Off - WP"
SALES = "Sales - WP"


def make() -> None:
	make_journal_customer()
	make_cancelled_and_draft()
	make_named_customers()


def make_journal_customer() -> None:
	name = customers.JOURNAL
	make_journal(
		80,
		[
			get_party_row(name, RECEIVABLE, debit=1850, user_remark="Balance brought from the old system"),
			get_row("Temporary Opening - WP", credit=1850),
		],
		"Balance brought from the old system",
		due_date=get_day(50),
	)
	late_fee = make_journal(
		45,
		[get_party_row(name, RECEIVABLE, debit=60), get_row(SALES, credit=60)],
		"Late payment fee",
		voucher_type="Debit Note",
		due_date=get_day(31),
	)
	make_journal(
		20,
		[
			get_row(SALES, debit=25),
			get_party_row(
				name, RECEIVABLE, credit=25, reference_type="Journal Entry", reference_name=late_fee.name
			),
		],
		"Part of the late payment fee waived",
		voucher_type="Credit Note",
	)
	# Credit that belongs to no document
	make_journal(
		16,
		[get_row(SALES, debit=110), get_party_row(name, RECEIVABLE, credit=110)],
		"Goodwill for a noisy bearing",
		voucher_type="Credit Note",
	)
	written_off = make_invoice(name, 150, [("WP-HOUR", 8, 96)], po_no="FX-301")
	pay("Sales Invoice", written_off.name, 100, 800, "FX-301 less deduction")
	rest = frappe.db.get_value("Sales Invoice", written_off.name, "outstanding_amount")
	make_journal(
		30,
		[
			get_row(WRITE_OFF, debit=rest),
			get_party_row(
				name,
				RECEIVABLE,
				credit=rest,
				reference_type="Sales Invoice",
				reference_name=written_off.name,
			),
		],
		"Not worth collecting",
		voucher_type="Write Off Entry",
	)
	pay_short(make_invoice(name, 65, [("WP-INSPECT", 1, 340)], po_no="FX-306"), 42, 2.2)
	make_invoice(name, 35, [("WP-MONITOR", 6, 45)], po_no="FX-311")


def pay_short(invoice, days_ago: int, difference: float) -> None:
	"""The customer paid a little less and the rest is written off in the payment itself."""
	payment = build_payment("Sales Invoice", invoice.name, days_ago)
	payment.paid_amount -= difference
	payment.received_amount -= difference
	payment.append("deductions", {"account": WRITE_OFF, "cost_center": "Main - WP", "amount": difference})
	payment.insert()
	payment.submit()


def make_cancelled_and_draft() -> None:
	name = customers.CANCELLED
	make_invoice(name, 88, [("WP-MAST-12", 1, 2150)], po_no="GR 501")
	cancelled = make_invoice(name, 60, [("WP-MAST-12", 3, 2150)], po_no="GR 502, sent in error")
	cancelled.cancel()
	wrong = make_invoice(name, 41, [("WP-INSPECT", 3, 430)], po_no="GR 503")
	wrong.cancel()
	corrected = frappe.copy_doc(wrong)
	corrected.amended_from = wrong.name
	corrected.items[0].rate = 340
	corrected.insert()
	corrected.submit()
	make_invoice(name, 5, [("WP-CABLE", 80, 14.5)], po_no="GR 504, not agreed yet", submit=False)


def make_named_customers() -> None:
	make_invoice(
		customers.MARKUP,
		44,
		[("WP-PART", 3, 12.75, 'Bolt M8 "A2" &lt;stainless&gt; &amp; washer'), ("WP-HOUR", 1, 96)],
		po_no='PO <i>17</i> & "18"',
	)
	paid = make_invoice(customers.MARKUP, 20, [("WP-INSPECT", 1, 340)], po_no="PO 19")
	pay("Sales Invoice", paid.name, 3)
	for number, (days_ago, description) in enumerate(
		((75, "فحص سنوي لتوربين الرياح"), (22, "مراقبة عن بعد لمدة ستة أشهر"), (3, "قطع غيار")), start=1
	):
		make_invoice(
			customers.ARABIC, days_ago, [("WP-INSPECT", number, 340, description)], po_no=f"طلب {number}"
		)
	for number, (days_ago, description) in enumerate(
		((100, "风力发电机年度检查"), (52, "叶片套件"), (8, "远程监控服务")), start=1
	):
		invoice = make_invoice(
			customers.CHINESE,
			days_ago,
			[("WP-INSPECT", number, 340, description)],
			po_no=f"采购单 {number}号",
		)
		if number == 1:
			pay("Sales Invoice", invoice.name, 70, reference="电汇 0001")
