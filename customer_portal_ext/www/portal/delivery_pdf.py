"""The PDF of a delivery."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import pdf
from customer_portal_ext.web.responses import Download

no_cache = 1
sitemap = 0


def get_response(context):
	record = guard.require_document("delivery", context.args["name"], purpose="Downloaded")
	filename, content = pdf.get_file(guard.require_visitor(), "delivery", record)
	return Download(filename, "application/pdf", content)
