"""Who is visiting: the same shape for a token visitor and for a signed-in user."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
	"""A visitor whose right to be here was checked for this request.

	``customers`` are all customers they may act for, ``customer`` the one the pages show now. ``scope`` is
	(DocType, name) for a link that opens one document alone, else None.
	"""

	kind: str  # "token" or "user"
	customer: str
	customer_name: str
	customers: tuple[str, ...]
	capabilities: frozenset[str]
	language: str | None
	visit: str
	token: str | None = None
	user: str | None = None
	scope: tuple[str, str] | None = None
	valid_until: object = None
	# a document's link may be for reading only
	may_answer: bool = True

	def can(self, capability: str) -> bool:
		"""Whether pages of this capability are open to the visitor. None is, to the holder of a single document."""
		return self.scope is None and capability in self.capabilities
