"""The PDF of a quotation."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import pdf
from customer_portal_ext.web.responses import Download

no_cache = 1
sitemap = 0


def get_response(context):
	record = guard.require_document("quotation", context.args["name"], purpose="Downloaded")
	filename, content = pdf.get_file(guard.require_visitor(), "quotation", record)
	return Download(filename, "application/pdf", content)
