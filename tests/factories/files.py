"""Small real files of every kind, made in memory."""

import io
import zipfile

from PIL import Image


def make_image(format: str = "PNG", size: tuple[int, int] = (800, 600), colour: str = "teal") -> bytes:
	written = io.BytesIO()
	Image.new("RGB", size, colour).save(written, format)
	return written.getvalue()


def make_zip(entries: dict[str, str]) -> bytes:
	written = io.BytesIO()
	with zipfile.ZipFile(written, "w") as archive:
		for name, content in entries.items():
			archive.writestr(name, content)
	return written.getvalue()


def make_docx() -> bytes:
	return make_zip({"[Content_Types].xml": "<Types/>", "_rels/.rels": "", "word/document.xml": "<x/>"})


def make_odt() -> bytes:
	return make_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
EXECUTABLE = b"MZ\x90\x00\x03" + bytes(200)
