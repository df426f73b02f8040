"""Addresses, the names of files and what a log may hold: text in, text out."""

import pytest

from customer_portal_ext.exceptions import DocumentNotFound, MethodNotAllowed
from customer_portal_ext.web import routes, urls
from customer_portal_ext.web.responses import content_disposition


@pytest.mark.parametrize(
	("name", "plain", "encoded"),
	[
		("INV-1.pdf", "INV-1.pdf", "INV-1.pdf"),
		("Größe.pdf", "Gr__e.pdf", "Gr%C3%B6%C3%9Fe.pdf"),
		("../../etc/passwd", "..-..-etc-passwd", "..-..-etc-passwd"),
		("..\\x.pdf", "..-x.pdf", "..-x.pdf"),
		('a"; filename="b.pdf', "a-; filename=-b.pdf", "a-%3B%20filename%3D-b.pdf"),
		("a\r\nSet-Cookie: x\x00\u202e.pdf", "a--Set-Cookie: x--.pdf", "a--Set-Cookie%3A%20x--.pdf"),
	],
)
def test_a_files_name_is_one_name_and_no_more(name, plain, encoded):
	assert content_disposition(name) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
	assert content_disposition(name, is_inline=True).startswith(f'inline; filename="{plain}"')


@pytest.mark.parametrize(
	("wanted", "landing"),
	[
		("invoices/INV/1", "/portal/invoices/INV/1"),
		("issues/ISS 1", "/portal/issues/ISS%201"),
		("pay/PAY-1", "/portal/pay/PAY-1"),
		("messages", "/portal/messages"),
		("messages/x", "/portal"),
		("invoices/", "/portal"),
		("invoices", "/portal"),
		("account/details", "/portal"),
		("invoices/../account", "/portal"),
		("invoices/..", "/portal"),
		("invoices/a..b", "/portal/invoices/a..b"),
		("//evil.example/x", "/portal"),
		("", "/portal"),
		(None, "/portal"),
	],
)
def test_a_link_lands_on_a_page_of_a_record_or_on_the_overview(wanted, landing):
	assert urls.get_landing(wanted) == landing


def test_a_log_holds_no_token():
	assert routes.describe("portal/a/secret") == "portal/a/…"
	assert routes.describe("portal/join/secret") == "portal/join/…"
	assert routes.describe("portal/invoices/INV-1") == "portal/invoices/INV-1"


def test_an_address_is_served_by_its_methods_alone():
	assert routes.match("/portal/invoices/", "GET")[0].module == "invoices"
	assert routes.match("/portal/invoices/a/b", "GET")[1] == {"name": "a/b"}
	assert routes.match("/portal/pay/review", "POST")[0].module == "pay_review"
	with pytest.raises(MethodNotAllowed):
		routes.match("/portal/invoices", "POST")
	for path in ("/portal/none", "/portal//invoices", "/invoices", "/"):
		with pytest.raises(DocumentNotFound):
			routes.match(path, "GET")
