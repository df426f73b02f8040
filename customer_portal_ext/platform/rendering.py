"""What Frappe renders a template for, and whose text it is. A template can set any flag and any variable that would say so, and
render templates of its own; only who called it from outside cannot be made up."""

import sys
from collections.abc import Iterator
from types import FrameType

import frappe
import jinja2

PRINT = "frappe.www.printview"
NOTIFICATION = "frappe.email.doctype.notification.notification"
# Texts that staff keep to have them rendered later: the module that renders one, its DocType, and what it calls its name there.
KEPT_TEXTS = {
	"frappe.email.doctype.email_template.email_template": ("Email Template", "self"),
	"erpnext.setup.doctype.terms_and_conditions.terms_and_conditions": (
		"Terms and Conditions",
		"template_name",
	),
	"erpnext.crm.doctype.contract_template.contract_template": ("Contract Template", "template_name"),
	"erpnext.accounts.doctype.dunning.dunning": ("Dunning Type", "dunning_type"),
}
RENDER = jinja2.Template.render.__code__


def is_in_template() -> bool:
	"""Whether a template called, itself or by something that it kept for later."""
	return any(_get_module(frame).startswith("jinja2.") for frame in _get_frames())


def get_printed():
	"""The document that Frappe is printing, where a print format or letter head called, which administrators write; else None."""
	caller = _get_caller()
	is_print = caller and _get_module(caller) == PRINT and caller.f_code.co_name == "get_rendered_template"
	return caller.f_locals["doc"] if is_print else None


def get_notification():
	"""The Notification that is being sent, where its text called, which administrators write; else None."""
	caller = _get_caller()
	return caller.f_locals.get("self") if caller and _get_module(caller) == NOTIFICATION else None


def get_last_writer() -> str | None:
	"""Who saved the text that called last, where it is one that staff keep; else None."""
	caller = _get_caller()
	doctype, variable = KEPT_TEXTS.get(_get_module(caller), (None, None)) if caller else (None, None)
	kept = caller.f_locals.get(variable) if doctype else None
	# as the database has it, not as whoever called may have changed it in memory
	name = getattr(kept, "name", kept)
	return frappe.db.get_value(doctype, name, "modified_by") if isinstance(name, str) else None


def _get_caller() -> FrameType | None:
	"""The function that had the text that called rendered. None where no template called, and where a text was rendered by
	another text: files of installed apps alone may do that, as Frappe's own layout of a print does."""
	renders = [frame for frame in _get_frames() if frame.f_code is RENDER]
	if not renders or any(frame.f_locals["self"].name is None for frame in renders[1:]):
		return None
	caller = renders[-1].f_back
	layers = {"frappe.utils.jinja", *(path.rpartition(".")[0] for path in frappe.get_hooks("pdf_body_html"))}
	while caller and _get_module(caller) in layers:
		caller = caller.f_back
	return caller


def _get_frames() -> Iterator[FrameType]:
	frame = sys._getframe(1)
	while frame:
		yield frame
		frame = frame.f_back


def _get_module(frame: FrameType) -> str:
	return frame.f_globals.get("__name__") or ""
