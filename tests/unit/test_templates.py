"""Every template of the portal, rendered with the preview's sample data by plain Jinja2."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from customer_portal_ext.web import environment, formats
from development.preview import rendering, samples, states

TEMPLATES = environment.TEMPLATES
RECORDED = samples.read_all()
SAMPLES = RECORDED | states.derive(RECORDED)
PAGES = sorted(path for folder in ("pages", "errors") for path in (TEMPLATES / folder).glob("*.html"))
ALL = sorted(TEMPLATES.rglob("*.html"))
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
OPTIONAL_END = {"path", "rect", "circle"}


def name_of(path):
	return str(path.relative_to(TEMPLATES))


class Outline(HTMLParser):
	"""What a page is made of; notes every element closed in the wrong place."""

	def __init__(self, text):
		super().__init__()
		self.open, self.wrong = [], []
		self.ids, self.headings, self.landmarks, self.labelled, self.fields = [], [], [], set(), []
		self.attributes = []
		self.feed(text)
		self.close()

	def handle_startendtag(self, tag, attributes):
		self.handle_starttag(tag, attributes)
		if tag not in VOID:
			self.handle_endtag(tag)

	def handle_starttag(self, tag, attributes):
		attributes = dict(attributes)
		self.attributes.append((tag, attributes))
		if tag not in VOID:
			self.open.append(tag)
		if "id" in attributes:
			self.ids.append(attributes["id"])
		if re.fullmatch("h[1-6]", tag):
			self.headings.append(int(tag[1]))
		if tag in ("main", "nav", "header", "footer"):
			self.landmarks.append(tag)
		if tag == "label" and "for" in attributes:
			self.labelled.add(attributes["for"])
		if tag in ("input", "select", "textarea") and attributes.get("type") not in (
			"hidden",
			"radio",
			"checkbox",
		):
			self.fields.append(attributes)

	def handle_endtag(self, tag):
		if not self.open or self.open.pop() != tag:
			self.wrong.append((tag, self.getpos()))


@pytest.fixture(params=sorted(SAMPLES), scope="module")
def page(request):
	text = rendering.render(SAMPLES[request.param])
	return text, Outline(text)


def test_the_preview_shows_every_page():
	assert {path.stem for path in PAGES} - {"message"} == {
		Path(sample.template).stem for sample in SAMPLES.values()
	}


def test_a_page_is_well_formed(page):
	_text, outline = page
	assert outline.wrong == []
	assert outline.open == []
	assert len(outline.ids) == len(set(outline.ids)), "an id stands twice"


def test_headings_are_in_order_and_there_is_one_main_region(page):
	_text, outline = page
	assert outline.headings.count(1) == 1
	assert outline.headings[0] == 1
	for before, after in zip(outline.headings, outline.headings[1:], strict=False):
		assert after <= before + 1, outline.headings
	assert outline.landmarks.count("main") == 1


def test_every_field_has_a_label(page):
	_text, outline = page
	for field in outline.fields:
		assert field.get("id") in outline.labelled or field.get("aria-label"), field


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(page):
	text, outline = page
	assert not re.search(r"<style|<script(?![^>]* src=)", text)
	for tag, attributes in outline.attributes:
		assert "style" not in attributes, (tag, attributes)
		assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
		# a carrier's page, which the visitor opens by a click; nothing of it is loaded here
		leads_out = tag == "a" and "noopener" in (attributes.get("rel") or "")
		for name in ("src", "action") if leads_out else ("src", "href", "action"):
			assert not re.match(r"(https?:)?//|javascript:", attributes.get(name) or ""), (tag, attributes)


def test_every_form_that_writes_carries_the_csrf_inputs(page):
	text, _outline = page
	for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
		assert 'type="hidden"' in form


def test_nothing_is_printed_raw(page):
	text, _outline = page
	assert not re.search(r">\s*(None|True|False|Decimal\(|datetime\.|\[\]|\{\})\s*<", text)
	assert "{{" not in text and "{%" not in text and "{0}" not in text


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_template_uses_no_frappe(path):
	text = path.read_text(encoding="utf-8")
	assert "frappe." not in re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_every_text_goes_through_translation(path):
	text = re.sub(
		r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!doctype html>|<style.*?</style>|&\w+;",
		"",
		path.read_text(encoding="utf-8"),
		flags=re.DOTALL,
	)
	words = re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>", " ", text))
	assert words == []
	for attribute in re.findall(r"\b(?:aria-label|placeholder|alt|title)=\"([^\"]*)\"", text):
		assert not re.search(r"[A-Za-z]{2,}", attribute), attribute


@pytest.mark.parametrize("language", ["ar", "de", "ja", "fr"])
def test_every_page_renders_in_other_languages(language):
	for sample in SAMPLES.values():
		text = rendering.render(sample, language=language)
		assert f'lang="{language}" dir="{formats.get_direction(language)}"' in text


def test_names_are_escaped():
	sample = RECORDED["dashboard"]
	visitor = sample.context["visitor"] | {"name": "<b>O'Neil & Söhne</b>"}
	text = rendering.render(states.change(sample, "escaped", "", visitor=visitor))
	assert "&lt;b&gt;O&#39;Neil &amp; Söhne&lt;/b&gt;" in text
	assert "<b>O'Neil" not in text


def test_a_missing_value_is_an_error_and_not_an_empty_place():
	context = {name: value for name, value in RECORDED["dashboard"].context.items() if name != "accounts"}
	with pytest.raises(UndefinedError):
		rendering.render(states.replace(RECORDED["dashboard"], context=context))


def test_the_ageing_bar_fills_its_width_and_shows_the_smallest_share():
	buckets = [
		{"key": "not_due", "label": "", "amount": Decimal(999), "share": Decimal("99.9")},
		{"key": "1_30", "label": "", "amount": Decimal(0), "share": Decimal(0)},
		{"key": "over_90", "label": "", "amount": Decimal(1), "share": Decimal("0.1")},
	]
	account = RECORDED["dashboard"].context["accounts"][0] | {"buckets": buckets}
	text = rendering.render(states.change(RECORDED["dashboard"], "bar", "", accounts=[account]))
	drawn = re.search(r'<svg class="ageing-bar".*?</svg>', text, re.DOTALL)[0]
	parts = [
		(float(x), float(width)) for x, width in re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)"', drawn)
	]
	assert len(parts) == 2
	assert parts[-1][1] >= 1
	assert sum(parts[-1]) == pytest.approx(100, abs=0.05)
