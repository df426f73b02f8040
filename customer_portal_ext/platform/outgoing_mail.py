"""E-mails by Frappe, which reads files and addresses as it builds one, whoever wrote the text (frappe/email/email_body.py).

- ``embed="path"`` anywhere in the finished HTML, in its title and in plain text as well, becomes a picture with that file's
  content (replace_filename_with_cid). Escaping does not help: by then quotes are quotes again, entities without an end too.
- Each style sheet that is linked to or imported is loaded, from the disk or from anywhere (inline_style_in_html).

Both are changed for every e-mail of the site, as a visitor's text also goes out in e-mails that Frappe, ERPNext and staff write.
"""

import os
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path

import cssutils
import frappe
from frappe.email import email_body
from frappe.utils import escape_html
from frappe.utils.jinja_globals import bundled_asset
from premailer import Premailer

from customer_portal_ext.base import company_logo, rich_text

MARK = "reads_no_file"
APP = "customer_portal_ext"


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


def install(read_picture: Callable[[str], bytes | None]) -> None:
	"""Let e-mails of sites with this app embed nothing but what ``read_picture(path)`` gives, and load no style sheet. Once in a
	process."""
	if hasattr(email_body.get_filecontent_from_path, MARK):
		return

	def wrap(name: str, own: Callable) -> None:
		original = getattr(email_body, name)

		@wraps(original)
		def asked(text):
			return own(text) if APP in frappe.get_installed_apps() else original(text)

		setattr(asked, MARK, True)
		setattr(email_body, name, asked)

	wrap("get_filecontent_from_path", read_picture)
	wrap("inline_style_in_html", inline_style)


class Inliner(Premailer):
	"""Reads the style it is given, and nothing else."""

	def _parse_css_string(self, css_body, validate=True):
		return parse_style(css_body, validate)


@lru_cache(maxsize=16)
def parse_style(style: str, is_validated: bool):
	# an imported sheet is an empty one
	return cssutils.CSSParser(fetcher=lambda _address: (None, b"")).parseString(style, validate=is_validated)


def inline_style(html: str) -> str:
	"""The e-mail with its own style, and that of the apps' ``email_css``, written into its elements."""
	return Inliner(
		html=html,
		css_text=get_style(),
		strip_important=False,
		allow_network=False,
		allow_loading_external_files=False,
	).transform()


def get_style() -> list[str]:
	# relative to the bench's folder of sites, where Frappe works
	paths = [bundled_asset(path).lstrip("/") for path in frappe.get_hooks("email_css")]
	return [Path(path).read_text(encoding="utf-8") for path in paths if os.path.exists(path)]
