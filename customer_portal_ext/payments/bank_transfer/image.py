"""A QR code as what a template draws: one path, in units of a module. Pure: no Frappe, no files."""

import segno

QUIET_ZONE = 4  # modules: ISO/IEC 18004

# The Swiss cross, in parts of the code's own side: 7 mm on 46 mm, a black square with a white cross on white ground.
SWISS_CROSS = (
	(7 / 46, 7 / 46, False),
	(6 / 46, 6 / 46, True),
	(6 / 46 * 20 / 32, 6 / 46 * 6 / 32, False),
	(6 / 46 * 6 / 32, 6 / 46 * 20 / 32, False),
)


def draw(text: str, has_swiss_cross: bool = False) -> dict:
	"""``{"size", "path", "marks": [{"x", "y", "width", "height", "is_dark"}]}``: dark modules as one SVG path on a square of
	``size``, with the quiet zone around them; ``marks`` lie over them.

	Error correction is M, which EPC069-12 and the QR-bill prescribe and which suits the other two.
	"""
	code = segno.make_qr(text, error="m", boost_error=False, encoding="utf-8")
	rows = [bytes(row) for row in code.matrix]
	side = len(rows)
	return {
		"size": side + 2 * QUIET_ZONE,
		"path": "".join(get_run(x, y, length) for y, row in enumerate(rows) for x, length in get_runs(row)),
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


def get_run(x: int, y: int, length: int) -> str:
	return f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"


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
