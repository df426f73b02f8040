"""A link's PDFs are limited, whatever visit of it asks for them: each costs seconds of a processor."""

from customer_portal_ext.access import limits, tokens
from tests.factories.documents import make_sales_invoice
from tests.factories.masters import make_customer


def test_more_files_than_anyone_saves_by_hand_are_refused(new_client, db, monkeypatch):
	monkeypatch.setitem(limits.LIMITS, "document-file", limits.Limit(2, 600))
	customer, neighbour = make_customer(), make_customer()
	invoices = {owner.name: make_sales_invoice(owner) for owner in (customer, neighbour)}
	links = {owner: tokens.get_link(tokens.issue(owner)) for owner in invoices}

	def ask(owner):
		client = new_client()
		client.open_link(links[owner])
		return client.get(f"/portal/download/invoices/{invoices[owner].name}.pdf").status_code

	assert [ask(customer.name) for _ in range(3)] == [200, 200, 429]
	assert ask(neighbour.name) == 200
