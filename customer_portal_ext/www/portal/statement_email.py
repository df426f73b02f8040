from frappe.utils import getdate

from customer_portal_ext.access import activity, guard, limits
from customer_portal_ext.statement import mail, request
from customer_portal_ext.web.responses import Redirect
from customer_portal_ext.web.urls import list_url

no_cache = 1
sitemap = 0


def get_response(context):
	visitor = guard.require_capability("statement")
	wanted = request.require(visitor.customer, context.form, getdate())
	limits.count("statement-mail", visitor)
	notice = mail.request(wanted)
	activity.record("E-mailed Statement", visitor)
	return Redirect(list_url("statement", **wanted.query, notice=notice))
