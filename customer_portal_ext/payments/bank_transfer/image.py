"""A QR code as what a template draws: one path, in units of a module. Pure: no Frappe, no files."""

from io import BytesIO

import segno
from PIL import Image, ImageDraw

QUIET_ZONE = 4  # modules: ISO/IEC 18004

# The Swiss cross, in parts of the code's own side: 7 mm on 46 mm, a black square with a white cross on white ground.
SWISS_CROSS = (
	(7 / 46, 7 / 46, False),
	(6 / 46, 6 / 46, True),
	(6 / 46 * 20 / 32, 6 / 46 * 6 / 32, False),
	(6 / 46 * 6 / 32, 6 / 46 * 20 / 32, False),
)


def draw(text: str, has_swiss_cross: bool = False) -> dict:
	"""``{"size", "path", "runs": [[x, y, length]], "marks": [{"x", "y", "width", "height", "is_dark"}]}``: dark modules row by
	row, and the same as one SVG path, on a square of ``size`` with the quiet zone around them; ``marks`` lie over them.

	Error correction is M, which EPC069-12 and the QR-bill prescribe and which suits the other two.
	"""
	code = segno.make_qr(text, error="m", boost_error=False, encoding="utf-8")
	rows = [bytes(row) for row in code.matrix]
	side = len(rows)
	runs = [
		[x + QUIET_ZONE, y + QUIET_ZONE, length] for y, row in enumerate(rows) for x, length in get_runs(row)
	]
	return {
		"size": side + 2 * QUIET_ZONE,
		"path": "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs),
		"runs": runs,
		"marks": [get_mark(side, *mark) for mark in SWISS_CROSS] if has_swiss_cross else [],
	}


def get_runs(row: bytes):
	"""Start and length of each run of dark modules."""
	start = None
	for at, module in enumerate((*row, 0)):
		if module and start is None:
			start = at
		elif not module and start is not None:
			yield start, at - start
			start = None


def get_mark(side: int, width: float, height: float, is_dark: bool) -> dict:
	"""A rectangle in the middle of the code."""
	middle = QUIET_ZONE + side / 2
	width, height = width * side, height * side
	return {
		"x": round(middle - width / 2, 3),
		"y": round(middle - height / 2, 3),
		"width": round(width, 3),
		"height": round(height, 3),
		"is_dark": is_dark,
	}


def make_png(code: dict, pixels_per_module: int = 8) -> bytes:
	"""The same drawing as a PNG, for print formats: not every maker of PDFs draws SVG."""
	side = code["size"] * pixels_per_module
	picture = Image.new("1", (side, side), 1)
	pen = ImageDraw.Draw(picture)
	for x, y, width in code["runs"]:
		fill(pen, (x, y, width, 1), 0, pixels_per_module)
	for mark in code["marks"]:
		place = (mark["x"], mark["y"], mark["width"], mark["height"])
		fill(pen, place, 0 if mark["is_dark"] else 1, pixels_per_module)
	content = BytesIO()
	picture.save(content, "PNG")
	return content.getvalue()


def fill(pen: ImageDraw.ImageDraw, place: tuple, colour: int, scale: int) -> None:
	x, y, width, height = (value * scale for value in place)
	pen.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)
