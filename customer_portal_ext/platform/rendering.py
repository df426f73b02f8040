"""What Frappe renders a template for. A template can set any flag and any variable that would say so, and any member of the
staff writes Email Templates; only who called it cannot be made up."""

import sys

PRINT = "frappe.www.printview"
NOTIFICATION = "frappe.email.doctype.notification.notification"


def is_rendered_by(module: str) -> bool:
	"""Whether this module of Frappe is among those that called, as PRINT is for print formats and letter heads."""
	frame = sys._getframe(1)
	while frame and frame.f_globals.get("__name__") != module:
		frame = frame.f_back
	return frame is not None
