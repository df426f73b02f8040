"""The ``stripe`` package that the payments app brings (2.56), and why it may be missing."""

import frappe

from customer_portal_ext.web.words import _


def load():
	"""The package. Raises ImportError where it cannot be used: 2.56 does not import on Python 3.12 (``stripe.six.moves``)."""
	import stripe

	return stripe


def get_obstacle() -> str | None:
	"""Why Stripe cannot be used on this machine, for staff who choose gateways; None where it can."""
	try:
		load()
	except ImportError as problem:
		return _(
			"The Python package stripe that the payments app installs cannot be loaded by this Python ({0}). Version "
			"2.56 works with Python 3.10 and 3.11, not with 3.12 or newer. Until the bench runs on one of these, "
			"customers cannot be offered Stripe."
		).format(frappe.utils.escape_html(str(problem)))
	return None
