"""Chinese, Japanese and Korean glyphs for a PDF, cut out of the system's font beforehand.

WeasyPrint cuts fonts down itself, but keeps the numbers of all 65,000 glyphs of such a font, which takes 20 seconds a
document; cut down to the characters in question first, it takes one.
"""

import io
import re
import subprocess
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Portal Ideographs"
IDEOGRAPHS = re.compile(
	"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
# of no use in a PDF, which holds glyphs and their places
NEEDLESS_TABLES = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"]


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
	pattern = f"sans:charset={ord(character):x}:lang={language}"
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
