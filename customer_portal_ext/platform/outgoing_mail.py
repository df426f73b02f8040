"""E-mails by Frappe, which reads files and addresses as it builds one. What a text says may make it do neither.

- ``embed="path"`` anywhere in the finished HTML, in plain text as well, becomes a picture with that file's content
  (frappe/email/email_body.py: replace_filename_with_cid). Escaping does not help: by then quotes are quotes again.
- The subject stands unescaped in the page's title (frappe/templates/emails/standard.html), and premailer loads each style
  sheet that is linked to.
"""

import frappe

from customer_portal_ext.base import rich_text


def send(*, subject: str, message: str, **keywords) -> None:
	"""Queue an e-mail, as frappe.sendmail, whose message is HTML of the portal's own templates.

	:raises frappe.OutgoingEmailError: this site has no account to send e-mails with.
	"""
	subject = " ".join(rich_text.make_inert(subject).split())
	frappe.sendmail(subject=make_inert(subject), message=make_inert(message), **keywords)


def make_inert(text: str) -> str:
	"""The text without what Frappe would take as a file to embed. Characters that parsers leave out go first."""
	return rich_text.drop_control(text).replace("embed=", "embed =")
