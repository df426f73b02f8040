from frappe.utils import getdate

from customer_portal_ext.access import guard, limits
from customer_portal_ext.statement import exports, request
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	visitor = guard.require_capability("statement")
	wanted = request.require(visitor.customer, context.form, getdate())
	limits.count("statement-export", visitor)
	return Redirect(exports.get_url(exports.start(visitor, wanted, context.form.get("format"))))
