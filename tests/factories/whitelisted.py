"""Every method of the installed apps that a browser may call by its name, and how to call it with somebody's document."""

import importlib
import inspect
import pkgutil

import frappe

APPS = ("frappe", "erpnext", "payments", "customer_portal_ext")
# neither code of a running site, nor safe to import
LEFT_OUT = ("tests", "patches", "commands", "test_runner", "parallel_test_runner", "gunicorn")
DOCTYPE_ARGUMENTS = (
	"doctype",
	"dt",
	"doc_type",
	"ref_doctype",
	"ref_dt",
	"source_doctype",
	"parent_doctype",
	"link_doctype",
)


def get_methods() -> dict[str, object]:
	"""Dotted name -> function, all apps' modules imported. Methods of documents, which have no such name, are left out."""
	for app in APPS:
		import_all(app)
	return {
		f"{function.__module__}.{function.__name__}": function
		for function in frappe.whitelisted
		if "." not in function.__qualname__ and function.__module__.split(".")[0] in APPS
	}


def import_all(app: str) -> None:
	package = importlib.import_module(app)
	for module in pkgutil.walk_packages(package.__path__, f"{app}.", onerror=lambda name: None):
		parts = module.name.split(".")
		if any(part in LEFT_OUT or part.startswith("test_") for part in parts):
			continue
		try:
			importlib.import_module(module.name)
		except Exception:
			continue


def fill(function, doctype: str, name: str) -> dict[str, str]:
	"""Arguments for the method: the DocType where it takes one, the name everywhere else."""
	signature = inspect.signature(inspect.unwrap(function))
	arguments = [
		parameter.name
		for parameter in signature.parameters.values()
		if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
	]
	# what methods with **kwargs look for
	arguments += ["dt", "dn", "doctype", "name", "docname", "reference_doctype", "reference_docname"]
	return {
		argument: doctype if argument in DOCTYPE_ARGUMENTS or argument.endswith("_doctype") else name
		for argument in arguments
	}
