"""What people write, in and out: nothing is lost, nothing runs."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as some

from customer_portal_ext.conversations import file_types, text
from customer_portal_ext.conversations.replies import split_reply

TEXTS = some.text(alphabet=some.characters(blacklist_categories=("Cs", "Cc", "Cf")), max_size=200)


class Tags(HTMLParser):
	def __init__(self, html):
		super().__init__()
		self.found = []
		self.feed(html)
		self.close()

	def handle_starttag(self, tag, attributes):
		self.found.append((tag, attributes))


@given(TEXTS)
def test_any_text_becomes_paragraphs_and_nothing_else(written):
	for tag, attributes in Tags(text.to_html(written)).found:
		assert tag in ("p", "br") and attributes == []


@given(TEXTS)
def test_any_text_comes_back(written):
	written = "\n".join(" ".join(line.split()) for line in text.clean(written).split("\n"))
	assert text.to_text(text.to_html(written)) == written


@given(TEXTS)
def test_a_name_is_inert_however_it_is_shown(name):
	inert = text.make_inert(name)
	assert not set("<>\"'`") & set(inert)
	assert len(inert) == len(name)
	assert Tags(inert).found == []


@given(TEXTS)
def test_a_file_name_is_plain(stem):
	name = text.make_file_name(stem, "pdf")
	assert name.endswith(".pdf") and len(name) > 4 and not name.startswith(".")
	assert not set("<>\"'`/\\&%#?{};:") & set(name)


@pytest.mark.parametrize(
	("html", "expected"),
	[
		("<div class='ql-editor'><p>One</p><p><br></p><p>Two</p></div>", "One\n\nTwo"),
		("<p>a<script>alert(1)</script>b</p>", "ab"),
		("<style>p{}</style>x", "x"),
		("no markup\nat all", "no markup\nat all"),
		("&lt;b&gt;", "<b>"),
		(None, ""),
	],
)
def test_html_becomes_text(html, expected):
	assert text.to_text(html) == expected


def test_what_an_e_mail_quotes_is_set_apart():
	own, quoted = split_reply(
		"Yes\n\nOn Mon, Jan 1, 2024 at 10:00 AM Ann <a@example.com> wrote:\n> Shall we?"
	)
	assert own == "Yes" and "Shall we?" in quoted
	assert split_reply("Just this") == ("Just this", "")


def test_names_of_types_are_read_as_people_write_them():
	assert file_types.read_names(" .PDF, jpeg;png  jpg\n") == ["pdf", "jpg", "png"]
	assert file_types.read_names(None) == []
