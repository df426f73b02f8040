"""What a visitor types about their account, checked. Each refusal names the field it is about, and nothing is changed."""

import re
from urllib.parse import urlsplit

from customer_portal_ext.account import limits
from customer_portal_ext.conversations import text
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.quotes.fields import ADDRESS
from customer_portal_ext.web.words import _

# what Frappe takes as a phone number (frappe/utils: PHONE_NUMBER_PATTERN), with five digits at least
PHONE = re.compile(r"\+?[0-9 \-.()/,*#]+")
FEWEST_DIGITS, MOST_DIGITS = 5, 17


def is_unchanged(typed: str | None, current: str | None) -> bool:
	"""Whether a field came back as it was shown: what staff wrote there stays, whether or not it would be taken from a visitor."""
	return bool(current) and " ".join((typed or "").split()) == " ".join(current.split())


def read_line(typed: str | None, field: str, label: str, longest: int = limits.LONGEST_LINE) -> str:
	"""One line of plain text, or an empty one. Raises InvalidInput for markup, line breaks, and what is too long."""
	typed = (typed or "").strip()
	if len(typed) > longest:
		raise InvalidInput(
			_("{0} can have {1} characters; this has {2}.").format(label, longest, len(typed)), field
		)
	if "\n" in typed or "\r" in typed:
		raise InvalidInput(_("{0} must be one line.").format(label), field)
	if "<" in typed or ">" in typed:
		raise InvalidInput(_("{0} cannot have these characters: {1}").format(label, "< >"), field)
	return text.make_inert(text.clean_line(typed))


def require_line(typed: str | None, field: str, label: str, longest: int = limits.LONGEST_LINE) -> str:
	"""The same, where something must be typed."""
	line = read_line(typed, field, label, longest)
	if not line:
		raise InvalidInput(_("Enter this: {0}").format(label), field)
	return line


def read_email(typed: str | None, field: str = "email") -> str:
	"""One e-mail address, or an empty text."""
	address = (typed or "").strip()
	too_long = len(address) > limits.LONGEST_EMAIL
	if address and (too_long or not ADDRESS.fullmatch(address) or ".." in address):
		raise InvalidInput(_("Enter one e-mail address, such as name@company.com."), field)
	return address


def read_phone(typed: str | None, field: str = "phone") -> str:
	"""A phone number as it was typed, or an empty text."""
	number = " ".join((typed or "").split(" ")).strip()
	digits = sum(character.isdigit() for character in number)
	if number and (
		len(number) > limits.LONGEST_PHONE
		or not PHONE.fullmatch(number)
		or not FEWEST_DIGITS <= digits <= MOST_DIGITS
	):
		raise InvalidInput(_("Enter one phone number, such as +1 212 555 0100."), field)
	return number


def read_website(typed: str | None, field: str = "website") -> str:
	"""A web address with http or https, or an empty text. Without a scheme it gets https."""
	address = read_line(typed, field, _("Website"), limits.LONGEST_WEBSITE)
	if not address:
		return ""
	if "://" not in address:
		address = f"https://{address}"
	try:
		parts = urlsplit(address)
		is_usable = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not parts.username
	except ValueError:
		is_usable = False
	if not is_usable or " " in address:
		raise InvalidInput(_("Enter a web address, such as https://company.com."), field)
	return address
