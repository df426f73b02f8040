"""Paper's HTML: the portal's templates, in the company's colour. What lays it out is documents/paper_layout.py, or Desk's own tool."""

from collections.abc import Mapping
from functools import lru_cache

import frappe
from markupsafe import Markup

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.base.picture_data import as_data_uri
from customer_portal_ext.payments.bank_transfer import image
from customer_portal_ext.web import environment
from customer_portal_ext.web.colours import get_accents
from customer_portal_ext.web.environment import TEMPLATES
from customer_portal_ext.web.words import _


def render(template: str, context: Mapping) -> Markup:
	"""A part of a paper, with the style sheet that a print format needs."""
	online = context.get("online")
	code = {"code": draw(online["address"])} if online else {}
	accent = get_accents(get_settings().accent_colour)["accent_light"]
	values = {**context, "accent": accent, "online": online and {**online, **code}}
	html = environment.render(template, values, frappe.local.lang or "en", _)
	return Markup(f"<style>{get_style('paper.css')}</style>{html}")


def draw(address: str) -> str:
	"""A code with an address, as a picture."""
	return as_data_uri("image/png", image.make_png(image.draw(address)))


@lru_cache(maxsize=8)
def get_style(name: str) -> str:
	return (TEMPLATES / "pdf" / name).read_text()
