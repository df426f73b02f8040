"""The days of the demo, all counted back from the day it was seeded on."""

from datetime import date

import frappe
from frappe.utils import add_days, getdate

SEEDING_DAY = "customer_portal_demo_day"


def get_seeding_day() -> date:
	"""The day the demo was begun, so that a seeding taken up again later tells the same story."""
	day = frappe.db.get_default(SEEDING_DAY)
	if not day:
		day = getdate().isoformat()
		frappe.db.set_default(SEEDING_DAY, day)
	return getdate(day)


def get_day(days_ago: int) -> date:
	"""A negative number of days lies ahead."""
	return getdate(add_days(get_seeding_day(), -days_ago))
