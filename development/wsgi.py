"""Frappe's application with the static files that nginx serves on a real bench. For gunicorn, in the sites folder."""

import os

import frappe.app

os.environ.setdefault("SITES_PATH", ".")
application = frappe.app.application_with_statics()
