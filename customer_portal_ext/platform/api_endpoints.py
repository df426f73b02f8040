"""Which function of Frappe's a request is about to run (frappe/app.py ``application``, frappe/api/v1.py and v2.py).

Private to Frappe: its table of API addresses is matched as ``frappe.api.handle`` does it, before it does.
"""

from dataclasses import dataclass

import frappe
import frappe.api
from frappe.modules.utils import load_doctype_module
from werkzeug.exceptions import HTTPException


@dataclass(frozen=True)
class Call:
	"""What an API request asks for: a method by its dotted name, or something done with a DocType's documents.

	``action`` is "method", "list", "read", "create", "update", "delete", or the name of Frappe's own function for anything
	else that an address leads to.
	"""

	action: str
	method: str | None = None
	doctype: str | None = None
	name: str | None = None


ACTIONS = {
	"document_list": "list",
	"read_doc": "read",
	"create_doc": "create",
	"update_doc": "update",
	"delete_doc": "delete",
}
# what version 2 has addresses of their own for
METHODS = {"login": "login", "logout": "logout", "ping": "ping", "upload_file": "upload_file"}


def get_call(request) -> Call | None:
	"""What the request calls, or None where it asks for a page, a file, or nothing that there is."""
	if method := frappe.form_dict.get("cmd"):
		return Call("method", method=str(method))
	if not request.path.startswith("/api/"):
		return None
	try:
		endpoint, values = frappe.api.API_URL_MAP.bind_to_environ(request.environ).match()
	except HTTPException:
		return None  # Frappe answers with the same 404 or 405
	function = endpoint.__name__
	if function == "handle_rpc_call":
		return Call("method", method=_get_method(endpoint, values))
	if function in METHODS:
		return Call("method", method=METHODS[function])
	if function == "read_doc" and "run_method" in frappe.form_dict:
		function = "execute_doc_method"
	return Call(ACTIONS.get(function, function), doctype=values.get("doctype"), name=values.get("name"))


def _get_method(endpoint, values: dict) -> str:
	"""The dotted name: version 1 reads it up to a slash, version 2 knows a DocType's module as well."""
	if doctype := values.get("doctype"):
		if not frappe.db.exists("DocType", doctype):
			return ""
		return f"{load_doctype_module(doctype).__name__}.{values['method']}"
	is_first_version = endpoint.__module__ == "frappe.api.v1"
	return values["method"].split("/")[0] if is_first_version else values["method"]
