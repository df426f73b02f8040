"""The index by which a signed-in user's contacts are found."""

from customer_portal_ext.install import add_indexes


def execute() -> None:
	add_indexes()
