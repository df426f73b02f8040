"""Addresses of what a customer does with a quotation; the quotation's own page and PDF are in web/urls.py."""

from urllib.parse import quote

from customer_portal_ext.web.urls import ROOT, document_url, with_query


def quotation_url(name: str, notice: str | None = None) -> str:
	return with_query(document_url("quotation", name), {"notice": notice})


def action_url(action: str, name: str) -> str:
	"""The page of "accept", "decline", "share" or "unshare", where its form is posted as well."""
	return f"{ROOT}/{action}/{quote(name)}"


def signed_pdf_url(name: str) -> str:
	return f"{ROOT}/download/signed/{quote(name)}.pdf"
