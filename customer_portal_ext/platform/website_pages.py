"""ERPNext's and Frappe's pages of the website, as far as they read documents without asking for permission.

``frappe.www.list``, ``erpnext.controllers.website_list_for_contact`` and web forms read with ``ignore_permissions`` and know
no hook for whose documents a user may see: of a list, ERPNext's table of portal users alone decides; of a web form, who made
the document. ``frappe.www.printview`` prints in any format and under any letterhead that is asked for. ``File.is_downloadable`` asks its own module's
rule and no hook, and a file is looked for by an address that MariaDB reads without regard to case. ERPNext's page of a project
asks for its table of users alone. A web form's page holds the whole document beside the fields it shows. So these functions are wrapped in memory, once in a process. On a site without this app, and for all but customers' users, each is what it was.
"""

from functools import wraps

import frappe
from erpnext.controllers import website_list_for_contact
from erpnext.projects.doctype.project import project
from erpnext.templates.pages import projects, rfq
from frappe.core.doctype.file import utils as file_utils
from frappe.core.doctype.file.file import File
from frappe.website.doctype.web_form.web_form import WebForm
from frappe.www import list as website_list
from frappe.www import printview

MARK = "asks_customer_portal"


def install(
	may, narrow_customers, narrow_list, narrow_filters, narrow_document, choose_print_format, applies
) -> None:
	"""Wrap the functions, once.

	:param may: ``(document, ptype)`` -> whether a web form may show or write it, a file be served, a project be shown.
	:param narrow_customers: ``(doctype, customers)`` -> those of them whose documents a list may show.
	:param narrow_list: ``(get_list, arguments)`` -> the rows of a list of the website.
	:param narrow_filters: ``(doctype, filters that were sent)`` -> those of them that such a list takes.
	:param narrow_document: ``(document as a dict, web form's name)`` -> what of it the form's page may hold as data.
	:param choose_print_format: ``(name, meta)`` -> the name of the format that is printed.
	:param applies: whether this request's site and user are concerned at all.
	"""
	if hasattr(website_list.get_list_context, MARK):
		return

	def wrap(owner, name, make):
		original = getattr(owner, name)

		@wraps(original)
		def asked(*args, **keywords):
			return make(original, *args, **keywords) if applies() else original(*args, **keywords)

		setattr(asked, MARK, True)
		setattr(owner, name, asked)
		return asked

	def get_list_context(original, context, doctype, web_form_name=None):
		found = original(context, doctype, web_form_name)
		if get_list := found.get("get_list"):
			found.get_list = lambda **arguments: narrow_list(get_list, arguments)
		return found

	def get_customers_suppliers(original, doctype, user):
		customers, suppliers = original(doctype, user)
		return customers and narrow_customers(doctype, customers), suppliers

	def has_web_form_permission(original, web_form, doctype, name, ptype="read"):
		return original(web_form, doctype, name, ptype) and may(frappe.get_doc(doctype, name), ptype)

	def load_form_data(original, web_form, context):
		original(web_form, context)
		context.reference_doc = frappe._dict(narrow_document(context.reference_doc, web_form.name))

	def get_print_format_doc(original, print_format_name, meta):
		return original(choose_print_format(print_format_name, meta), meta)

	def is_downloadable(original, file):
		return original(file) and may(file, "read")

	def find_file_by_url(original, path, name=None):
		wanted = {"file_url": str(path), **({"name": str(name)} if name else {})}
		rows = frappe.get_all("File", wanted, ["name", "file_url"])
		found = (original(path, row.name) for row in rows if row.file_url == path)
		return next(filter(None, found), None)

	def get_project_context(original, context):
		original(context)
		if not may(context.doc, "read"):
			raise frappe.PermissionError

	def get_letter_head(original, doc, no_letterhead, letterhead=None):
		return original(doc, no_letterhead)

	def prepare_filters(original, doctype, controller, arguments):
		sent = {*arguments, *frappe.local.form_dict}
		found = original(doctype, controller, arguments)
		own = {
			getattr(controller, "website", {}).get("condition_field"),
			frappe.get_meta(doctype).is_published_field,
		}
		kept = narrow_filters(doctype, {field: found[field] for field in found if field in sent - own})
		return frappe._dict(
			{field: found[field] for field in found if field in kept or field not in sent - own}
		)

	wrap(printview, "get_letter_head", get_letter_head)
	wrap(website_list, "prepare_filters", prepare_filters)
	wrap(File, "is_downloadable", is_downloadable)
	wrap(file_utils, "find_file_by_url", find_file_by_url)
	asked_about_project = wrap(projects, "get_context", get_project_context)
	# Frappe passes the context to a function that names an argument for it
	projects.get_context = lambda context: asked_about_project(context)
	wrap(website_list, "get_list_context", get_list_context)
	wrap(WebForm, "has_web_form_permission", has_web_form_permission)
	wrap(WebForm, "load_form_data", load_form_data)
	wrap(printview, "get_print_format_doc", get_print_format_doc)
	asked = wrap(website_list_for_contact, "get_customers_suppliers", get_customers_suppliers)
	# these have taken the function's name into their own module
	project.get_customers_suppliers = rfq.get_customers_suppliers = asked
