"""How much a form may hold, asked before anything is done with it: no page, no pattern and no page shown again meets more.

Each field's own limit is far below and its page says so beside it, with what was typed. What is longer than this was
not typed into the portal's forms, whose fields end where their limits do.
"""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.quotes.limits import LARGEST_SIGNATURE_BYTES
from customer_portal_ext.web.words import _

LONGEST_VALUE = 20_000
# as base64 in a data: address, with some to spare
LONGER_VALUES: Mapping[str, int] = {"signature": LARGEST_SIGNATURE_BYTES * 3 // 2}
# ticks and amounts of a long list of documents
MOST_VALUES = 10_000
MOST_CHARACTERS = 1_000_000


def require_lengths(form: MultiDict) -> None:
	"""Raise InvalidInput for a form, or a query, that no page of the portal could have sent. None of it is in the message."""
	total = count = 0
	for name, value in form.items(multi=True):
		longest = LONGER_VALUES.get(name, LONGEST_VALUE)
		if len(value) > longest or len(name) > LONGEST_VALUE:
			raise InvalidInput(
				_("A field can have {0} characters; this one has {1}.").format(
					longest, max(len(value), len(name))
				)
			)
		count += 1
		total += len(name) + len(value)
	if count > MOST_VALUES or total > MOST_CHARACTERS:
		raise InvalidInput(_("The form holds more than can be sent at once."))
