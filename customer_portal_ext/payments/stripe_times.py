"""Times as Stripe writes them: Unix seconds. Frappe keeps naive times in the site's zone."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from frappe.utils import get_system_timezone


def to_site_time(moment: int) -> datetime:
	"""Unix seconds as a naive time in the site's zone, as Frappe stores times."""
	zone = ZoneInfo(get_system_timezone())
	return datetime.fromtimestamp(moment, timezone.utc).astimezone(zone).replace(tzinfo=None)


def to_stripe_time(moment: datetime) -> int:
	"""A naive time in the site's zone as Unix seconds."""
	return int(moment.replace(tzinfo=ZoneInfo(get_system_timezone())).timestamp())
