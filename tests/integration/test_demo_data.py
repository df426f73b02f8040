"""Each customer of the demo is what it stands for, by ERPNext's own ledger and reports."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from development.demo_data import customers
from development.demo_data.companies import SECOND_COMPANY
from development.demo_data.dates import get_seeding_day
from development.demo_data.site_setup import COMPANY
from tests.integration import erpnext_reports

COUNTED = (
	"Company",
	"Customer",
	"Contact",
	"Address",
	"Item",
	"Sales Invoice",
	"Payment Entry",
	"Journal Entry",
	"Sales Order",
	"Delivery Note",
	"Quotation",
	"Currency Exchange",
	"GL Entry",
	"Payment Ledger Entry",
	"User",
	"File",
)


@pytest.fixture(scope="module")
def seeded(site):
	"""The demo on this site; nothing is made where it is there already."""
	from development.demo_data.seed import seed

	frappe.init(site=site, sites_path=".", force=True)
	frappe.connect()
	demo = seed(progress=print)
	frappe.destroy()
	return demo


@pytest.fixture
def demo(seeded, db):
	return seeded


def get_invoices(customer, **filters):
	return frappe.get_all(
		"Sales Invoice",
		{"customer": customer, **filters},
		[
			"name",
			"docstatus",
			"status",
			"po_no",
			"is_return",
			"grand_total",
			"outstanding_amount",
			"due_date",
			"currency",
			"company",
		],
		order_by="posting_date, name",
	)


def get_balance(customer, company=COMPANY, field="debit - credit"):
	rows = frappe.get_all(
		"GL Entry",
		{"party_type": "Customer", "party": customer, "company": company, "is_cancelled": 0},
		["debit", "credit", "debit_in_account_currency", "credit_in_account_currency"],
	)
	debit, credit = field.split(" - ")
	return sum((to_cents(row[debit]) - to_cents(row[credit]) for row in rows), Decimal(0))


def get_account_balance(customer, company=COMPANY):
	return get_balance(customer, company, "debit_in_account_currency - credit_in_account_currency")


def to_cents(value):
	return Decimal(repr(value)).quantize(Decimal("0.01"))


def count_rows(doctype, **filters):
	return frappe.db.count(doctype, filters)


def test_every_customer_has_a_ledger_or_stands_for_an_empty_one(demo):
	empty = [name for name in demo["customers"] if not count_rows("GL Entry", party=name)]

	assert empty == [customers.NEW]


def test_two_companies_and_three_currencies(demo):
	currencies = dict(frappe.get_all("Company", fields=["name", "default_currency"], as_list=True))
	invoiced = set(frappe.get_all("Sales Invoice", {"docstatus": 1}, pluck="currency"))

	assert currencies[COMPANY] == "USD"
	assert currencies[SECOND_COMPANY] == "EUR"
	assert invoiced >= {"USD", "EUR", "JPY"}


def test_companies_carry_a_logo_that_is_served(demo):
	for company in (COMPANY, SECOND_COMPANY):
		logo, letter_head = frappe.db.get_value("Company", company, ["company_logo", "default_letter_head"])
		content = frappe.get_doc("File", {"file_url": logo}).get_content()
		assert content.startswith(b"\x89PNG")
		assert company in frappe.db.get_value("Letter Head", letter_head, "content")


def test_paid_up(demo):
	assert {invoice.status for invoice in get_invoices(customers.PAID_UP)} == {"Paid"}
	assert get_balance(customers.PAID_UP) == 0


def test_overdue_in_every_bucket(demo):
	ageing = erpnext_reports.get_receivable_ageing(customers.EVERY_BUCKET, COMPANY, "USD", get_seeding_day())

	assert ageing == {
		"not_due": to_cents(18901.02),
		"1_30": to_cents(946.73 + 1105.38 + 1264.03 + 2556.36),
		"31_60": to_cents(1422.68 + 1581.34 + 1739.99),
		"61_90": to_cents(1898.64 + 2057.29 + 2215.94),
		"over_90": to_cents(2374.60 + 2533.25 + 2691.90),
	}


def test_due_dates_lie_on_the_edges_of_the_buckets(demo):
	overdue_by = {
		(get_seeding_day() - invoice.due_date).days for invoice in get_invoices(customers.EVERY_BUCKET)
	}

	assert overdue_by >= {0, 1, 30, 31, 60, 61, 90, 91}


def test_invoice_of_eighty_lines(demo):
	assert (
		count_rows(
			"Sales Invoice Item", parent=get_invoices(customers.EVERY_BUCKET, po_no="BH/SPARES")[0].name
		)
		== 80
	)


def test_item_with_a_description_of_2000_characters(demo):
	description = frappe.db.get_value("Item", "WP-FARM-STUDY", "description")
	line = frappe.db.get_value("Sales Invoice Item", {"item_code": "WP-FARM-STUDY"}, "description")

	assert len(description) == 2000
	assert line == description


def test_partly_paid_with_instalments(demo):
	invoice = get_invoices(customers.PARTLY_PAID, po_no="CF 81")[0]
	schedule = frappe.get_all(
		"Payment Schedule",
		{"parent": invoice.name},
		["payment_amount", "paid_amount", "outstanding"],
		order_by="idx",
	)

	assert [(to_cents(row.payment_amount), to_cents(row.paid_amount)) for row in schedule] == [
		(Decimal("5994.00"), Decimal("5994.00")),
		(Decimal("7992.00"), Decimal("2006.00")),
		(Decimal("5994.00"), Decimal("0.00")),
	]
	assert to_cents(invoice.outstanding_amount) == Decimal("11980.00")


def test_returns_and_unallocated_credit(demo):
	name = customers.RETURNS
	credit_notes = get_invoices(name, is_return=1)
	by_order = {invoice.po_no: invoice for invoice in get_invoices(name, is_return=0)}
	unallocated = frappe.get_all("Payment Entry", {"party": name, "unallocated_amount": (">", 0)})

	assert len(credit_notes) == 4
	assert sum(1 for note in credit_notes if note.outstanding_amount < 0) == 1
	assert to_cents(by_order["O'B 15"].outstanding_amount) == Decimal("2883.60")
	assert by_order["O'B 16"].status == "Credit Note Issued"
	# 734.40 less the standalone credit of 518.40, which Payment Reconciliation set off
	assert to_cents(by_order["O'B 19"].outstanding_amount) == Decimal("216.00")
	assert len(unallocated) == 1


def test_advance_before_any_invoice(demo):
	assert get_invoices(customers.ADVANCE) == []
	assert get_balance(customers.ADVANCE) == Decimal("-6200.00")
	assert frappe.db.get_value("Sales Order", {"customer": customers.ADVANCE}, "advance_paid") == 5000


def test_yen_receivable_with_exchange_differences(demo):
	accounts = set(frappe.get_all("GL Entry", {"party": customers.YEN}, pluck="account"))
	differences = frappe.get_all(
		"GL Entry",
		{"account": "Exchange Gain/Loss - WP", "voucher_type": "Journal Entry", "is_cancelled": 0},
		["debit", "credit", "voucher_no"],
	)
	journals = set(
		frappe.get_all(
			"GL Entry", {"party": customers.YEN, "voucher_type": "Journal Entry"}, pluck="voucher_no"
		)
	)
	booked = {to_cents(row.debit - row.credit) for row in differences if row.voucher_no in journals}

	assert accounts == {"Debtors JPY - WP"}
	assert get_account_balance(customers.YEN) == Decimal("293701.00")
	# 418,000 yen at 0.0004 dollars more, 200,000 yen at 0.0006 dollars less
	assert booked == {Decimal("-167.20"), Decimal("120.00")}


def test_euro_receivable_was_revalued(demo):
	revaluations = frappe.get_all(
		"Journal Entry Account",
		{
			"party": customers.EURO,
			"reference_type": "Exchange Rate Revaluation",
			"docstatus": 1,
		},
	)

	assert len(revaluations) == 2
	assert get_account_balance(customers.EURO) == Decimal("2974.90")
	assert get_balance(customers.EURO) == Decimal("3421.14")  # at 1.15, the rate of two days before


def test_journal_entries_and_write_offs(demo):
	written_off = frappe.get_all(
		"GL Entry",
		{"account": "Write Off - WP", "against": customers.JOURNAL, "is_cancelled": 0},
		["voucher_type", "debit"],
	)
	kinds = set(
		frappe.get_all(
			"Journal Entry",
			[["Journal Entry Account", "party", "=", customers.JOURNAL], ["docstatus", "=", 1]],
			pluck="voucher_type",
		)
	)

	assert {(row.voucher_type, to_cents(row.debit)) for row in written_off} == {
		("Journal Entry", Decimal("29.44")),
		("Payment Entry", Decimal("2.20")),
	}
	assert kinds == {"Journal Entry", "Debit Note", "Credit Note", "Write Off Entry"}


def test_cancelled_amended_and_draft(demo):
	by_status = {}
	for invoice in get_invoices(customers.CANCELLED):
		by_status.setdefault(invoice.docstatus, []).append(invoice.po_no)

	assert by_status == {
		0: ["GR 504, not agreed yet"],
		1: ["GR 501", "GR 503"],
		2: ["GR 502, sent in error", "GR 503"],
	}


def test_two_thousand_ledger_rows(demo):
	references = frappe.get_all(
		"Journal Entry Account", {"party": customers.BUSY, "docstatus": 1}, pluck="user_remark"
	)

	assert count_rows("GL Entry", party=customers.BUSY, is_cancelled=0) >= 2000
	assert len(set(references)) == len(references) == 2000
	assert len(get_invoices(customers.BUSY)) > 20


def test_a_statement_that_is_paged_and_whose_pdf_is_made_in_the_background(demo):
	from customer_portal_ext.statement import ledger, limits
	from customer_portal_ext.statement.page import LINES_PER_PAGE

	today = getdate()
	((account, opening),) = ledger.get_openings(customers.BUSY, add_days(today, -365)).items()
	totals = ledger.get_totals(account, add_days(today, -365), today, opening)
	assert limits.is_large("pdf", totals.count) and totals.count > 4 * LINES_PER_PAGE
	assert totals.closing == get_balance(customers.BUSY) > 0


def test_customer_of_both_companies(demo):
	assert {invoice.company for invoice in get_invoices(customers.BOTH_COMPANIES)} == {
		COMPANY,
		SECOND_COMPANY,
	}
	assert get_balance(customers.BOTH_COMPANIES) == Decimal("734.40")
	assert get_balance(customers.BOTH_COMPANIES, SECOND_COMPANY) == Decimal("1846.92")


def test_names_are_stored_as_written(demo):
	shown = dict(frappe.get_all("Customer", fields=["name", "customer_name"], as_list=True))
	languages = dict(frappe.get_all("Customer", fields=["name", "language"], as_list=True))

	assert shown[customers.MARKUP] == 'Smith <b>Bold</b> "Quotes" Ltd'
	assert shown["O'Brien & Sons"] == "O'Brien & Sons"
	assert (languages[customers.ARABIC], languages[customers.CHINESE]) == ("ar", "zh")


def test_quotations_orders_and_deliveries_in_each_state(demo):
	quotations = set(frappe.get_all("Quotation", pluck="status"))
	orders = set(frappe.get_all("Sales Order", {"company": COMPANY}, pluck="status"))

	assert quotations >= {"Open", "Expired", "Ordered", "Draft"}
	assert orders >= {"To Deliver and Bill", "Completed"}
	assert count_rows("Sales Order", per_delivered=50, per_billed=50) == 1
	assert count_rows("Delivery Note", customer=("in", demo["customers"]), docstatus=1) == 2


def test_nothing_is_dated_in_the_future(demo):
	assert (
		frappe.get_all(
			"GL Entry", {"party": ("in", demo["customers"]), "posting_date": (">", get_seeding_day())}
		)
		== []
	)


@pytest.mark.parametrize("company", [COMPANY, SECOND_COMPANY, f"{COMPANY} (Demo)"])
def test_receivables_report_equals_the_ledger(demo, company):
	from erpnext.accounts.report.accounts_receivable.accounts_receivable import execute

	rows = execute(frappe._dict(company=company, report_date=get_seeding_day(), ageing_based_on="Due Date"))[
		1
	]
	reported = {}
	for row in rows:
		reported[row["party"]] = reported.get(row["party"], 0) + to_cents(row["outstanding"])
	booked = {party: get_balance(party, company) for party in demo["customers"]}

	assert {party: amount for party, amount in booked.items() if amount} == {
		party: amount for party, amount in reported.items() if amount and party in booked
	}


def test_sign_ins(demo):
	from frappe.utils.password import check_password

	user, staff = demo["users"][0], demo["staff"]
	linked = frappe.get_all("Portal User", {"user": user["email"]}, pluck="parent")

	assert check_password(user["email"], user["password"]) == user["email"]
	assert check_password(staff["email"], staff["password"]) == staff["email"]
	assert sorted(linked) == sorted(user["customers"])
	assert "Customer" in frappe.get_roles(user["email"])
	assert {"System Manager", "Accounts Manager", "Sales Manager"} <= set(frappe.get_roles(staff["email"]))


def test_a_second_run_makes_nothing_new(demo):
	from development.demo_data.seed import describe, seed

	said = []
	before = {doctype: count_rows(doctype) for doctype in COUNTED}
	again = seed(progress=said.append)

	assert {doctype: count_rows(doctype) for doctype in COUNTED} == before
	assert said == []
	assert again == describe() == demo
