"""What a browser would act on, and the question whether anything of it was kept."""

import json

import frappe

PAYLOADS = {
	"a JSON string": json.dumps("<img src=x onerror=alert(1)>"),
	"a JSON object": json.dumps({"a": "<script>alert(1)</script>"}),
	"a link": "<link rel=stylesheet href=//evil.example/a.css>",
	"a style": "<style>@import url(//evil.example/a.css)</style>",
	"a picture": "<img src=x onerror=alert(1)>",
	"a picture from elsewhere": "<img src=//evil.example/a.png>",
	"svg": "<svg onload=alert(1)><script>alert(1)</script></svg>",
	"a page": "<meta http-equiv=refresh content='0;url=//evil.example'><base href=//evil.example/>",
	"markdown": "<!-- markdown --><img src=x onerror=alert(1)>",
}
TAGS = ("<img", "<link", "<style", "<script", "<svg", "<meta", "<base", "<iframe")
TABLES = {
	"Address": ("Address", "Dynamic Link"),
	"Contact": ("Contact", "Contact Email", "Contact Phone", "Dynamic Link"),
	"Issue": ("Issue",),
	"Communication": ("Communication", "Communication Link"),
	"Comment": ("Comment",),
	"ToDo": ("ToDo",),
	"File": ("File",),
	"User": ("User",),
	"Opportunity": ("Opportunity",),
	"Web Page View": ("Web Page View",),
}


def get_rows(doctype, names):
	"""All columns of the documents and of their rows."""
	rows = frappe.get_all(doctype, {"name": ("in", names)}, ["*"])
	for table in TABLES[doctype][1:]:
		rows += frappe.get_all(table, {"parent": ("in", names), "parenttype": doctype}, ["*"])
	return rows


def assert_plain(doctype, *names):
	"""No column of the documents, or of a row of theirs, holds a tag that a browser acts on."""
	frappe.db.rollback()
	rows = get_rows(doctype, names)
	assert len(rows) >= len(names) > 0
	for row in rows:
		for column, value in row.items():
			if isinstance(value, str):
				assert not any(tag in value.lower() for tag in TAGS), (row.doctype, column, value)
