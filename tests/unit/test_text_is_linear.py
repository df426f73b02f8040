"""Every pass over a text that outsiders send costs what its length says: twice the text, twice the time."""

import time

import pytest
from jinja2.nodes import EvalContext

from customer_portal_ext.account.address_formats import get_city_line, get_format
from customer_portal_ext.base import html_text, safe_html
from customer_portal_ext.conversations import file_types, text
from customer_portal_ext.conversations.replies import split_reply
from customer_portal_ext.documents.text import get_plain_text
from customer_portal_ext.statement.periods import read_date
from customer_portal_ext.statement.texts import guard_formula
from customer_portal_ext.web.environment import get_environment, link_addresses

MARKUP = (
	*(
		"<",
		">",
		"&",
		"<!--",
		"-->",
		"<!-->",
		"<![",
		"<![CDATA[",
		"<!",
		"<?",
		"</",
		"<a",
		"<a ",
		"<a b='",
		'<a b="x',
	),
	*(
		"<a =",
		"<a b= ",
		"<script>",
		"</script>",
		"<script",
		"<style>",
		"<title>",
		"<p>",
		"<br>",
		"<b>",
		"<b a='>'>",
	),
	*(
		"<table><tr><td>",
		"<li>",
		"<div",
		"&amp",
		"&amp;",
		"&#1",
		"&#x1",
		"&#",
		"]]>",
		"='",
		"\n",
		" ",
		"a ",
		"\0",
	),
)
REPLIES = (
	*(
		"On ",
		"On 1",
		"On\n",
		"On 1\n",
		"On 1 wrote:",
		"On 1 wrote:\n>\n",
		"On 1 wrote:\nx\n> x\n",
		"Am 1 schrieb",
	),
	*(
		"Le 1 a écrit",
		"wrote:\n",
		"写道：",
		"1写道：\n",
		"20 @>:",
		"2024/1/1 <@",
		">",
		">\n",
		"> x\n\n",
		"--",
		"-- \n",
	),
	*(
		"__\n",
		"_" * 20 + "\n",
		"From:\n",
		"From: x\nTo: x\n",
		"From: ",
		"Von: \nAn: \n",
		"-----Original Message-----",
	),
	*("Original message:", "Sent from my ", "Sent from my x\n", "\n", " ", " \n", "a", "a\n", "：", ":\n"),
)
PLAIN = (
	"<",
	">",
	"&",
	"&a",
	"&#",
	"<a@",
	"<a@b>",
	"<a@a.",
	"\r",
	"\n",
	"\n\n",
	" ",
	"\u202e",
	"/",
	".",
	"'",
	"a",
	"<p>",
)
ADDRESSES = (
	*(
		"(",
		")",
		").",
		"<",
		">",
		"&gt;",
		"&",
		"http://",
		"http://a.",
		"http://(",
		"www.",
		"www.a.",
		"@",
		"a@",
		"a@a.",
	),
	*("mailto:", "mailto:a@", "a.", ".", ",", "(a", "a)", "[", ":", " ", "\n", "a"),
)


def link(written):
	return link_addresses(EvalContext(get_environment("en", str)), written, target="_blank")


def try_date(written):
	with pytest.raises(ValueError):
		read_date(written)


PASSES = {
	"text of a message": (text.to_text, MARKUP),
	"beginning of a message": (text.read_beginning, MARKUP),
	"plain text": (get_plain_text, MARKUP),
	"entities": (html_text.unescape, MARKUP),
	"cleaned HTML": (safe_html.clean, MARKUP),
	"own and quoted": (split_reply, REPLIES),
	"cleaned text": (text.clean, PLAIN),
	"cleaned line": (text.clean_line, PLAIN),
	"inert line": (text.make_inert, PLAIN),
	"inert recipients": (text.make_inert_recipients, PLAIN),
	"inert address": (text.make_inert_address, PLAIN),
	"paragraphs or not": (text.is_paragraphs, PLAIN),
	"text as HTML": (text.to_html, PLAIN),
	"file name": (lambda written: text.make_file_name(written, "pdf"), PLAIN),
	"links in a text": (link, ADDRESSES),
	"type of a file": (
		lambda written: file_types.detect(written.encode()),
		(" ", "\n", "\ufeff", "\ufeff ", "<", "<!", "PK\x03\x04", "a"),
	),
	"formula guard": (guard_formula, (" ", "\u200b", "=", "＝", " =", "\ufeff")),
	"date of a period": (try_date, ("1", "1-", "2024-01-01")),
	"line of a city": (
		lambda written: get_city_line(get_format("US"), written, written, written),
		(",", " ", " ,", ", a", "{city}"),
	),
}
CASES = [(name, token) for name, (_read, tokens) in PASSES.items() for token in tokens]
# beside the token itself: something before and after, where a pattern that fails has to go back
SHAPES = ("<p>{}x", "a{}a)")


def make(token: str, length: int, shape: str) -> str:
	return shape.format((token * (length // len(token) + 1))[:length])


def measure(read, written: str, times: int) -> float:
	"""Seconds of the processor's time, the best of some: what else the machine does is not in it."""
	best = float("inf")
	for _time in range(times):
		begun = time.process_time()
		read(written)
		best = min(best, time.process_time() - begun)
	return best


@pytest.mark.parametrize(("name", "token"), CASES, ids=[f"{name}-{token!r}" for name, token in CASES])
def test_twice_the_text_takes_twice_the_time(name, token):
	read, _tokens = PASSES[name]
	for shape in SHAPES:
		once, twice = (make(token, length, shape) for length in (10_000, 20_000))
		# below this, noise is what is measured; what a square makes of it in a megabyte is over the limit below
		floor = 0.02
		assert measure(read, twice, 3) <= 2.6 * max(measure(read, once, 3), floor), shape


@pytest.mark.parametrize(("name", "token"), CASES, ids=[f"{name}-{token!r}" for name, token in CASES])
def test_a_megabyte_takes_seconds(name, token):
	assert measure(PASSES[name][0], make(token, 1_000_000, "{}x"), 1) < 15


def test_a_number_that_no_character_has_is_no_error():
	for number in ("1" * 5000, "x" + "f" * 5000, "0" * 9 + "65", "99999999999"):
		assert text.to_text(f"a&#{number};b") == "a\ufffdb"
		assert get_plain_text(f"<p>a&#{number};b") == "a\ufffdb"
	assert text.to_text("&#65;&#x42;&amp;&lt;") == "AB&<"


def test_elements_left_open_do_not_multiply():
	tangled = "".join(f"<font size={number}><p>x" for number in range(990))
	nested = "<div>" * 1999
	for html in (tangled, nested, "<b><p>" * 999):
		cleaned = safe_html.clean(html)
		assert cleaned is None or len(cleaned) <= 2 * len(html) + 1000
		assert measure(safe_html.clean, html, 3) < 5


def test_what_is_shown_of_a_long_message_is_its_beginning():
	shown, is_shortened = text.read_beginning("<p>" + "word " * 1_000_000)
	assert is_shortened and shown.startswith("word word") and len(shown) <= text.LONGEST_SHOWN
	assert text.read_beginning("<p>short</p>") == ("short", False)
	assert text.read_beginning(None) == ("", False)
	cut = "x" * (text.LONGEST_READ - 5)
	assert html_text.cut(f"{cut}<a href='x'>y</a>", text.LONGEST_READ) == cut
