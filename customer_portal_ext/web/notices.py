"""What a page says after a redirect. The address carries a key of this table, never a text."""

from customer_portal_ext.web.words import _


def get_notice(key: str | None) -> dict | None:
	"""{"kind": "success" or "info", "text"} for a key, or None for one that is not here."""
	notices = {
		"left": ("success", _("You have left the portal on this device. Your link still works.")),
		"statement-sent": (
			"success",
			_("The statement is on its way to the e-mail address we have on file."),
		),
		"statement-queued": (
			"success",
			_("The statement is being made and will be mailed to the address we have on file."),
		),
		"statement-long": (
			"info",
			_("This statement is long. Choose the format again, and it will be made in the background."),
		),
	}
	if key not in notices:
		return None
	kind, text = notices[key]
	return {"kind": kind, "text": text}
