"""The layout's rules, so that a change in the wrong room is noticed."""

import ast
import re
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "customer_portal_ext"
PAGES = sorted((APP / "www" / "portal").glob("*.py"))
TEMPLATES = sorted((APP / "templates" / "portal").rglob("*.html"))
SOURCES = sorted(path for path in APP.rglob("*.py") if path.name != "__init__.py")
CAPABILITIES = ("base", "documents", "statement", "account", "quotes", "conversations", "payments")
# They hide the request: its parameters from Frappe's print view, which would take a format, a style and a key from them;
# its host from Frappe's get_url, which would take the address that a gateway leads back to from it.
HIDES_THE_REQUEST = {("documents/pdf.py", "form_dict"), ("base/site_address.py", "local.request")}


def name_of(path):
	return str(path.relative_to(APP))


def functions(path):
	return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]


def imports(path):
	for node in ast.walk(ast.parse(path.read_text())):
		if isinstance(node, ast.ImportFrom) and node.module:
			yield from (f"{node.module}.{alias.name}" for alias in node.names)
		elif isinstance(node, ast.Import):
			yield from (alias.name for alias in node.names)


def routed_modules():
	table = ast.parse((APP / "web" / "routes.py").read_text())
	return {
		node.args[1].value
		for node in ast.walk(table)
		if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Route"
	}


def test_every_page_has_a_route_and_every_route_a_page():
	assert {path.stem for path in PAGES} == routed_modules()
	assert len(PAGES) >= 15


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_is_settings_and_ten_lines(path):
	constants = {
		node.targets[0].id: node.value.value
		for node in ast.parse(path.read_text()).body
		if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
	}
	assert constants.get("no_cache") == 1, "a page that Frappe's cache may keep is served to the next visitor"
	assert constants.get("sitemap") == 0
	entry_points = [f for f in functions(path) if f.name in ("get_context", "get_response")]
	assert len(entry_points) == 1
	assert entry_points[0].end_lineno - entry_points[0].lineno <= 10
	assert ("template" in constants) == (entry_points[0].name == "get_context")


def test_no_template_lies_where_frappe_would_serve_it():
	assert [path for path in (APP / "www").rglob("*") if path.suffix in (".html", ".md")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_uses_its_context_and_nothing_else(path):
	text = path.read_text()
	assert "frappe." not in text
	assert not re.search(r"<script(?![^>]*\bsrc=)", text), "the CSP runs no inline script"
	assert not re.search(r"\son\w+=", text)
	if "email" not in path.parts and "pdf" not in path.parts:
		assert " style=" not in text, "the CSP applies no inline style"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_api_is_whitelisted(path):
	for function in functions(path):
		for decorator in function.decorator_list:
			if "frappe.whitelist" not in ast.unparse(decorator):
				continue
			assert path == APP / "api.py"
			assert "methods=" in ast.unparse(decorator), f"{function.name} states no methods"
			unannotated = [a.arg for a in function.args.args if a.annotation is None]
			assert not unannotated, f"{function.name}: Frappe checks only annotated arguments"
			lines = function.end_lineno - function.body[0].lineno + 1
			assert lines <= 8, f"{function.name} does work that belongs to a capability"


@pytest.mark.parametrize(
	"path", [p for c in CAPABILITIES for p in sorted((APP / c).rglob("*.py"))], ids=name_of
)
def test_a_capability_knows_neither_request_nor_gate(path):
	text = path.read_text()
	for request in ("frappe.request", "form_dict", "local.request", "frappe.get_request_header"):
		assert request not in text or (name_of(path), request) in HIDES_THE_REQUEST
	for module in imports(path):
		assert not re.match(r"customer_portal_ext\.(www|api|desk|commands)\b", module)
		if module.startswith("customer_portal_ext.access"):
			# The type of what they receive, never the gate itself.
			assert module in (
				"customer_portal_ext.access.visitor.Visitor",
				"customer_portal_ext.access.settings.get_settings",
			)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_commit_says_why(path):
	lines = path.read_text().splitlines()
	for number, line in enumerate(lines):
		if "frappe.db.commit()" in line:
			assert "#" in line or lines[number - 1].strip().startswith("#"), f"line {number + 1}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_elevation_has_its_reason(path):
	lines = path.read_text().splitlines()
	for number, line in enumerate(lines):
		if re.search(r"ignore_permissions\s*=\s*True|ignore_print_permissions = True", line):
			nearby = "\n".join(lines[max(0, number - 6) : number + 1])
			explained = "#" in nearby or any(
				ast.get_docstring(function)
				and "elevated" in function.name
				and function.lineno <= number + 1 <= function.end_lineno
				for function in functions(path)
			)
			assert explained, f"line {number + 1} raises rights and does not say why"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_is_one_room(path):
	assert len(path.read_text().splitlines()) <= 350
	assert path.stem not in ("utils", "helpers", "manager", "common", "misc")
