"""Where every JSON answer of Frappe's REST and RPC is made: one function, which no hook reaches before it has made text of it.

``frappe/utils/response.py`` ``as_json`` writes ``frappe.response``, whatever has filled it: what a method returns, a
document of REST's, ``docs`` beside a message. So it is wrapped in memory, once in a process. A request that asks for nothing gets what it got.
"""

from collections.abc import Callable
from functools import wraps

import frappe
from frappe.utils import response

MARK = "narrows_answers"
FLAG = "portal_narrows_answer"


def narrow_this(narrow: Callable[[object], object]) -> None:
	"""Have what this request answers pass through ``narrow`` before it is made JSON; an error's answer as well."""
	_install()
	frappe.flags[FLAG] = narrow


def _install() -> None:
	original = response.as_json
	if hasattr(original, MARK):
		return

	@wraps(original)
	def as_json():
		if narrow := frappe.flags.get(FLAG):
			frappe.local.response = frappe._dict(narrow(frappe.local.response))
		return original()

	setattr(as_json, MARK, True)
	response.as_json = as_json
