"""From a captured payment to exactly one submitted Payment Entry."""


def post(name: str) -> str | None:
	"""Post what was captured: the Payment Entry's name, or None where it could not be posted now (tried again) or needs a person.

	Commits. Runs as often as you like, at once: the row's lock, ``payment_entry`` and the unique field ``portal_payment`` of Payment
	Entry keep it at one. What no longer fits the documents stays unallocated on the customer's account, and staff are told.
	"""
	raise NotImplementedError
