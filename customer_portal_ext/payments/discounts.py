"""The early payment discount of a payment that was begun: until when it holds, and what is said of one that has ended.

What was promised is honoured where the gateway took the money by the day itself, in the site's time zone.
"""

from datetime import timedelta
from decimal import Decimal

import frappe
from frappe.utils import get_datetime, getdate, now_datetime

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import states
from customer_portal_ext.payments.choice import Choice
from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _

ZERO = Decimal(0)


def get_end(choice: Choice):
	"""The moment at which the first discount of the choice ends; None without one."""
	days = [part.item.discount_date for part in choice.parts if part.discount]
	return get_datetime(min(days) + timedelta(days=1)) if days else None


def get_lapsed(payment) -> Decimal:
	"""What of the promised discount had ended when the money came, or has ended while it has not."""
	day = getdate(payment.captured_on or now_datetime())
	return sum(
		(
			to_decimal(row.discount)
			for row in payment.allocations
			if row.discount and getdate(row.discount_date) < day
		),
		ZERO,
	)


def describe(payment) -> str:
	"""What a customer must know of a discount that ended; empty where none did."""
	lapsed = get_lapsed(payment)
	if not lapsed:
		return ""
	money = Formats(get_locale(frappe.local.lang)).money(lapsed, payment.currency)
	if payment.captured_on:
		return _("The early payment discount of {0} had ended when you paid and was not taken off.").format(
			money
		)
	if payment.state in states.UNDER_WAY:
		return _("The early payment discount of {0} has ended. If you pay now, that much stays open.").format(
			money
		)
	return ""
