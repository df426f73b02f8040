"""The lines of a statement without a database: what each voucher is in a buyer's words, and the running balance."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from customer_portal_ext.web.urls import document_url

# what journal entries of a kind are to a customer; (when it adds to the balance, when it takes off)
JOURNAL_KINDS = {
	"Bank Entry": ("refund", "payment"),
	"Cash Entry": ("refund", "payment"),
	"Credit Card Entry": ("refund", "payment"),
	"Credit Note": ("charge", "credit"),
	"Debit Note": ("charge", "credit"),
	"Opening Entry": ("opening", "opening"),
	"Write Off Entry": ("adjustment", "write_off"),
}

CAPABILITIES = {"invoice": "invoices", "credit_note": "credit_notes", "payment": "payments_history"}


def get_entry_labels(translate: Callable[[str], str]) -> dict[str, str]:
	"""A buyer's word for every kind of line. Taken before a cursor is opened: a translation may ask the database."""
	_ = translate
	return {
		"invoice": _("Invoice"),
		"debit_note": _("Additional charge"),
		"credit_note": _("Credit note"),
		"payment": _("Payment"),
		"refund": _("Refund"),
		"charge": _("Charge"),
		"credit": _("Credit"),
		"opening": _("Opening balance"),
		"write_off": _("Write-off"),
		"adjustment": _("Adjustment"),
	}


def get_entry_kind(row: Mapping) -> str:
	"""The key of get_entry_labels for one voucher."""
	if row["voucher_type"] == "Sales Invoice":
		if row["is_return"]:
			return "credit_note"
		return "debit_note" if row["is_debit_note"] else "invoice"
	if row["voucher_type"] == "Payment Entry":
		return "refund" if row["payment_type"] == "Pay" else "payment"
	adds, takes = JOURNAL_KINDS.get(row["journal_type"] or "", ("adjustment", "adjustment"))
	return adds if Decimal(row["debit"]) > Decimal(row["credit"]) else takes


def get_document_kind(row: Mapping) -> str | None:
	"""The portal's kind of document behind a voucher, if it has a page: submitted, and this customer's own."""
	if not row["is_own"]:
		return None
	if row["voucher_type"] == "Sales Invoice":
		return "credit_note" if row["is_return"] else "invoice"
	return "payment" if row["payment_type"] in ("Receive", "Pay") else None


def get_lines(
	rows: Iterable[Mapping],
	opening: Decimal,
	labels: Mapping[str, str],
	capabilities: frozenset[str] = frozenset(),
) -> Iterator[dict]:
	"""Lines as pages and exports show them, one for each row of ledger.LINES.

	``{"date", "kind", "text", "number", "url" | None, "reference", "due_date", "debit", "credit", "balance"}``, amounts in
	Decimal; ``balance`` is the running balance that ``opening`` begins. Links are given for ``capabilities`` alone.
	"""
	for row in rows:
		kind = get_entry_kind(row)
		document = get_document_kind(row)
		allowed = document is not None and CAPABILITIES[document] in capabilities
		yield {
			"date": row["posting_date"],
			"kind": kind,
			"text": labels[kind],
			"number": row["voucher_no"],
			"url": document_url(document, row["voucher_no"]) if allowed else None,
			"reference": row["reference"] or "",
			"due_date": row["due_date"],
			"debit": Decimal(row["debit"]),
			"credit": Decimal(row["credit"]),
			"balance": opening + Decimal(row["running"]),
		}
