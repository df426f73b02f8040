"""The look, measured in Chromium on every page and state of the preview: its data is a recording of the demo site."""

import json
import re
import subprocess
import threading
from pathlib import Path

import pytest

from development.preview import rendering, samples, states
from development.preview.server import make_server

AXE = "axe-core@4.10.3"
SAMPLES = samples.read_all() | states.derive(samples.read_all())
KEYS = sorted(SAMPLES)
PHONE, DESK = 360, 1440
# The smallest side of what a thumb must hit. Links inside a sentence are exempt, as in WCAG 2.2, 2.5.8.
THUMB = 44

TOO_SMALL = """
() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
	.filter((element) => element.checkVisibility() && !element.closest(".sr, .skip, .prose, p:not(.actions):not(.eyebrow)"))
	.map((element) => {
		const own = element.getBoundingClientRect();
		// A tick box or a choice is hit by its label, a covering link by its row.
		const hit = element.matches(".cover") ? "tr, li" : element.matches("[type=checkbox], [type=radio]") ? "label" : null;
		const row = hit ? element.closest(hit).getBoundingClientRect() : own;
		return { text: element.outerHTML.slice(0, 90), width: row.width, height: row.height };
	})
	.filter((box) => box.height < THUMB - 0.5 || box.width < THUMB - 0.5)
"""

CUT_OFF = """
() => [...document.querySelectorAll("main *")]
	.filter((element) => element.checkVisibility() && !element.closest(".sr, svg, .scrolls > table"))
	.filter((element) => {
		const box = element.getBoundingClientRect();
		return box.width && (box.right > innerWidth + 0.5 || box.left < -0.5) && !element.closest(".table thead");
	})
	.map((element) => element.outerHTML.slice(0, 90))
"""

SCROLLS_SIDEWAYS = """
() => [...document.querySelectorAll("body *")]
	.filter((element) => element.checkVisibility() && !element.closest(".sr"))
	.filter((element) => element.scrollWidth > element.clientWidth + 1 && !element.matches(".scrolls, input, textarea"))
	.filter((element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX))
	.map((element) => element.outerHTML.slice(0, 90))
"""


@pytest.fixture(scope="module")
def preview():
	server = make_server(0)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	yield f"http://127.0.0.1:{server.server_port}"
	server.shutdown()
	server.server_close()


@pytest.fixture(scope="module")
def axe(bench):
	"""axe-core's script, fetched from npm once and kept with the bench's other test tools."""
	folder = bench.state / "npm"
	script = folder / "node_modules" / "axe-core" / "axe.min.js"
	version = AXE.rsplit("@", 1)[1]
	if not script.exists() or json.loads((script.parent / "package.json").read_text())["version"] != version:
		folder.mkdir(parents=True, exist_ok=True)
		command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(folder), AXE]
		subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
	return script.read_text(encoding="utf-8")


class Windows:
	"""Chromium's windows by their options, kept open: a page in one costs half of what it does in a new window."""

	def __init__(self, chromium, preview):
		self.chromium = chromium
		self.preview = preview
		self.opened = {}
		self.elsewhere = []
		self.complaints = []

	def open(self, key: str, width: int, scheme: str = "light", query: str = "", **options):
		wanted = repr((scheme, options))
		if wanted not in self.opened:
			page = self.chromium.new_context(color_scheme=scheme, **options).new_page()
			page.on("request", self.notice_request)
			page.on("console", self.notice_message)
			self.opened[wanted] = page
		page = self.opened[wanted]
		page.set_viewport_size({"width": width, "height": 800})
		page.goto(f"{self.preview}/state/{key}{query}")
		return page

	def notice_request(self, request):
		if not request.url.startswith((self.preview, "data:")):
			self.elsewhere.append(request.url)

	def notice_message(self, message):
		# Chromium reports a page's own status of 400 and above as an error of the console.
		if message.type == "error" and "the server responded with a status of" not in message.text:
			self.complaints.append(message.text)

	def leave(self):
		for page in self.opened.values():
			page.unroute_all()
			page.goto("about:blank")

	def close(self):
		for page in self.opened.values():
			page.context.close()


@pytest.fixture(scope="module")
def windows(chromium, preview):
	windows = Windows(chromium, preview)
	yield windows
	windows.close()


@pytest.fixture
def open_state(windows):
	"""Open a state of the preview; a request to anywhere else, or an error in the console, fails the test."""
	windows.elsewhere, windows.complaints = [], []
	yield windows.open
	windows.leave()
	assert windows.elsewhere == []
	assert windows.complaints == []


@pytest.mark.parametrize("key", KEYS)
def test_a_small_phone(open_state, axe, key):
	"""Nothing is cut off, everything fits a thumb, and axe finds nothing: dark, with an accent that needs adjusting."""
	page = open_state(key, PHONE, "dark", "?accent=ffcc00", has_touch=True)
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
	assert page.evaluate(CUT_OFF) == []
	for summary in page.query_selector_all("details[data-popup] > summary"):
		summary.click()
	assert page.evaluate(TOO_SMALL.replace("THUMB", str(THUMB))) == []
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
	assert run_axe(page, axe) == []


@pytest.mark.parametrize("key", KEYS)
def test_nothing_but_a_table_scrolls_sideways(open_state, key):
	for width in (320, 390):
		page = open_state(key, width)
		assert page.evaluate("document.documentElement.scrollWidth") <= width
		assert page.evaluate(SCROLLS_SIDEWAYS) == []


def test_what_is_not_due_has_a_colour_of_its_own(open_state):
	"""A company's accent may be the red that stands for late."""
	for scheme in ("light", "dark"):
		accents, fills = set(), set()
		for accent in ("d6336c", "ffcc00", "0f766e"):  # of those that the preview offers
			page = open_state("dashboard", DESK, scheme, f"?accent={accent}")
			read = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
			accents.add(page.evaluate(read))
			fills.add(page.evaluate("getComputedStyle(document.querySelector('.age-not_due')).fill"))
		assert len(accents) == 3 and len(fills) == 1


@pytest.mark.parametrize("key", KEYS)
def test_a_desk(open_state, axe, key):
	page = open_state(key, DESK)
	assert page.evaluate(CUT_OFF) == []
	assert run_axe(page, axe) == []


@pytest.mark.parametrize("key", ["dashboard", "invoices", "transactions", "invoice", "statement"])
def test_between_a_phone_and_a_desk(open_state, key):
	page = open_state(key, 768)
	for width in (768, 961, 1180, 1241):
		page.set_viewport_size({"width": width, "height": 800})
		assert page.evaluate("document.documentElement.scrollWidth") <= width
		assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("key", sorted(samples.read_all()))
def test_a_small_phone_reads_from_right_to_left(open_state, key):
	page = open_state(key, PHONE, query="?language=ar")
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
	assert page.evaluate(CUT_OFF) == []


def run_axe(page, script: str) -> list[tuple]:
	"""All that axe-core finds, of whatever impact: rule, impact, element, what to do."""
	page.evaluate(script)
	result = page.evaluate("axe.run({resultTypes: ['violations']})")
	return [
		(violation["id"], violation["impact"], node["html"][:120], node.get("failureSummary"))
		for violation in result["violations"]
		for node in violation["nodes"]
	]


@pytest.mark.parametrize("key", ["dashboard", "statement"])
def test_the_answer_is_on_the_first_screen(open_state, key):
	for width in (PHONE, DESK):
		page = open_state(key, width)
		box = page.locator(".hero .sum").first.bounding_box()
		assert box["y"] + box["height"] < 800


def test_the_keyboard_reaches_everything_and_its_place_is_seen(open_state):
	page = open_state("dashboard", DESK)
	page.keyboard.press("Tab")
	assert page.evaluate("document.activeElement.className") == "skip"
	assert page.locator(".skip").bounding_box()["y"] >= 0
	page.keyboard.press("Enter")
	page.keyboard.press("Tab")
	assert page.evaluate("document.activeElement.closest('main') !== null")
	outline = page.evaluate(
		"""() => [...document.querySelectorAll("main a, main button")].filter((element) => {
			element.focus({ focusVisible: true });
			const own = getComputedStyle(element), after = getComputedStyle(element, "::after");
			return own.outlineStyle === "none" && after.outlineStyle === "none";
		}).map((element) => element.outerHTML.slice(0, 80))"""
	)
	assert outline == []


def test_the_phones_menu_opens_without_javascript(open_state):
	page = open_state("dashboard", PHONE, java_script_enabled=False)
	page.locator(".tabs summary").click()
	sheet = page.locator(".sheet")
	assert sheet.get_by_role("link", name="Credit notes").is_visible()
	assert sheet.get_by_role("button").is_visible()


def test_a_filter_applies_at_once_and_leaves_no_empty_words_in_the_address(open_state):
	page = open_state("invoices", DESK)
	with page.expect_navigation():
		page.get_by_label("Status").select_option("overdue")
	assert re.search(r"/portal/invoices\?status=overdue$", page.url)


def test_filters_work_without_javascript(open_state):
	page = open_state("invoices", DESK, java_script_enabled=False)
	page.get_by_label("Status").select_option("overdue")
	with page.expect_navigation():
		page.locator("form[role=search] > .actions button").click()
	assert "status=overdue" in page.url


def test_a_number_is_copied(open_state):
	page = open_state("invoice", DESK, permissions=["clipboard-read", "clipboard-write"])
	name = SAMPLES["invoice"].context["name"]
	page.get_by_role("button", name=f"Copy {name}").click()
	page.get_by_text("Copied").wait_for()
	assert page.evaluate("navigator.clipboard.readText()") == name


def test_escape_closes_what_popped_up_and_returns_to_its_button(open_state):
	page = open_state("statement", DESK)
	page.get_by_text("Download").click()
	assert page.get_by_role("link", name="PDF").is_visible()
	page.keyboard.press("Escape")
	assert not page.get_by_role("link", name="PDF").is_visible()
	assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_page_follows_an_export_until_it_is_ready(open_state):
	page = open_state("statement-export-running", DESK)
	assert page.locator("progress").is_visible()
	ready = rendering.render(SAMPLES["statement-export-ready"])
	page.route(
		"**/portal/statement/exports/**", lambda route: route.fulfill(body=ready, content_type="text/html")
	)
	page.get_by_role("link", name="Download PDF").wait_for()
	assert page.locator("progress").count() == 0
	assert page.locator("[data-refresh]").count() == 0


@pytest.mark.parametrize("key", ["invoice", "statement", "dashboard"])
def test_paper_shows_the_document_alone(open_state, key):
	page = open_state(key, DESK, scheme="dark")
	page.emulate_media(media="print", color_scheme="dark")
	for selector in (".nav", ".tabs", ".skip", "main .button"):
		assert not any(element.is_visible() for element in page.locator(selector).all()), selector
	assert page.locator("h1").is_visible()
	assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_sheet_and_the_script_stay_small():
	import gzip

	public = Path(__file__).parents[2] / "customer_portal_ext" / "public"
	size = sum(len(gzip.compress((public / name).read_bytes(), 6)) for name in ("portal.css", "portal.js"))
	assert size <= 10 * 1024, f"{size} bytes compressed"
