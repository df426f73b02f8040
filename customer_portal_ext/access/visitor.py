"""Who is visiting: the same shape for a token visitor, for a signed-in user, and for staff who look on."""

from dataclasses import dataclass

from customer_portal_ext.documents.parties import Parties


@dataclass(frozen=True)
class Visitor:
	"""A visitor whose right to be here was checked for this request.

	``customer`` is whose pages are shown now, ``customers`` are all that a signed-in user may switch to, with their names
	in ``customer_names``. ``scope`` is (DocType, name) for a link that opens one document alone, else None. Whoever holds a
	link to a quotation that is made out to somebody who is no customer yet has no ``customer``, and is that ``party``.
	"""

	kind: str  # "token", "user", or "staff": one of the staff who views the portal as the customer, and only views
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
	customer_names: tuple[str, ...] = ()
	user_name: str | None = None
	# the Contact of the current customer that the signed-in user is, if there is one
	contact: str | None = None
	party: Parties | None = None

	@property
	def row_scope(self) -> tuple[str, ...]:
		"""The customers whose records the pages show: the current one alone, so that everything follows the switcher."""
		return (self.customer,) if self.customer else ()

	@property
	def parties(self) -> tuple[str, ...] | Parties:
		"""Whose documents the pages show: those of ``row_scope``, or of who is no customer yet."""
		return self.party or self.row_scope

	@property
	def is_read_only(self) -> bool:
		"""Whether the visitor may look but not do anything."""
		return self.kind == "staff"

	@property
	def sees_balance(self) -> bool:
		"""Whether the account's balances show: to customers with their invoices, to staff with the statement alone."""
		sees_invoices = "invoices" in self.capabilities and not self.is_read_only
		return sees_invoices or "statement" in self.capabilities

	def can(self, capability: str) -> bool:
		"""Whether pages of this capability are open to the visitor. None is, to the holder of a single document."""
		return self.scope is None and capability in self.capabilities
