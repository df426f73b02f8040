"""Renders samples with the app's own templates and formatting, in any language's formats and either colour scheme."""

import csv
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from customer_portal_ext.web import colours, environment, formats
from development.preview.samples import Sample

APP = Path(environment.__file__).resolve().parents[1]
SCHEME = re.compile(r"\(prefers-color-scheme:\s*(dark|light)\)")


@lru_cache(maxsize=32)
def get_translate(language: str) -> Callable:
	"""``_`` from the app's own translations; what the recording brought along stays in the language it was made in."""
	file = APP / "translations" / f"{language}.csv"
	texts = {}
	if file.exists():
		with file.open(encoding="utf-8", newline="") as rows:
			texts = {source: translation for source, translation, _context in csv.reader(rows)}
	return lambda text, lang=None, context=None: texts.get(text, text)


def render(sample: Sample, scheme: str = "", language: str = "", accent: str = "") -> str:
	"""The page as the site would send it."""
	context = dict(sample.context)
	language = language or context["lang"]
	query = "&".join(
		f"{name}={value}" for name, value in (("scheme", scheme), ("accent", accent.lstrip("#"))) if value
	)
	context |= {
		"lang": language,
		"dir": formats.get_direction(language),
		"assets": {
			"css": f"/assets/portal.css?{query}",
			"js": "/assets/portal.js",
			"theme": f"/portal/theme.css?{query}",
		},
	}
	if accent:
		context["portal"] = context["portal"] | colours.get_accents(accent)
	return environment.render(sample.template, context, language, get_translate(language), auto_reload=True)


def style_sheet(name: str, scheme: str = "") -> str:
	"""A style sheet of the app; with a scheme, as a browser set to that scheme sees it."""
	return force_scheme((APP / "public" / name).read_text(encoding="utf-8"), scheme)


def theme(portal: dict, accent: str = "", scheme: str = "") -> str:
	"""The accent's style sheet: the recorded company's, or of another colour."""
	if accent:
		return force_scheme(colours.get_theme_css(f"#{accent}"), scheme)
	rule = ":root{{--accent:{};--accent-ink:{}}}"
	light = rule.format(portal["accent_light"], portal["accent_ink_light"])
	dark = rule.format(portal["accent_dark"], portal["accent_ink_dark"])
	return force_scheme(f"{light}\n@media screen and (prefers-color-scheme:dark){{{dark}}}", scheme)


def force_scheme(css: str, scheme: str) -> str:
	if scheme not in ("light", "dark"):
		return css
	css = SCHEME.sub(lambda found: "(min-width: 0)" if found[1] == scheme else "(max-width: 0)", css)
	return css.replace("color-scheme: light dark", f"color-scheme: {scheme}")
