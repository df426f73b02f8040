"""Sites that had the portal before it showed quotations, orders and deliveries get these lists' indexes."""

from customer_portal_ext.install import add_indexes


def execute() -> None:
	add_indexes()
