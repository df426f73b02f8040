"""The demo companies' logo: a three-bladed rotor on a rounded square."""

from io import BytesIO
from math import cos, radians, sin

from PIL import Image, ImageDraw

SIZE = 256
SUPERSAMPLED = SIZE * 4


def draw_logo(colour: str) -> bytes:
	"""The logo as a PNG of 256 by 256 pixels."""
	image = Image.new("RGBA", (SUPERSAMPLED, SUPERSAMPLED), (0, 0, 0, 0))
	pen = ImageDraw.Draw(image)
	pen.rounded_rectangle((0, 0, SUPERSAMPLED - 1, SUPERSAMPLED - 1), radius=SUPERSAMPLED // 5, fill=colour)
	centre = (SUPERSAMPLED / 2, SUPERSAMPLED * 0.43)
	foot = SUPERSAMPLED * 0.9
	half = SUPERSAMPLED * 0.02
	pen.polygon(
		[
			(centre[0] - half, centre[1]),
			(centre[0] + half, centre[1]),
			(centre[0] + 2 * half, foot),
			(centre[0] - 2 * half, foot),
		],
		fill="#ffffff",
	)
	for angle in (-90, 30, 150):
		pen.polygon(get_blade(centre, angle), fill="#ffffff")
	hub = SUPERSAMPLED * 0.045
	pen.ellipse((centre[0] - hub, centre[1] - hub, centre[0] + hub, centre[1] + hub), fill="#ffffff")
	file = BytesIO()
	image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
	return file.getvalue()


def get_blade(centre: tuple[float, float], angle: float) -> list[tuple[float, float]]:
	outline = ((0.02, -12), (0.12, 14), (0.36, 1), (0.36, -1), (0.1, -10))
	return [
		(
			centre[0] + SUPERSAMPLED * length * cos(radians(angle + turn)),
			centre[1] + SUPERSAMPLED * length * sin(radians(angle + turn)),
		)
		for length, turn in outline
	]
