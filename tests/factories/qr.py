"""A code's drawing, put on pixels and read by a real decoder."""

import re

import zxingcpp
from PIL import Image, ImageDraw

PIXELS_PER_MODULE = 8
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def read(code: dict) -> str:
	"""The text that a scanner sees in what ``bank_transfer.image.draw`` gave: paths and marks as a browser paints them."""
	side = code["size"] * PIXELS_PER_MODULE
	picture = Image.new("L", (side, side), 255)
	pen = ImageDraw.Draw(picture)
	assert RUN.sub("", code["path"]) == ""
	for x, y, width, back in RUN.findall(code["path"]):
		assert width == back
		paint(pen, int(x), int(y), int(width), 1, 0)
	for mark in code["marks"]:
		paint(pen, mark["x"], mark["y"], mark["width"], mark["height"], 0 if mark["is_dark"] else 255)
	found = zxingcpp.read_barcodes(picture)
	assert len(found) == 1, found
	assert "QR" in str(found[0].format)
	return found[0].text


def paint(pen, x, y, width, height, colour):
	scale = PIXELS_PER_MODULE
	pen.rectangle((x * scale, y * scale, (x + width) * scale - 1, (y + height) * scale - 1), fill=colour)
