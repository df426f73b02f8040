"""What customers read when a gateway cannot serve them, for modules that otherwise speak to staff."""

from customer_portal_ext.exceptions import GatewayUnavailable
from customer_portal_ext.web.words import _


def no_answer() -> GatewayUnavailable:
	"""A gateway that did not even give the address of its page: nothing can have been charged."""
	return GatewayUnavailable(
		_(
			"The payment service cannot be reached at the moment. Nothing was taken. Please try again in a minute."
		)
	)
