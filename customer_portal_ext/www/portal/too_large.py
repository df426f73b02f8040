"""What a form that is larger than the web server lets through is answered with (docs/decisions.md, README)."""

from customer_portal_ext.access import guard
from customer_portal_ext.exceptions import RequestTooLarge

no_cache = 1
sitemap = 0


def get_response(context):
	guard.require_portal()
	raise RequestTooLarge
