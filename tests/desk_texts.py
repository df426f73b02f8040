"""What the app says in Desk: to be read without Frappe. Names, labels, descriptions and choices of its DocTypes, its workspace,
cards, charts and first steps, its scripts, and messages of its code."""

import ast
import json
import re
from pathlib import Path

APP = Path(__file__).resolve().parents[1] / "customer_portal_ext"
MODULE = APP / "customer_portal_ext"
# Modules that speak to staff take their words from Frappe.
DESKS_WORDS = re.compile(r"from frappe import .*\b_(lt)?\b|frappe\._l?t?\(")
IN_SCRIPTS = re.compile(
	r"""\b__\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(?:,\s*(?:null|\[.*?\])\s*,\s*"([^"]+)")?"""
)
# The same in every language.
NAMES = {
	*("pdf", "csv", "xlsx", "PayNow", "UPI", "Stripe", "EPC (SEPA)", "PAY-.YYYY.-.#####", "Visa"),
}
TEXT_KEYS = ("label", "title", "subtitle", "success_message", "description", "action_label", "chart_name")
LISTS = ("links", "shortcuts", "number_cards", "charts")


def get_texts() -> dict[str, set[str]]:
	"""Each text, and the contexts it is looked up with: "" is none."""
	found: dict[str, set[str]] = {}
	for text, context in (*of_records(), *of_custom_fields(), *of_scripts(), *of_code()):
		if text and text not in NAMES and re.search(r"[A-Za-z]{2}", text):
			found.setdefault(text, set()).add(context or "")
	return found


def of_records():
	for path in sorted(MODULE.rglob("*.json")):
		record = json.loads(path.read_text(encoding="utf-8"))
		if record["doctype"] == "DocType":
			yield record["name"], ""
			yield record.get("description"), ""
			# roles are shown by their names; the others are ERPNext's
			yield from ((row["role"], "") for row in record.get("permissions", ()) if "Portal" in row["role"])
			for field in record["fields"]:
				yield from of_field(field, record["name"])
			continue
		if record["doctype"] in ("Module Onboarding", "Print Format"):
			yield record["name"], ""
		yield from ((record[key], "") for key in TEXT_KEYS if isinstance(record.get(key), str))
		for key in LISTS:
			for row in record.get(key) or ():
				yield row.get("label"), ""
				yield row.get("description"), ""
		if record["doctype"] == "Workspace":
			for block in json.loads(record["content"]):
				yield re.sub("<[^>]+>", "", block["data"].get("text") or ""), ""


def of_field(field: dict, doctype: str):
	# Desk looks labels and choices up with the DocType first; descriptions alone
	yield field.get("label"), doctype
	yield field.get("description"), ""
	if field["fieldtype"] == "Select":
		yield from ((choice, doctype) for choice in (field.get("options") or "").split("\n"))


def of_custom_fields():
	tree = ast.parse((APP / "custom_fields.py").read_text(encoding="utf-8"))
	for node in ast.walk(tree):
		if isinstance(node, ast.Dict):
			for key, value in zip(node.keys, node.values, strict=True):
				if getattr(key, "value", "") in ("label", "description"):
					yield value.value, ""


def of_scripts():
	for path in sorted((*(APP / "public" / "desk").glob("*.js"), *MODULE.rglob("*.js"))):
		for literal, context in IN_SCRIPTS.findall(path.read_text(encoding="utf-8")):
			yield ast.literal_eval(literal), context


def of_code():
	for path in sorted(APP.rglob("*.py")):
		source = path.read_text(encoding="utf-8")
		if path.name == "words.py" or not DESKS_WORDS.search(source):
			continue
		for node in ast.walk(ast.parse(source)):
			called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
			if called in ("_", "_lt", "frappe._", "frappe._lt") and isinstance(node.args[0], ast.Constant):
				yield node.args[0].value, ""
