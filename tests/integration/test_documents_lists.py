"""The list engine on real documents: whose rows, which state, which order, how many statements."""

from datetime import timedelta
from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from tests import factories
from tests.conftest import connect


def wanted(**query):
	from frappe import _

	from customer_portal_ext.documents import filters, kinds, list_pages, lists

	found = filters.read(
		query, _, list(kinds.KINDS), list_pages.get_statuses(list(kinds.KINDS.values())), lists.SORTS
	)
	assert not found.errors
	return found


def rows_of(customer, keys=("invoice", "credit_note", "payment"), **query):
	from customer_portal_ext.documents import kinds, lists

	chosen = [kinds.KINDS[key] for key in keys]
	return lists.get_rows(chosen, (customer.name,), wanted(**query), getdate())


def names_of(customer, *keys, **query):
	return [
		row["name"] for row in rows_of(customer, keys or ("invoice", "credit_note", "payment"), **query).rows
	]


def terms(*portions):
	"""Instalments: (percent, days from today)."""
	return [{"due_date": add_days(getdate(), days), "invoice_portion": percent} for percent, days in portions]


@pytest.fixture
def customer(db):
	return factories.make_customer()


@pytest.fixture
def owner(db, made):
	"""The customer of ``account``."""
	return frappe.get_doc("Customer", made[0])


@pytest.fixture
def account(db, made):
	"""One document in each state there is: state -> document."""
	return {state: frappe.get_doc(*key) for state, key in made[1].items()}


@pytest.fixture(scope="module")
def made(site):
	"""A customer, and the names of one document in each state there is. Tests that change something take it back."""
	connect(site)
	customer = factories.make_customer()
	documents = make_account(customer)
	frappe.db.commit()
	frappe.destroy()
	return customer.name, {state: (document.doctype, document.name) for state, document in documents.items()}


def make_account(customer):
	ago = lambda days: add_days(getdate(), -days)  # noqa: E731 - a word for a date
	made = {
		"unpaid": factories.make_sales_invoice(
			customer, 100, posting_date=ago(5), due_date=add_days(getdate(), 10)
		),
		"due today": factories.make_sales_invoice(customer, 110, posting_date=ago(9), due_date=getdate()),
		"overdue": factories.make_sales_invoice(
			customer, 200, posting_date=ago(40), due_date=ago(12), po_no="PO 4500-118"
		),
		"partly paid": factories.make_sales_invoice(
			customer, 300, posting_date=ago(6), due_date=add_days(getdate(), 3)
		),
		"partly paid and overdue": factories.make_sales_invoice(
			customer, 310, posting_date=ago(30), due_date=ago(1)
		),
		"paid": factories.make_sales_invoice(customer, 400, posting_date=ago(50), due_date=ago(20)),
		"returned": factories.make_sales_invoice(customer, 500, posting_date=ago(60), due_date=ago(30)),
		"instalment overdue": factories.make_sales_invoice(
			customer, 1000, posting_date=ago(70), payment_schedule=terms((50, -25), (50, 20))
		),
		"first instalment paid": factories.make_sales_invoice(
			customer, 1000, posting_date=ago(71), payment_schedule=terms((50, -25), (50, 20))
		),
	}
	factories.make_payment_entry(customer, 120, [made["partly paid"]])
	factories.make_payment_entry(customer, 10, [made["partly paid and overdue"]])
	made["payment"] = factories.make_payment_entry(customer, 400, [made["paid"]], posting_date=ago(19))
	factories.make_payment_entry(customer, 500, [made["first instalment paid"]])
	made["credit used"] = factories.make_credit_note(
		made["returned"], update_outstanding_for_self=0, posting_date=ago(2)
	)
	made["credit"] = factories.make_credit_note(made["paid"], posting_date=ago(1))
	made["unallocated"] = factories.make_payment_entry(customer, 77.5)
	return made


STATES = {
	"unpaid": ("unpaid", "Unpaid"),
	"due today": ("unpaid", "Unpaid"),
	"overdue": ("overdue", "Overdue by 12 days"),
	"partly paid": ("partly_paid", "Partly paid"),
	"partly paid and overdue": ("overdue", "Overdue by 1 day"),
	"paid": ("paid", "Paid"),
	"returned": ("credited", "Credited"),
	"instalment overdue": ("overdue", "Overdue by 25 days"),
	"first instalment paid": ("partly_paid", "Partly paid"),
	"credit": ("credit", "Credit"),
	"credit used": ("credit_used", "Credit used"),
	"payment": ("received", "Received"),
	"unallocated": ("unallocated", "Received"),
}

# what ERPNext's own set_status calls the same state on the same day
ERPNEXT = {
	"unpaid": {"Unpaid"},
	"partly_paid": {"Partly Paid"},
	"overdue": {"Overdue"},
	"paid": {"Paid", "Credit Note Issued"},
	"credited": {"Credit Note Issued"},
	"credit": {"Return"},
	"credit_used": {"Return"},
}


def test_each_state_is_shown_in_words_and_agrees_with_erpnext(account, owner):
	from customer_portal_ext.documents.list_pages import get_row

	rows = {row["name"]: row for row in rows_of(owner, size="100").rows}
	assert len(rows) == 16
	for state, (key, text) in STATES.items():
		document = account[state]
		row = rows[document.name]
		assert row["status"] == key, state
		assert get_row(row, getdate())["status"]["text"] == text, state
		if document.doctype == "Sales Invoice":
			document.reload().set_status()
			assert document.status in ERPNEXT[key], state


def test_the_state_follows_the_calendar_without_the_nightly_job(account, owner):
	from customer_portal_ext.documents import kinds, lists

	stored = frappe.db.get_value("Sales Invoice", account["unpaid"].name, "status")
	later = getdate() + timedelta(days=11)
	found = lists.get_rows([kinds.INVOICE], (owner.name,), wanted(status="overdue"), later)
	row = next(row for row in found.rows if row["name"] == account["unpaid"].name)
	assert stored == "Unpaid" and row["status"] == "overdue"
	assert (later - row["overdue_from"]).days == 1


def test_a_status_filter_finds_exactly_the_rows_shown_with_that_status(account, owner):
	everything = rows_of(owner, size="100").rows
	for status in {row["status"] for row in everything}:
		expected = {row["name"] for row in everything if row["status"] == status}
		found = rows_of(owner, status=status, size="100")
		assert {row["name"] for row in found.rows} == expected and found.total == len(expected)
	still_open = {row["name"] for row in everything if row["outstanding"]}
	assert {row["name"] for row in rows_of(owner, status="open", size="100").rows} == still_open


def test_amounts_are_exact_and_credit_is_negative(account, owner):
	rows = {row["name"]: row for row in rows_of(owner, size="100").rows}

	def figures(state):
		row = rows[account[state].name]
		assert isinstance(row["amount"], Decimal) and isinstance(row["outstanding"], Decimal)
		return row["amount"], row["outstanding"]

	assert figures("partly paid") == (300, 180)
	assert figures("credit") == (-400, -400)
	assert figures("credit used") == (-500, 0)
	assert figures("unallocated") == (Decimal("77.5"), Decimal("-77.5"))
	assert figures("payment") == (400, 0)


def test_drafts_cancelled_and_other_customers_documents_are_nowhere(account, owner):
	draft = factories.make_sales_invoice(owner, 5, do_not_submit=True)
	cancelled = factories.make_sales_invoice(owner, 6)
	cancelled.cancel()
	unsent = factories.make_payment_entry(owner, 7, do_not_submit=True)
	stranger = factories.make_customer()
	foreign = [factories.make_sales_invoice(stranger, 8), factories.make_payment_entry(stranger, 9)]
	found = set(names_of(owner, size="100"))
	assert not found & {draft.name, cancelled.name, unsent.name, *(document.name for document in foreign)}
	assert len(found) == 16


def test_no_customer_means_no_rows(account):
	from customer_portal_ext.documents import kinds, lists

	found = lists.get_rows(kinds.KINDS.values(), (), wanted(), getdate())
	assert (found.rows, found.total, found.pages) == ([], 0, 1)
	assert lists.get_companies(kinds.KINDS.values(), ()) == []


def test_a_suppliers_payment_of_the_same_name_is_not_the_customers(customer):
	"""Party is a Dynamic Link: a supplier may bear the customer's name."""
	payment = factories.make_payment_entry(customer, 50)
	payment.db_set("party_type", "Supplier")
	assert names_of(customer, "payment") == []


def test_search_by_number_order_and_item(customer):
	from tests.factories import make_item

	item = make_item(f"BOLT-{frappe.generate_hash(length=6)}", item_name="Hexagon bolt, M8")
	bolts = factories.make_sales_invoice(
		customer,
		items=[
			{"item_code": item.name, "qty": 1, "rate": 5, "description": "<p>Galvanised <b>steel</b></p>"}
		],
	)
	order = factories.make_sales_invoice(customer, 10, po_no="PO_100%")
	other = factories.make_sales_invoice(customer, 20, po_no="PO 1000")
	payment = factories.make_payment_entry(customer, 10, [order], reference_no="WIRE-77")
	assert names_of(customer, search=bolts.name) == [bolts.name]
	assert names_of(customer, search=bolts.name.lower()) == [bolts.name]
	assert names_of(customer, search="hexagon M8") == [bolts.name], "every word, in any order"
	assert names_of(customer, search="galvanised") == [bolts.name]
	assert names_of(customer, search=item.name) == [bolts.name]
	assert names_of(customer, search="hexagon brass") == []
	# wildcards are what was typed
	assert names_of(customer, search="100%") == [order.name]
	assert names_of(customer, search="PO_1") == [order.name]
	assert names_of(customer, search="\\") == []
	assert names_of(customer, search="'; drop table tabUser; --") == []
	assert names_of(customer, search="wire-77") == [payment.name]
	assert set(names_of(customer, search=order.name)) == {order.name, payment.name}, "and what paid it"
	assert names_of(customer, search="PO 1000") == [other.name]


def test_dates_amounts_and_types_narrow(account, owner):
	day = account["overdue"].posting_date
	assert names_of(owner, date_from=str(day), date_to=str(day)) == [account["overdue"].name]
	assert set(names_of(owner, amount_from="400", amount_to="400")) == {
		account[state].name for state in ("paid", "payment", "credit")
	}, "a credit note is found by its figure, though it is negative"
	assert names_of(owner, amount_from="77.49", amount_to="77.51") == [account["unallocated"].name]
	assert set(names_of(owner, type="credit_note")) == {
		account["credit"].name,
		account["credit used"].name,
	}
	assert names_of(owner, type="payment", status="overdue") == []


def test_every_column_sorts_both_ways(account, owner):
	from customer_portal_ext.documents import lists

	def sortable(row, key):
		# MariaDB puts NULL first
		return (row[key] is not None, row[key] if row[key] is not None else 0)

	for key in set(lists.SORTS) - {"status"}:
		for descending in (False, True):
			rows = rows_of(owner, size="100", sort=f"-{key}" if descending else key).rows
			if key == "due_date":
				# what is due on no day comes last either way
				dated = [row for row in rows if row[key] is not None]
				assert rows[: len(dated)] == dated and len(dated) < len(rows)
				found = [sortable(row, key) for row in dated]
			else:
				found = [sortable(row, key) for row in rows]
			assert found == sorted(found, reverse=descending), (key, descending)
			assert len(rows) == 16


def test_sorting_by_status_puts_what_needs_attention_first(account, owner):
	from customer_portal_ext.documents import statuses

	found = [row["status"] for row in rows_of(owner, size="100", sort="status").rows]
	assert found == sorted(found, key=statuses.ORDER.index) and found[0] == "overdue"


def test_pages_join_without_gap_or_repetition(customer):
	"""Also across kinds, with equal dates and amounts."""
	for number in range(23):
		factories.make_sales_invoice(customer, 10 + number % 3)
	factories.make_payment_entry(customer, 10)
	factories.make_payment_entry(customer, 11)
	for sort in ("-date", "date", "amount", "-status", "kind"):
		whole = names_of(customer, sort=sort, size="50")
		assert len(whole) == len(set(whole)) == 25
		assert names_of(customer, sort=sort) + names_of(customer, sort=sort, page="2") == whole
	beyond = rows_of(customer, page=str(10**12))
	assert (beyond.page, beyond.pages, beyond.total) == (2, 2, 25)
	assert [row["name"] for row in beyond.rows] == names_of(customer, size="50")[20:]


def test_a_foreign_currency_receivable(customer):
	"""Document in euros; outstanding in the currency of the account that it is booked on."""
	frappe.db.set_single_value(
		"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account", 1
	)
	in_company_currency = factories.make_sales_invoice(customer, 80, currency="EUR")
	row = rows_of(customer, ("invoice",)).rows[0]
	assert row["name"] == in_company_currency.name
	assert (row["amount"], row["currency"]) == (80, "EUR")
	assert (row["outstanding"], row["outstanding_currency"], row["status"]) == (100, "USD", "unpaid")

	abroad = factories.make_customer()
	account = factories.make_receivable_account("EUR")
	invoice = factories.make_sales_invoice(
		abroad,
		80,
		currency="EUR",
		debit_to=account,
		posting_date=add_days(getdate(), -9),
		due_date=add_days(getdate(), -4),
	)
	row = rows_of(abroad, ("invoice",)).rows[0]
	assert (row["outstanding"], row["outstanding_currency"], row["status"]) == (80, "EUR", "overdue")
	assert (getdate() - row["overdue_from"]).days == 4
	assert invoice.party_account_currency == "EUR"


def test_companies_offered_are_those_one_deals_with(account, owner):
	from customer_portal_ext.documents import kinds, lists

	assert lists.get_companies(kinds.KINDS.values(), (owner.name,)) == [factories.get_company()]


def test_the_list_uses_the_customers_index(account, owner):
	"""Without it a list would cost more with every other customer's invoice."""
	from customer_portal_ext.documents import kinds, lists

	filters = wanted()
	for kind, index in (
		(kinds.INVOICE, "customer_portal_customer_posting_date"),
		(kinds.PAYMENT, "customer_portal_party_posting_date"),
	):
		whose = kinds.resolve([kind], (owner.name,))
		shape = lists.get_shape([kind], filters, whose)
		sql = lists.get_query([lists.get_branch(kind, shape)], shape).get_sql()
		values = lists.get_values(whose, filters, getdate())
		plan = frappe.db.sql(f"explain {sql}", values, as_dict=True)
		keys = " ".join(
			f"{row.possible_keys} {row.key}" for row in plan if row.table != "tabPayment Schedule"
		)
		assert index in keys
		assert not [row for row in plan if row.type == "ALL" and row.select_type == "PRIMARY"], plan


def test_rows_cost_the_same_statements_however_many(customer):
	from development.measuring import count_statements

	for days in range(25):
		factories.make_sales_invoice(customer, 10, posting_date=add_days(getdate(), -days))
	for size in ("20", "100"):
		with count_statements() as sent:
			found = rows_of(customer, size=size)
		assert found.total == 25
		assert len(sent) == 2, "the count, and the rows"


def test_every_demo_invoice_agrees_with_erpnext(db):
	"""Whatever made it: what a list shows is what ERPNext's own rule says today. Other tests' customers are not asked."""
	from customer_portal_ext.documents import kinds, lists
	from development.demo_data import customers

	compared = 0
	for customer in (*customers.get_names(), customers.DISABLED):
		page = 1
		while True:
			found = lists.get_rows(
				[kinds.INVOICE, kinds.CREDIT_NOTE], (customer,), wanted(size="100", page=str(page)), getdate()
			)
			for row in found.rows[:30]:
				invoice = frappe.get_doc("Sales Invoice", row["name"])
				invoice.set_status()
				assert invoice.status.removesuffix(" and Discounted") in ERPNEXT[row["status"]], row
				compared += 1
			page += 1
			if page > min(found.pages, 2):
				break
	assert compared > 100
