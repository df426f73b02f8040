"""A customer with one document of each sort, full of a mark that is theirs alone: wherever it turns up, something leaked."""

from dataclasses import dataclass, field

import frappe

from tests import factories
from tests.factories.users import make_portal_user

AMOUNT = 73519.37
# as it is written in JSON, and as it is printed
LEAKED_AMOUNTS = ("73519.37", "73,519.37", "73.519,37")


@dataclass
class Party:
	"""``documents`` holds (DocType, name) of each of the customer's documents; ``mark`` is in their texts, in no name."""

	customer: object
	mark: str
	user: str
	documents: list[tuple[str, str]] = field(default_factory=list)

	def name_of(self, doctype: str) -> str:
		return next(name for kind, name in self.documents if kind == doctype)


def make_party() -> Party:
	mark = f"zq{frappe.generate_hash(length=10)}"
	customer = factories.make_customer(tax_id=f"T-{mark}", website=f"https://{mark}.example.com")
	party = Party(customer=customer, mark=mark, user=make_portal_user(customer))
	order = factories.make_sales_order(customer, rate=AMOUNT, po_no=mark, terms=f"Terms {mark}")
	invoice = factories.make_sales_invoice(customer, rate=AMOUNT, po_no=mark, remarks=mark, terms=mark)
	made = [
		customer,
		invoice,
		factories.make_credit_note(
			factories.make_sales_invoice(customer, rate=AMOUNT), remarks=mark, terms=mark
		),
		factories.make_quotation(customer, rate=AMOUNT, terms=f"Terms {mark}"),
		order,
		factories.make_delivery_note(order, instructions=mark, terms=mark),
		factories.make_payment_entry(customer, AMOUNT, reference_no=mark),
		factories.make_address(customer, address_line1=f"1 {mark} Street"),
		factories.make_contact(customer, f"c-{frappe.generate_hash(length=8)}@example.com"),
		_insert("Issue", subject=f"It hums {mark}", customer=customer.name, raised_by="someone@example.net"),
	]
	made[8].db_set("designation", mark)
	made.append(
		_insert(
			"Communication",
			communication_type="Communication",
			communication_medium="Email",
			content=f"A message {mark}",
			subject=mark,
			reference_doctype="Sales Invoice",
			reference_name=invoice.name,
			portal_customer=customer.name,
		)
	)
	made.append(
		_insert(
			"File",
			file_name=f"{frappe.generate_hash(length=8)}.txt",
			content=f"File {mark}",
			is_private=1,
			attached_to_doctype="Sales Invoice",
			attached_to_name=invoice.name,
		)
	)
	party.documents = [(document.doctype, document.name) for document in made]
	return party


def _insert(doctype: str, **values):
	return frappe.get_doc({"doctype": doctype, **values}).insert()


def deny(party: Party, *capabilities: str) -> None:
	"""A policy of the customer that denies these."""
	frappe.get_doc(
		{
			"doctype": "Customer Portal Policy",
			"applies_to": "Customer",
			"party": party.customer.name,
			**dict.fromkeys(capabilities, "Deny"),
		}
	).insert()
