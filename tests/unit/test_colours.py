"""A company's accent is readable whatever colour it chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_portal_ext.web import colours

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_wcags():
	assert colours.get_contrast("#000", "#fff") == pytest.approx(21)
	assert colours.get_contrast("#fff", "#ffffff") == pytest.approx(1)
	assert colours.get_contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(COLOURS)
def test_every_accent_is_readable_in_both_schemes(accent):
	shades = colours.get_accents(accent)
	assert colours.get_contrast(shades["accent_light"], colours.LIGHT_BACKGROUND) >= 4.5
	assert colours.get_contrast(shades["accent_light"], "#ffffff") >= 4.5
	assert colours.get_contrast(shades["accent_dark"], colours.DARK_BACKGROUND) >= 4.5
	assert colours.get_contrast(shades["accent_light"], shades["accent_ink_light"]) >= 4.5
	assert colours.get_contrast(shades["accent_dark"], shades["accent_ink_dark"]) >= 4.5


def test_a_readable_accent_is_left_as_it_is():
	assert colours.get_accents("#0f62c9")["accent_light"] == "#0f62c9"
	assert colours.get_accents("#ffcc00")["accent_dark"] == "#ffcc00"


def test_a_light_accent_keeps_its_hue_in_the_light_scheme():
	red, green, blue = (
		int(colours.get_accents("#ffcc00")["accent_light"][place : place + 2], 16) for place in (1, 3, 5)
	)
	assert red > green > blue


@pytest.mark.parametrize(
	"accent", [None, "", "blue", "#12", "#1234567", "#gggggg", "}body{display:none", "#fff;x"]
)
def test_what_is_no_colour_falls_back_to_the_default(accent):
	assert colours.get_accents(accent) == colours.get_accents(colours.DEFAULT_ACCENT)
	assert "display" not in colours.get_theme_css(accent)


def test_the_theme_sets_both_schemes():
	css = colours.get_theme_css("#0f62c9")
	assert css.startswith(":root{--accent:#0f62c9;--accent-ink:#ffffff}")
	assert "@media screen and (prefers-color-scheme:dark){:root{--accent:#" in css
