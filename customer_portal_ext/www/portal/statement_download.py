from frappe.utils import getdate

from customer_portal_ext.access import guard
from customer_portal_ext.statement import files, request

no_cache = 1
sitemap = 0


def get_response(context):
	visitor = guard.require_capability("statement")
	wanted = request.require(visitor.customer, context.query, getdate())
	return files.get_download(visitor, wanted, context.args["format"])
