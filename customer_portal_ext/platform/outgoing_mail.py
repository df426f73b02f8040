"""E-mails by Frappe, which reads files and addresses as it builds one. What a text says may make it do neither.

- ``embed="path"`` anywhere in the finished HTML, in plain text as well, becomes a picture with that file's content
  (frappe/email/email_body.py: replace_filename_with_cid). Escaping does not help: by then quotes are quotes again.
- The subject stands unescaped in the page's title (frappe/templates/emails/standard.html), and premailer loads each style
  sheet that is linked to.
"""

import frappe
from frappe.utils import escape_html

from customer_portal_ext.base import company_logo, rich_text


def send(*, subject: str, message: str, **keywords) -> None:
	"""Queue an e-mail, as frappe.sendmail, whose message is HTML of the portal's own templates, under the company's logo.

	:raises frappe.OutgoingEmailError: this site has no account to send e-mails with.
	"""
	subject = " ".join(rich_text.make_inert(subject).split())
	frappe.sendmail(subject=make_inert(subject), message=make_inert(get_head() + message), **keywords)


def get_head() -> str:
	"""The logo; an empty text where the company has none."""
	company = company_logo.get_default_company()
	address = company_logo.get_mail_address(company)
	if not address:
		return ""
	style = "max-height:48px;max-width:200px;border:0"
	return f'<p><img src="{escape_html(address)}" alt="{escape_html(company)}" style="{style}"></p>'


def make_inert(text: str) -> str:
	"""The text without what Frappe would take as a file to embed. Characters that parsers leave out go first."""
	return rich_text.drop_control(text).replace("embed=", "embed =")
