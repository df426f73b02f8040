"""What becomes of staff's rich text on its way to a customer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_portal_ext.documents import text


@pytest.mark.parametrize(
	("html", "plain"),
	[
		(None, ""),
		("", ""),
		("Plain", "Plain"),
		("two\nlines", "two\nlines"),
		("<div>One</div><div>Two</div>", "One\nTwo"),
		('<div class="ql-editor read-mode"><p>A &amp; B</p><p><br></p><p>C&nbsp;D</p></div>', "A & B\nC D"),
		("a<br>b<br/>c", "a\nb\nc"),
		("<ul><li>one</li><li>two</li></ul>", "• one\n• two"),
		("<table><tr><td>x</td><td>y</td></tr></table>", "x y"),
		("<script>alert(1)</script>safe<style>p{}</style>", "safe"),
		("a < b & c", "a < b & c"),
		("<p>line\nbreaks in\n source</p>", "line breaks in source"),
		("&lt;b&gt;not markup&lt;/b&gt;", "<b>not markup</b>"),
		("<p>unclosed", "unclosed"),
		("مرحبا<br>世界", "مرحبا\n世界"),
	],
)
def test_plain_text(html, plain):
	assert text.get_plain_text(html) == plain


def test_an_address_is_its_lines():
	assert text.get_lines("12 Harbour Street<br>\nPortland<br>OR 97201<br>\n") == [
		"12 Harbour Street",
		"Portland",
		"OR 97201",
	]


@pytest.mark.parametrize(
	("html", "gone"),
	[
		("<p onclick=alert(1)>x</p>", "onclick"),
		('<p style="position:fixed">x</p>', "style"),
		("<script>alert(1)</script>x", "alert"),
		("<script>alert(1)", "alert"),
		("<SCRIPT>alert(1)</SCRIPT >x", "alert"),
		('<a href="javascript:alert(1)">x</a>', "javascript"),
		('<a href="https://evil.example">x</a>', "evil"),
		('<img src="https://evil.example/a.png">x', "evil"),
		("<iframe src=//evil.example></iframe>x", "evil"),
		("<svg><script>alert(1)</script></svg>x", "alert"),
		("<!-- secret -->x", "secret"),
		("<form action=/portal/leave><button>x</button></form>", "form"),
		("<style>*{display:none}</style>x", "display"),
	],
)
def test_terms_lose_everything_that_is_not_text(html, gone):
	assert gone not in (text.get_safe_html(html) or "")


def test_terms_keep_their_form():
	html = "<h1>Terms</h1><p>Pay <strong>soon</strong>.</p><ol><li>one</li></ol>"
	assert text.get_safe_html(html) == "<h3>Terms</h3><p>Pay <strong>soon</strong>.</p><ol><li>one</li></ol>"
	assert text.get_safe_html("Line one\nA & B") == "<p>Line one</p><p>A &amp; B</p>"


@pytest.mark.parametrize("html", [None, "", "<p><br></p>", "<div></div>", "<script>x</script>"])
def test_empty_terms_are_none(html):
	assert text.get_safe_html(html) is None


@given(st.text(max_size=300))
def test_nothing_makes_it_fail_and_no_tag_survives_in_plain_text_that_was_one(written):
	text.get_plain_text(written)
	safe = text.get_safe_html(written)
	assert safe is None or "<script" not in safe.lower()
