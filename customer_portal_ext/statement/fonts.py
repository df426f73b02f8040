"""Chinese, Japanese, Korean and Arabic glyphs for a PDF, cut out of the system's font beforehand.

WeasyPrint cuts fonts down itself, but keeps the numbers of all 65,000 glyphs of such a font, which takes 20 seconds a
document; cut down to the characters in question first, it takes one. Of an Arabic font it reads every rule of joining letters
each time; one with the letters alone, made once in a process, has a third of them.
"""

import io
import re
import subprocess
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Portal Ideographs"
ARABIC_FAMILY, ARABIC_FONT = "Portal Arabic", "Noto Sans Arabic"
# with the spaces and marks between them, which the letters' own font draws
ARABIC = (0x20, 0xA0, 0x202F, *range(0x200B, 0x2010), *range(0x2066, 0x206A), *range(0x600, 0x700))
ARABIC_LETTER = re.compile("[\u0600-\u06ff]")
IDEOGRAPHS = re.compile(
	"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
# of no use in a PDF, which holds glyphs and their places
NEEDLESS_TABLES = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]


def get_faces(text: str, language: str) -> list[tuple[str, str, bytes]]:
	"""The fonts that a text needs: family, weight, content."""
	faces = []
	if ideographs := get_font(text, language):
		faces.append((FAMILY, "normal", ideographs))
	if ARABIC_LETTER.search(text):
		faces += [
			(ARABIC_FAMILY, weight, content)
			for weight, style in (("normal", "Regular"), ("bold", "Bold"))
			if (content := get_arabic_font(style))
		]
	return faces


@lru_cache(maxsize=2)
def get_arabic_font(style: str) -> bytes | None:
	"""The letters, figures and signs of Arabic with the rules that join them; None where the font is not on this machine."""
	place = match(f"{ARABIC_FONT}:style={style}")
	if not place:
		return None
	options = subset.Options(hinting=False, notdef_outline=True, recalc_bounds=False)
	options.drop_tables += ["DSIG"]
	with TTFont(place[0], fontNumber=place[1], lazy=True) as font:
		if ord("\N{ARABIC LETTER ALEF}") not in font.getBestCmap():
			return None
		subsetter = subset.Subsetter(options)
		subsetter.populate(unicodes=ARABIC)
		subsetter.subset(font)
		cut = io.BytesIO()
		font.save(cut)
	return cut.getvalue()


def get_font(text: str, language: str) -> bytes | None:
	"""A font with the ideographs of ``text``; None where there are none, or no font has them."""
	characters = "".join(sorted(set(IDEOGRAPHS.findall(text))))
	if not characters:
		return None
	place = find_font(characters[0], language)
	return cut_out(*place, characters) if place else None


@lru_cache(maxsize=64)
def find_font(character: str, language: str) -> tuple[str, int] | None:
	"""File and number of the system's sans-serif font that has ``character``, by fontconfig, as WeasyPrint would choose it."""
	return match(f"sans:charset={ord(character):x}:lang={language}")


def match(pattern: str) -> tuple[str, int] | None:
	"""File and number of the font that fontconfig has for a pattern."""
	try:
		found = subprocess.run(
			["fc-match", "-f", "%{file}|%{index}", pattern],
			capture_output=True,
			text=True,
			timeout=10,
			check=True,
		)
	except (OSError, subprocess.SubprocessError):
		return None
	file, _, index = found.stdout.partition("|")
	# the upper half of the index names a variant of a variable font
	return (file, int(index or 0) & 0xFFFF) if file else None


def cut_out(file: str, index: int, characters: str) -> bytes | None:
	options = subset.Options(
		layout_features=[], layout_closure=False, hinting=False, notdef_outline=True, recalc_bounds=False
	)
	options.drop_tables += NEEDLESS_TABLES
	with TTFont(file, fontNumber=index, lazy=True) as font:
		if not set(map(ord, characters)) & set(font.getBestCmap()):
			return None
		subsetter = subset.Subsetter(options)
		subsetter.populate(text=characters)
		subsetter.subset(font)
		cut = io.BytesIO()
		font.save(cut)
	return cut.getvalue()
