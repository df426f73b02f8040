"""Pictures of a few kilobytes that take much to open, and large ones as phones make them. In memory, without Frappe."""

import io
import os
import struct
import zlib

from PIL import Image

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
# Adam7: where each of the seven passes begins, and its steps
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
MEGABYTE = bytes(1 << 20)


def make_chunk(name: bytes, data: bytes) -> bytes:
	return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def make_png(
	width: int, height: int, depth: int, colour: int, interlaced: bool = False, texts: int = 0
) -> bytes:
	"""A picture of zeros, packed as tightly as it goes; each text unpacks to a megabyte."""
	bits = depth * CHANNELS[colour]
	sizes = [(width, height)]
	if interlaced:
		sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in PASSES]
	left = sum(rows * ((columns * bits + 7) // 8 + 1) for columns, rows in sizes if columns > 0)
	packer, packed = zlib.compressobj(9), []
	while left > 0:
		packed.append(packer.compress(MEGABYTE[:left]))
		left -= len(MEGABYTE)
	packed.append(packer.flush())
	header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
	chunks = [make_chunk(b"IHDR", header)]
	if colour == PALETTE:
		chunks += [make_chunk(b"PLTE", bytes(768)), make_chunk(b"tRNS", bytes(range(256)))]
	text = zlib.compress(bytes(1_000_000))
	chunks += [make_chunk(b"zTXt", b"key%d\0\0" % number + text) for number in range(texts)]
	chunks += [make_chunk(b"IDAT", b"".join(packed)), make_chunk(b"IEND", b"")]
	return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def make_busy(mode: str, size: tuple[int, int]) -> Image.Image:
	"""A picture with as much in it as a photo has."""
	noise = Image.frombytes(mode, (200, 200), os.urandom(200 * 200 * len(Image.new(mode, (1, 1)).getbands())))
	return noise.resize(size)


def save(image: Image.Image, file_format: str, **options) -> bytes:
	written = io.BytesIO()
	image.save(written, file_format, **options)
	return written.getvalue()


def make_photo(size: tuple[int, int], **options) -> bytes:
	"""A JPEG as a phone writes it: turned by EXIF, with where it was taken."""
	exif = Image.Exif()
	exif[0x0112] = 6
	exif[0x010F] = "A maker of phones"
	exif.get_ifd(0x8825)[1] = "N"
	return save(make_busy("RGB", size), "JPEG", exif=exif, quality=80, **options)


def make_scans(count: int) -> bytes:
	"""A progressive JPEG whose last pass is repeated."""
	content = save(make_busy("RGB", (1000, 1000)), "JPEG", progressive=True)
	last = content.rindex(b"\xff\xda")
	return content[:last] + content[last:-2] * count + content[-2:]


def make_gif_with_comments(size: int) -> bytes:
	"""A GIF with so many bytes of comments before its picture."""
	content = save(Image.new("P", (10, 10)), "GIF")
	head = 13 + 3 * 2 ** ((content[10] & 7) + 1)
	comment = b"\x21\xfe" + (b"\xff" + b"x" * 255) * (size // 256) + b"\0"
	return content[:head] + comment + content[head:]
