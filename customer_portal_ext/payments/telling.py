"""Who hears of a payment: staff what needs a person, and afterwards the customer (access/payment_mail.py)."""


def tell_staff(payment) -> None:
	"""An entry in the bell of whoever looks after payments. Part of the caller's transaction; never raises."""


def enqueue(name: str) -> None:
	"""Have the receipt sent, and staff told, once the payment is posted. Never raises: the scheduler finds who was not told."""
