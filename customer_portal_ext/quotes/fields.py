"""What a visitor types about an answer, cleaned and checked. Each refusal names the field it is about."""

import re

from customer_portal_ext.conversations import text
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.quotes import limits
from customer_portal_ext.web.words import _

# One plain address: no display name, no second address, nothing that could begin another header (RFC 5322 allows more).
ADDRESS = re.compile(
	r"[A-Za-z0-9.!#$%'*+/=?^_{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def read_name(typed: str | None) -> str:
	"""Who answers."""
	name = read_line(typed, limits.LONGEST_NAME, "name", _("A name can have {0} characters."))
	if not name:
		raise InvalidInput(_("Enter your name."), "name")
	return name


def read_email(typed: str | None) -> str:
	"""One e-mail address."""
	address = (typed or "").strip()
	if not address:
		raise InvalidInput(_("Enter an e-mail address."), "email")
	if len(address) > limits.LONGEST_EMAIL or not ADDRESS.fullmatch(address) or ".." in address:
		raise InvalidInput(_("Enter one e-mail address, such as name@company.com."), "email")
	return address


def read_po_number(typed: str | None) -> str:
	"""The customer's purchase order number, or an empty text."""
	return read_line(
		typed, limits.LONGEST_PO_NUMBER, "po_no", _("A purchase order number can have {0} characters.")
	)


def read_reason(typed: str | None) -> str:
	"""Why a quotation is declined, in the customer's words, or an empty text."""
	reason = text.make_inert(text.clean(typed))
	if len(reason) > limits.LONGEST_REASON:
		raise InvalidInput(
			_("Please say it in {0} characters; this has {1}.").format(limits.LONGEST_REASON, len(reason)),
			"reason",
		)
	return reason


def read_line(typed: str | None, longest: int, field: str, too_long: str) -> str:
	"""One line that is safe wherever Desk shows it."""
	line = text.make_inert(text.clean_line(typed))
	if len(line) > longest:
		raise InvalidInput(too_long.format(longest), field)
	return line
