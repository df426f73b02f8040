"""The PDF of an order."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import pdf
from customer_portal_ext.web.responses import Download

no_cache = 1
sitemap = 0


def get_response(context):
	# a draft is what staff are typing; what was accepted of it is in the signed PDF
	record = guard.require_document(
		"order", context.args["name"], purpose="Downloaded", is_there=lambda order: order["docstatus"] == 1
	)
	filename, content = pdf.get_file(guard.require_visitor(), "order", record)
	return Download(filename, "application/pdf", content)
