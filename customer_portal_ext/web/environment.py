"""The portal's own Jinja2 environment: its templates see their context, ``_`` and the formatting filters, nothing else.

Nothing here imports Frappe: the site, the preview and the unit tests render through this module alike.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_eval_context
from jinja2.filters import do_urlize
from markupsafe import Markup, escape

from customer_portal_ext.web import formats

# No address has them, and urlize takes the square of their length.
NO_ADDRESS = re.compile(r"[()<>.,]{20}|\S{2000}")
TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "portal"


class SharedBytecode(BytecodeCache):
	"""Compiled templates kept in memory, so that each is compiled once and not once per language."""

	def __init__(self):
		self.compiled: dict[str, bytes] = {}

	def load_bytecode(self, bucket):
		if bucket.key in self.compiled:
			bucket.bytecode_from_string(self.compiled[bucket.key])

	def dump_bytecode(self, bucket):
		self.compiled[bucket.key] = bucket.bytecode_to_string()


_bytecode = SharedBytecode()


@lru_cache(maxsize=64)
def get_environment(language: str, translate: Callable, auto_reload: bool = False) -> Environment:
	"""The environment of one language. ``translate`` becomes ``_``: it takes a text and may take ``context=``.

	An undefined name in a template is an error, so that a missing value is never shown as an empty place.
	"""
	environment = Environment(
		loader=FileSystemLoader(TEMPLATES),
		autoescape=True,
		undefined=StrictUndefined,
		trim_blocks=True,
		lstrip_blocks=True,
		auto_reload=auto_reload,
		bytecode_cache=_bytecode,
		extensions=["jinja2.ext.do"],
	)
	environment.globals["_"] = translate
	environment.filters.update(formats.get_filters(language))
	environment.filters["urlize"] = link_addresses
	environment.policies["urlize.rel"] = "noopener noreferrer"
	return environment


@pass_eval_context
def link_addresses(context, text: str, target: str | None = None) -> Markup:
	"""Jinja2's ``urlize``, in a time that grows as the text does: a word that can be no address is only escaped."""
	if not NO_ADDRESS.search(text):
		return Markup(do_urlize(context, text, target=target))
	words = re.split(r"(\s+)", text)
	return Markup("").join(
		escape(word) if NO_ADDRESS.search(word) else Markup(do_urlize(context, word, target=target))
		for word in words
	)


def render(
	template: str, context: dict, language: str, translate: Callable, auto_reload: bool = False
) -> str:
	"""The text of a template below ``templates/portal/`` for a context that follows the template contract."""
	return get_environment(language, translate, auto_reload).get_template(template).render(context)
