from frappe.utils import getdate

from customer_portal_ext.access import activity, guard, limits
from customer_portal_ext.statement import files, request

no_cache = 1
sitemap = 0


def get_response(context):
	visitor = guard.require_capability("statement")
	wanted = request.require(visitor.customer, context.query, getdate())
	limits.count("statement-file", visitor)
	activity.record("Downloaded", visitor, details="Statement of account")
	return files.get_download(wanted, context.args["format"])
