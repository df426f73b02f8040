"""A company's accent colour, made readable: each scheme gets the nearest shade of the same hue with enough contrast.

The measure is WCAG 2.2's contrast ratio (success criterion 1.4.3: 4.5 for text). Lightness is changed in OKLCH, whose
steps look even and keep the hue. Nothing here imports Frappe.
"""

import math
import re
from functools import lru_cache

DEFAULT_ACCENT = "#0f62c9"
# The backgrounds of portal.css on which accent-coloured text stands, hardest case of each scheme.
LIGHT_BACKGROUND = "#f0f0ee"
DARK_BACKGROUND = "#23272f"
INK_ON_DARK_ACCENT = "#0b0d10"
INK_ON_LIGHT_ACCENT = "#ffffff"
READABLE = 4.6

Channels = tuple[float, float, float]


def is_colour(text: str | None) -> bool:
	"""Whether the text is a colour as the settings hold it: # and six (or three) hexadecimal digits."""
	return bool(re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", text or ""))


def get_contrast(first: str, second: str) -> float:
	"""WCAG's contrast ratio of two colours, from 1 to 21."""
	lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
	return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=128)
def get_accents(accent: str | None) -> dict[str, str]:
	"""The four colours of the template contract for a company's accent: one per scheme, and the ink upon each."""
	accent = accent if is_colour(accent) else DEFAULT_ACCENT
	light = _make_readable(accent, LIGHT_BACKGROUND, step=-0.01)
	dark = _make_readable(accent, DARK_BACKGROUND, step=0.01)
	return {
		"accent_light": light,
		"accent_ink_light": _ink_for(light),
		"accent_dark": dark,
		"accent_ink_dark": _ink_for(dark),
	}


def get_theme_css(accent: str | None) -> str:
	"""The style sheet served beside portal.css: the accent's custom properties for both schemes."""
	accents = get_accents(accent)
	light = f"--accent:{accents['accent_light']};--accent-ink:{accents['accent_ink_light']}"
	dark = f"--accent:{accents['accent_dark']};--accent-ink:{accents['accent_ink_dark']}"
	return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def _make_readable(accent: str, background: str, step: float) -> str:
	"""The accent itself where it is readable, else the first shade towards black or white that is."""
	lightness, chroma, hue = _to_oklch(accent)
	colour = _to_hex(_from_oklch(lightness, chroma, hue))
	while get_contrast(colour, background) < READABLE:
		lightness = min(max(lightness + step, 0), 1)
		colour = _to_hex(_from_oklch(lightness, chroma, hue))
	return colour


def _ink_for(colour: str) -> str:
	return max((INK_ON_LIGHT_ACCENT, INK_ON_DARK_ACCENT), key=lambda ink: get_contrast(ink, colour))


def _channels(colour: str) -> Channels:
	digits = colour.lstrip("#")
	if len(digits) == 3:
		digits = "".join(digit * 2 for digit in digits)
	red, green, blue = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
	return red, green, blue


def _linear(channels: Channels) -> Channels:
	red, green, blue = (
		value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
	)
	return red, green, blue


def _luminance(colour: str) -> float:
	red, green, blue = _linear(_channels(colour))
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> Channels:
	"""Lightness, chroma and hue by Björn Ottosson's matrices (https://bottosson.github.io/posts/oklab/)."""
	red, green, blue = _linear(_channels(colour))
	long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
	medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
	short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
	lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
	a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
	b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
	return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> Channels:
	a, b = chroma * math.cos(hue), chroma * math.sin(hue)
	long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
	medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
	short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
	return (
		4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
		-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
		-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
	)


def _to_hex(linear: Channels) -> str:
	"""The nearest displayable colour: channels outside the screen's range are cut off."""
	encoded = []
	for value in linear:
		value = min(max(value, 0.0), 1.0)
		value = value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
		encoded.append(f"{round(value * 255):02x}")
	return "#" + "".join(encoded)
