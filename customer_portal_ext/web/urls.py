"""Every address of the portal, made in one place. Nothing here comes from a visitor, so nothing here can be bent."""

from urllib.parse import quote, urlencode

ROOT = "/portal"

# kind of document -> the word in its address
SEGMENTS = {
	"invoice": "invoices",
	"credit_note": "credit-notes",
	"payment": "payments",
	"quotation": "quotations",
	"order": "orders",
	"delivery": "deliveries",
}


def document_url(kind_key: str, name: str) -> str:
	"""The page of one document. Names may hold slashes and spaces."""
	return f"{ROOT}/{SEGMENTS[kind_key]}/{quote(name)}"


def download_url(kind_key: str, name: str) -> str:
	"""The PDF of one document."""
	return f"{ROOT}/download/{SEGMENTS[kind_key]}/{quote(name)}.pdf"


def list_url(page: str, **query) -> str:
	"""A list page, such as ``list_url("invoices", status="overdue")``; empty values are left out."""
	return with_query(f"{ROOT}/{page}", query)


def enter_url(token: str, landing: str | None = None) -> str:
	"""The secure link's path. ``landing`` is a path made by this module; what is read back is checked by ``get_landing``."""
	path = f"{ROOT}/a/{token}"
	return f"{path}?{urlencode({'open': landing.removeprefix(ROOT + '/')})}" if landing else path


def get_landing(wanted: str | None) -> str:
	"""Where a secure link leads to: a document page of a known kind, an issue, a payment, the messages, else the overview. Never anywhere else."""
	segment, _, name = (wanted or "").partition("/")
	if wanted == "messages":
		return f"{ROOT}/messages"
	if name and segment in (*SEGMENTS.values(), "issues", "pay") and ".." not in name.split("/"):
		return f"{ROOT}/{segment}/{quote(name)}"
	return ROOT


def with_query(path: str, query: dict) -> str:
	"""``path`` with those of ``query`` that are not empty."""
	query = {key: value for key, value in query.items() if value not in (None, "", [])}
	return f"{path}?{urlencode(query, doseq=True)}" if query else path
