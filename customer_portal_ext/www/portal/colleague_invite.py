"""Inviting a colleague."""

from customer_portal_ext.access import colleagues
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(colleagues.invite(context.form))
	except InvalidInput as problem:
		return Page("pages/colleagues.html", colleagues.get_page(context, problem), problem.http_status)
