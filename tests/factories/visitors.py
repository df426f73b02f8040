"""A visitor whose right to be here needs no proof: for capabilities, which receive one from the gate."""

from customer_portal_ext.access.policy import CAPABILITIES
from customer_portal_ext.access.visitor import Visitor


def make_visitor(*customers, without: tuple[str, ...] = (), scope: tuple[str, str] | None = None) -> Visitor:
	"""A visitor of these customers with every capability but those in ``without``."""
	first = customers[0]
	return Visitor(
		kind="token",
		customer=first.name,
		customer_name=first.customer_name,
		customers=tuple(customer.name for customer in customers),
		capabilities=frozenset(CAPABILITIES) - set(without),
		language="en",
		visit="test",
		scope=scope,
	)
