"""The program that base/pictures.py runs: opens one picture from its standard input, and looks at it or draws it small.

It is a process of its own, so that whatever is in a file (a few bytes that unpack to gigabytes, in its pixels, its texts or
its tables) meets an end that the system sets: it can take some memory and some seconds, and no more. Sizes are read from the
head and refused before anything is decoded; the system's limits stand behind that. Pure: Pillow alone.
"""

import io
import json
import os
import resource
import sys

from PIL import (
	Image,
	ImageFile,
	ImageOps,
	WebPImagePlugin,  # noqa: F401 - Pillow knows a WebP once this is imported; the others it knows
)

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MEGABYTE = 1024 * 1024
# What may be taken beyond this program itself. Looking decodes nothing, but Pillow reserves a WebP's pixels at once.
MEMORY = {"draw": 60 * MEGABYTE, "look": 640 * MEGABYTE}
SECONDS = {"draw": 6, "look": 3}

# What decoding takes of the memory above, for each pixel: measured, see tests/security/test_pictures.py.
DECODED = 48 * MEGABYTE
PNG_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2}
OTHER_BYTES = {"PNG": 4, "GIF": 4, "WEBP": 20}
# A JPEG is decoded at an eighth of its size. A phone's largest ordinary picture has 50 million pixels.
MOST_JPEG_PIXELS = 50_000_000
# A PNG's; each unpacks to a megabyte.
PACKED_TEXTS = (b"zTXt", b"iTXt", b"iCCP")
MOST_PACKED_TEXTS = 4
# Each passes over the whole picture; a progressive JPEG has some ten.
MOST_SCANS = 64
TILE = 512
ORIENTATION = 0x0112


class Refused(Exception):
	"""More pixels, texts or passes than are worth it."""


def main(action: str, side: int) -> None:
	bound(MEMORY[action], SECONDS[action])
	# As Frappe has it: of a file that breaks off, what is there is shown.
	ImageFile.LOAD_TRUNCATED_IMAGES = True
	Image.MAX_IMAGE_PIXELS = None  # sizes have limits of their own here
	stream = sys.stdin.buffer if sys.stdin.buffer.seekable() else io.BytesIO(sys.stdin.buffer.read())
	# before it is opened: Pillow unpacks every text that it comes by
	if sum(count(stream, name) for name in PACKED_TEXTS) > MOST_PACKED_TEXTS:
		raise Refused
	with Image.open(stream, formats=FORMATS) as image:
		if action == "look":
			print(json.dumps({"size": image.size, "orientation": get_orientation(image)}))
			return
		written = io.BytesIO()
		draw(image, stream, side).save(written, "JPEG", quality=80)
		sys.stdout.buffer.write(written.getvalue())


def bound(memory: int, seconds: int) -> None:
	"""From here on the system refuses more memory, and ends what takes longer."""
	resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
	resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
	if os.path.exists("/proc/self/statm"):
		with open("/proc/self/statm") as numbers:
			taken = int(numbers.read().split()[0]) * resource.getpagesize()
		resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))


def draw(image: Image.Image, stream, side: int) -> Image.Image:
	require_bearable(image, stream)
	if image.format == "JPEG":
		image.draft("RGB", (2 * side, 2 * side))
	orientation = get_orientation(image) if image.format == "JPEG" else 1
	image.load()
	small = reduce(image, side)
	small.thumbnail((side, side))
	small.getexif()[ORIENTATION] = orientation
	return ImageOps.exif_transpose(small)


def require_bearable(image: Image.Image, stream) -> None:
	pixels = image.width * image.height
	if image.format in ("JPEG", "MPO"):
		if (
			pixels > MOST_JPEG_PIXELS
			or get_coefficients(image) > DECODED
			or count(stream, b"\xff\xda") > MOST_SCANS
		):
			raise Refused
		return
	each = OTHER_BYTES[image.format]
	if image.format == "PNG":
		each = PNG_BYTES.get(image.mode, each)
	if pixels * each > DECODED:
		raise Refused


def get_coefficients(image: Image.Image) -> int:
	"""Bytes that libjpeg keeps until the last pass of a progressive JPEG; drafting spares none of them."""
	if not image.info.get("progressive"):
		return 0
	widest = max(layer[1] for layer in image.layer) * max(layer[2] for layer in image.layer)
	return 2 * image.width * image.height * sum(layer[1] * layer[2] for layer in image.layer) // widest


def count(stream, wanted: bytes) -> int:
	"""How often ``wanted`` stands in the file."""
	place, found, rest = stream.tell(), 0, b""
	stream.seek(0)
	while part := stream.read(MEGABYTE):
		found += (rest + part).count(wanted)
		rest = part[1 - len(wanted) :]
	stream.seek(place)
	return found


def get_orientation(image: Image.Image) -> int:
	"""How the picture is turned, 1 to 8 as EXIF counts."""
	try:
		return int(image.getexif().get(ORIENTATION) or 1)
	except Exception:  # Pillow raises many kinds for damaged EXIF
		return 1


def reduce(image: Image.Image, side: int) -> Image.Image:
	"""On white, not much larger than ``side``: tile by tile, as whole copies in other modes would take the memory anew."""
	factor = max(1, max(image.size) // (2 * side))
	whole = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)), "white")
	step = factor * max(1, TILE // factor)
	for top in range(0, image.height, step):
		for left in range(0, image.width, step):
			box = (left, top, min(left + step, image.width), min(top + step, image.height))
			whole.paste(on_white(image.crop(box)).reduce(factor), (left // factor, top // factor))
	return whole


def on_white(tile: Image.Image) -> Image.Image:
	if tile.mode.startswith("I"):
		tile = tile.convert("I").point(lambda value: value * (1 / 256)).convert("L")
	if tile.mode not in ("LA", "PA", "RGBA", "La", "RGBa") and "transparency" not in tile.info:
		return tile.convert("RGB")
	tile = tile.convert("RGBA")
	ground = Image.new("RGB", tile.size, "white")
	ground.paste(tile, mask=tile.getchannel("A"))
	return ground


if __name__ == "__main__":
	main(sys.argv[1], int(sys.argv[2]))
