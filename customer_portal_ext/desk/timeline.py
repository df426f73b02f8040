""" "Seen by customer on ..." in the timeline of a document in Desk."""

import frappe
from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Max, Min
from frappe.utils import format_datetime

ICONS = {"Viewed": "view", "Downloaded": "es-line-download"}


def get_content(doctype: str, name: str) -> list[dict]:
	"""When the customer first and last saw or downloaded a document, for the hook ``additional_timeline_content``.

	The shape is that of frappe/public/js/frappe/form/footer/form_timeline.js. Only who may read the document gets here.
	"""
	contents = []
	for row in get_traces(doctype, name):
		first, last = _get_texts(row.activity)
		contents.append(_get_item(row.activity, first, row.first_on))
		if row.times > 1:
			contents.append(_get_item(row.activity, last, row.last_on))
	return contents


def get_traces(doctype: str, name: str) -> list[dict]:
	"""Per activity: first_on, last_on and times. What staff did who tried the customer's link does not count."""
	activity, user = frappe.qb.DocType("Portal Activity"), frappe.qb.DocType("User")
	by_staff = Case().when(user.user_type == "System User", 1).else_(0)
	return (
		frappe.qb.from_(activity)
		.left_join(user)
		.on(user.name == activity.user)
		.select(
			activity.activity,
			Min(activity.creation).as_("first_on"),
			Max(activity.creation).as_("last_on"),
			Count("*").as_("times"),
		)
		.where((activity.reference_doctype == doctype) & (activity.reference_name == name))
		.where(activity.activity.isin(tuple(ICONS)) & (by_staff == 0))
		.groupby(activity.activity)
		.run(as_dict=True)
	)


def _get_texts(activity: str) -> tuple[str, str]:
	if activity == "Viewed":
		return _("Seen by customer on {0}"), _("Last seen by customer on {0}")
	return _("Downloaded by customer on {0}"), _("Last downloaded by customer on {0}")


def _get_item(activity: str, text: str, when) -> dict:
	return {
		"icon": ICONS[activity],
		"is_card": False,
		"creation": str(when),
		"content": text.format(frappe.bold(format_datetime(when))),
	}
