"""Whatever stands in any field of any document: making a PDF or an e-mail of the portal reads no file and asks nobody.

Hostile data is written past every validation, since it may be stored already, into every text field that the DocTypes
have: one more field is in by itself, and one more PDF route or e-mail without an entry here fails.
"""

import ast
from pathlib import Path

import frappe
import jinja2
import pytest
from jinja2 import meta

from customer_portal_ext.access import payment_mail, quotation_follow_up, tokens
from customer_portal_ext.documents import pdf
from customer_portal_ext.payments import states
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.statement import exports
from customer_portal_ext.web.environment import TEMPLATES, get_environment
from customer_portal_ext.web.routes import ROUTES
from tests import factories
from tests.conftest import connect
from tests.factories import answers, hostile, paying
from tests.factories.mail import get_messages_to, make_outgoing_account, remove_outgoing_account

APP = Path(exports.__file__).resolve().parents[1]
# what a visitor uploaded, handed back as it is or drawn anew; neither is made by a tool
UPLOADS = {"attachment", "thumbnail"}
DOWNLOADS = {
	"invoice_pdf": "/portal/download/invoices/{invoice}.pdf",
	"credit_note_pdf": "/portal/download/credit-notes/{note}.pdf",
	"payment_pdf": "/portal/download/payments/{entry}.pdf",
	"quotation_pdf": "/portal/download/quotations/{quotation}.pdf",
	"order_pdf": "/portal/download/orders/{order}.pdf",
	"delivery_pdf": "/portal/download/deliveries/{delivery}.pdf",
	"quotation_signed_pdf": "/portal/download/signed/{accepted}.pdf",
	"receipt_pdf": "/portal/download/receipts/{payment}.pdf",
	"statement_download": "/portal/download/statement.pdf",
	"export_download": "/portal/download/exports/{export}",
}


class World:
	"""A customer with one document of each kind, an accepted quotation and a payment; every text of theirs is hostile."""

	def __init__(self, trap):
		self.trap = trap
		self.company = factories.get_company()
		self.item = factories.make_item(f"Hostile {frappe.generate_hash(length=6)}")
		self.head = frappe.get_doc(
			{"doctype": "Letter Head", "letter_head_name": frappe.generate_hash(length=8), "source": "HTML"}
		).insert()
		self.email = f"{frappe.generate_hash(length=8)}@example.com"
		self.customer = factories.make_customer(email=self.email)
		self.address = factories.make_address(self.customer)
		self.names = self.make_documents()
		self.link = tokens.get_link(tokens.issue(self.customer.name))

	def make_documents(self) -> dict[str, str]:
		line = {"item_code": self.item.name, "qty": 1, "rate": 100}
		common = {"letter_head": self.head.name, "items": [line]}
		tax = {
			"charge_type": "Actual",
			"account_head": frappe.db.get_value(
				"Account", {"company": self.company, "account_type": "Tax", "is_group": 0}
			),
			"description": "Freight",
			"tax_amount": 5,
		}
		order = factories.make_sales_order(self.customer, **common, taxes=[tax], terms="<p>x</p>")
		invoice = factories.make_sales_invoice(self.customer, **common, taxes=[tax], terms="<p>x</p>")
		made = {
			"order": order,
			"invoice": invoice,
			"quotation": factories.make_quotation(self.customer, **common, terms="<p>x</p>"),
			"accepted": factories.make_quotation(self.customer, **common),
			"delivery": factories.make_delivery_note(order, letter_head=self.head.name),
			"note": factories.make_credit_note(invoice, letter_head=self.head.name),
			"entry": factories.make_payment_entry(self.customer, 10, letter_head=self.head.name),
		}
		self.documents = made
		return {key: document.name for key, document in made.items()}

	def accept(self, client):
		"""The customer accepts a quotation and pays an invoice, by the forms and the gateway."""
		client.open_link(self.link)
		answered = answers.accept(client, self.names["accepted"], email=self.email)
		assert answered.status_code == 303, answered.text
		frappe.db.rollback()
		self.response = frappe.get_doc("Portal Quotation Response", {"quotation": self.names["accepted"]})
		due = paying.make_due(self.customer, 10)
		payment = paying.begin(self.customer, [due.name])
		self.payment = paying.capture_payment(payment)
		self.names["payment"] = self.payment.name
		self.names["export"] = self.make_export()

	def make_export(self) -> str:
		row = {
			"customer": self.customer.name,
			"company": self.company,
			"format": "pdf",
			"language": "en",
			"total": 1,
		}
		dates = {"from_date": "2020-01-01", "to_date": "2035-01-01"}
		currency = frappe.get_cached_value("Company", self.company, "default_currency")
		return (
			frappe.get_doc({"doctype": exports.DOCTYPE, **row, **dates, "currency": currency}).insert().name
		)

	def plant(self) -> dict:
		"""Write the hostile texts; what was there before in records that other tests use, too."""
		contacts = frappe.get_all(
			"Dynamic Link", {"link_name": self.customer.name, "parenttype": "Contact"}, pluck="parent"
		)
		own = [
			*(document.reload() for document in self.documents.values()),
			*(frappe.get_doc("Contact", name) for name in contacts),
			*(self.customer.reload(), self.address.reload(), self.item.reload(), self.head.reload()),
			*(self.response.reload(), self.payment.reload()),
			frappe.get_doc("Sales Order", self.response.sales_order),
		]
		for document in own:
			hostile.plant(self.trap, document)
		shared = hostile.plant(self.trap, frappe.get_doc("Company", self.company))
		frappe.db.commit()
		frappe.clear_cache()
		return shared


@pytest.fixture(scope="module")
def world(site, trap):
	from tests.client import Client
	from tests.conftest import read_settings, restore_settings

	connect(site)
	before = read_settings()
	settings = frappe.get_single("Customer Portal Settings")
	settings.update({**answers.SETTINGS, "allow_payments": 1, "payment_gateways": [paying.make_gateway()]})
	settings.save()
	account = make_outgoing_account()
	made = World(trap)
	frappe.db.commit()
	made.accept(Client(site))
	shared = made.plant()
	exports.run(made.names["export"])
	frappe.db.commit()
	frappe.destroy()
	yield made
	connect(site)
	hostile.put_back(shared)
	restore_settings(before)
	remove_outgoing_account(account)
	frappe.clear_cache()
	frappe.destroy()


@pytest.fixture(autouse=True)
def nobody_is_asked(listener):
	listener.heard.clear()
	yield
	assert listener.heard == []


def test_every_route_that_makes_a_file_is_here():
	made = {route.module for route in ROUTES if route.path.startswith("/portal/download/")}
	assert made - UPLOADS == set(DOWNLOADS)


@pytest.mark.parametrize("module", sorted(DOWNLOADS))
def test_a_pdf_holds_no_file_of_the_server_and_asks_nobody(http, world, module):
	http.open_link(world.link)
	if module == "quotation_signed_pdf":
		quotation_follow_up.attach_pdf(world.response.name)
	answer = http.get(DOWNLOADS[module].format(**world.names))
	assert answer.status_code == 200, answer.text[-3000:]
	text = "".join(hostile.read_pdf(answer.data).split())
	name = {"quotation_signed_pdf": "accepted", "receipt_pdf": "payment"}.get(
		module, module.removesuffix("_pdf")
	)
	name = {"credit_note": "note", "payment": "entry" if module == "payment_pdf" else "payment"}.get(
		name, name
	)
	assert world.names.get(name, "") in text


@pytest.mark.parametrize("kind", ["quotation", "order", "delivery", "invoice", "note", "entry"])
def test_frappes_own_formats_print_no_file_either(db, world, kind):
	"""They write every field there is, few of them escaped; a company's own may do the same."""
	document = world.documents[kind]
	html, files = pdf.get_print_page(document.doctype, document.name, "Standard", world.head.name)
	assert "<iframe" not in html.partition('class="letter-head"')[0]
	text = hostile.read_pdf(pdf.to_pdf(html, files))
	assert "SEEN" in text and "END" in text


def test_the_receipts_e_mail(db, world):
	payment = frappe.get_doc(states.DOCTYPE, world.payment.name)
	payment_mail.send_receipt(payment, payment_mail.get_attachments(payment, "en"))
	frappe.db.commit()
	assert_harmless(world.payment.email, "application/pdf")


def test_the_confirmations_e_mail_with_the_signed_pdf(db, world):
	quotation_follow_up.finish(world.response.name)
	assert_harmless(world.email, world.names["accepted"])
	# Frappe attaches a File as it sends the e-mail
	signed = frappe.get_doc(
		"File", frappe.db.get_value("Portal Quotation Response", world.response.name, "signed_pdf")
	)
	hostile.read_pdf(signed.get_content())


def test_the_statements_e_mail(http, world):
	http.open_link(world.link)
	answer = http.submit("/portal/statement", "/portal/statement/email")
	assert answer.status_code == 303, answer.text[-2000:]
	assert_harmless(world.email, "application/pdf")


def assert_harmless(address: str, holds: str):
	messages = get_messages_to(address)
	assert any(holds in message for message in messages)
	for message in messages:
		hostile.read_mail(message)


class Hostile(str):
	"""A text that is also whatever a template takes it for: a record of such texts, or a list of one."""

	def __getattr__(self, name):
		if name.startswith("__"):
			raise AttributeError(name)
		return self

	def __getitem__(self, _key):
		return self

	def __iter__(self):
		return iter([self])

	def __lt__(self, _other):
		return False

	def __neg__(self):
		return self

	__gt__ = __lt__


@pytest.mark.parametrize("template", sorted(path.name for path in (TEMPLATES / "email").glob("*.html")))
def test_no_text_in_an_e_mail_is_a_file_or_an_address(db, world, template):
	text = Hostile(world.trap.text)
	environment = get_environment("en", lambda words, context=None: words).overlay()
	environment.filters = {
		name: (lambda value, *_arguments: value) if name not in jinja2.defaults.DEFAULT_FILTERS else function
		for name, function in environment.filters.items()
	}
	source = (TEMPLATES / "email" / template).read_text()
	names = meta.find_undeclared_variables(environment.parse(source)) - {"_"}
	message = environment.from_string(source).render({name: text for name in names})
	recipient = f"{frappe.generate_hash(length=8)}@example.com"
	for number in range(0, 60, 4):
		subject = world.trap.get_short(number, 140)
		outgoing_mail.send(
			recipients=[recipient], subject=subject, message=message if not number else "<p>x</p>"
		)
	frappe.db.commit()
	messages = get_messages_to(recipient)
	assert len(messages) == 15
	assert any("SEEN" in hostile.read_mail(found) for found in messages)


def test_a_reminders_text_is_no_file(db, world):
	from customer_portal_ext import reminders

	notification = frappe.get_doc("Notification", next(iter(reminders.REMINDERS)))
	message = frappe.render_template(
		notification.message,
		{
			"doc": frappe._dict(
				customer_name=world.trap.text, get_formatted=str, doctype="Sales Invoice", name="x"
			)
		},
	)
	recipient = f"{frappe.generate_hash(length=8)}@example.com"
	frappe.sendmail(recipients=[recipient], subject="x", message=message)
	frappe.db.commit()
	assert "SEEN" in hostile.read_mail(get_messages_to(recipient)[0])


def test_every_e_mail_of_the_app_goes_by_what_is_tested_here():
	senders = {
		str(path.relative_to(APP))
		for path in APP.rglob("*.py")
		for node in ast.walk(ast.parse(path.read_text()))
		if isinstance(node, ast.Call) and ast.unparse(node.func) == "frappe.sendmail"
	}
	assert senders == {"platform/outgoing_mail.py"}


def test_the_tool_itself_is_cut_off(db, world, listener):
	"""Even a page that nobody cleaned makes it ask nobody and read nothing."""
	from customer_portal_ext.platform import wkhtmltopdf

	elements = [element for element in world.trap.elements if "trap-" not in element]
	images = "".join(f'<img src="{address}">' for address in world.trap.addresses)
	page = f"<!DOCTYPE html><html><head></head><body>{images}{''.join(elements)}<p>SEEN</p></body></html>"
	hostile.read_pdf(wkhtmltopdf.run(page, {"quiet": None, "load-error-handling": "ignore"}, 60))


def test_nothing_is_left_in_the_temporary_folder(db, world, monkeypatch, tmp_path):
	import tempfile

	monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
	payment = frappe.get_doc(states.DOCTYPE, world.payment.name)
	frappe.local.lang = "ja"
	name, content = payment_mail.get_attachments(payment, "ja")[0].values()
	assert content.startswith(b"%PDF") and name
	pdf.to_pdf("<html><head></head><body><div id='header-html'>h</div><p>x</p></body></html>")
	assert list(tmp_path.iterdir()) == []
