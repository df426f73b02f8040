"""Where Stripe delivers its events."""

from customer_portal_ext.access import webhooks
from customer_portal_ext.web.responses import Data

no_cache = 1
sitemap = 0


def get_response(context):
	return Data(*webhooks.receive_stripe())
