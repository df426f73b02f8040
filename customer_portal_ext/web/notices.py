"""What a page says after a redirect. The address carries a key of this table, never a text."""

from customer_portal_ext.web.words import _


def get_notice(key: str | None, customer_name: str = "") -> dict | None:
	"""{"kind": "success" or "info", "text"} for a key, or None for one that is not here."""
	notices = {
		"switched": ("info", _("You now see the portal of {0}.").format(customer_name)),
		"account-offered": (
			"success",
			_("We have sent an e-mail to the address we have on file. It says how to sign in."),
		),
		"invited": ("success", _("The invitation is on its way by e-mail.")),
		"invitation-accepted": ("success", _("You have accepted the invitation.")),
		"removed": ("success", _("This person can no longer sign in for you.")),
		"signed-out": ("success", _("You have signed out.")),
		"link-left": ("success", _("You have left the secure link and see your own portal again.")),
		"left": ("success", _("You have left the portal on this device. Your link still works.")),
		"message-sent": ("success", _("Your message has been sent.")),
		"issue-raised": ("success", _("Your issue has been raised. You find our answers here.")),
		"issue-closed": ("success", _("The issue is closed. You can open it again at any time.")),
		"issue-reopened": ("success", _("The issue is open again.")),
		"quotation-accepted": ("success", _("Thank you. The quotation is accepted, and your order is made.")),
		"quotation-was-accepted": (
			"info",
			_("This quotation had been accepted before. Nothing was ordered twice."),
		),
		"quotation-declined": ("success", _("The quotation is declined. Thank you for telling us.")),
		"quotation-was-declined": (
			"info",
			_("This quotation had been declined before. Nothing was changed."),
		),
		"quotation-shared": (
			"success",
			_("The link is on its way by e-mail. It opens this quotation alone."),
		),
		"sharing-stopped": ("success", _("That link no longer works.")),
		"address-added": ("success", _("The address is added.")),
		"address-changed": ("success", _("The address is saved.")),
		"address-default": ("success", _("The default address is changed.")),
		"address-removed": ("success", _("The address is removed.")),
		"address-disabled": (
			"success",
			_("The address is removed. Documents that name it keep it."),
		),
		"contact-added": ("success", _("The contact is added.")),
		"contact-changed": ("success", _("The contact is saved.")),
		"contact-main": ("success", _("The main contact is changed.")),
		"contact-removed": ("success", _("The contact is removed.")),
		"details-changed": ("success", _("Your details are saved.")),
		"preferences-changed": ("success", _("Your choice is saved.")),
		"change-asked": ("success", _("We have your request and will check it. You see it on this page.")),
		"change-withdrawn": ("success", _("The request is withdrawn.")),
		"payment-service-away": (
			"warning",
			_(
				"The payment service cannot be reached at the moment. Nothing was taken. Please try again in a minute."
			),
		),
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
