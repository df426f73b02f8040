"""Pictures from outside: what drawing one small takes, whatever is in it; and what a page shows where none can be drawn."""

import io
import os
import re
import subprocess
import sys
import threading

import frappe
import pytest
from PIL import Image

from customer_portal_ext.access import tokens
from customer_portal_ext.base import jpeg, pictures
from customer_portal_ext.conversations import attachments
from customer_portal_ext.desk import conversations as desk
from tests import factories
from tests.client import hidden_fields
from tests.factories import answers, bombs

THUMBNAIL = re.compile(r'src="(/portal/download/thumbnails/[^"]+)"')
ATTACHMENT = re.compile(r'href="(/portal/download/attachments/[^"]+)"')
MOST_MEGABYTES = 64

# In a process of its own, so that what it took at most is what this picture took.
MEASURE = """
import os, resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from customer_portal_ext.base import pictures
from PIL import Image, ImageOps
mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
	drawn = pictures.draw(Path(sys.argv[2]), 320)
except pictures.Unreadable:
	drawn = b""
both = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(max(both) - mine, len(drawn))
"""

# what is in the file, and whether a small one is drawn of it
PICTURES = {
	"30,000 x 30,000 in two colours": (lambda: bombs.make_png(30_000, 30_000, 1, bombs.GREY), False),
	"60 million in two colours": (lambda: bombs.make_png(10_000, 6_000, 1, bombs.GREY), False),
	"12 million transparent": (lambda: bombs.make_png(4000, 3000, 8, bombs.RGBA), True),
	"12 million of 16 bits, interlaced": (lambda: bombs.make_png(4000, 3000, 16, bombs.RGBA, True), True),
	"47 million in two colours": (lambda: bombs.make_png(6900, 6900, 1, bombs.GREY), True),
	"47 million of a palette": (lambda: bombs.make_png(6900, 6900, 8, bombs.PALETTE), True),
	"47 million grey, interlaced": (lambda: bombs.make_png(6900, 6900, 8, bombs.GREY, True), True),
	"24 million grey of 16 bits": (lambda: bombs.make_png(4900, 4900, 16, bombs.GREY), True),
	"12 million grey, transparent": (lambda: bombs.make_png(4000, 3000, 8, bombs.GREY_ALPHA), True),
	"one line of 12 million": (lambda: bombs.make_png(12_500_000, 1, 8, bombs.RGBA), False),
	"a line of 60,000": (lambda: bombs.make_png(60_000, 200, 8, bombs.RGBA), True),
	"60 megabytes of texts": (lambda: bombs.make_png(2000, 2000, 8, bombs.RGBA, texts=60), False),
	"four texts": (lambda: bombs.make_png(4000, 3000, 8, bombs.RGBA, texts=4), True),
	"a photo of 48 million": (lambda: bombs.make_photo((8000, 6000)), True),
	"a progressive photo of 12 million": (lambda: bombs.make_photo((4000, 3000), progressive=True), True),
	"a progressive one of 48 million": (lambda: bombs.make_photo((8000, 6000), progressive=True), False),
	"a JPEG of 80 million": (lambda: bombs.save(Image.new("L", (10_000, 8000)), "JPEG"), False),
	"48 million in the colours of print": (
		lambda: bombs.save(bombs.make_busy("CMYK", (8000, 6000)), "JPEG"),
		True,
	),
	"three hundred passes": (lambda: bombs.make_scans(300), False),
	"a GIF of 12 million": (lambda: bombs.save(Image.new("P", (4000, 3000)), "GIF"), True),
	"a GIF of 100 million": (lambda: bombs.save(Image.new("P", (10_000, 10_000)), "GIF"), False),
	"a GIF that moves": (
		lambda: bombs.save(
			bombs.make_busy("P", (3000, 3000)),
			"GIF",
			save_all=True,
			append_images=[bombs.make_busy("P", (3000, 3000)) for _ in range(3)],
			disposal=2,
			transparency=0,
		),
		True,
	),
	"a WebP of 2.4 million": (
		lambda: bombs.save(bombs.make_busy("RGBA", (1600, 1500)), "WEBP", method=0),
		True,
	),
	"a WebP that moves": (
		lambda: bombs.save(
			bombs.make_busy("RGBA", (1600, 1500)),
			"WEBP",
			method=0,
			save_all=True,
			append_images=[bombs.make_busy("RGBA", (1600, 1500))],
		),
		True,
	),
	"a WebP of 49 million": (
		lambda: bombs.save(Image.new("RGB", (7000, 7000)), "WEBP", method=0),
		False,
	),
	"half a photo": (lambda: bombs.make_photo((4000, 3000))[:400_000], True),
	"half a PNG": (lambda: bombs.save(bombs.make_busy("RGB", (1000, 1000)), "PNG")[:200_000], True),
	"no picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000), False),
}


def test_drawing_a_picture_small_takes_little_whatever_is_in_it(site, tmp_path):
	app = os.path.dirname(os.path.dirname(pictures.__file__))
	for name, (make, is_drawn) in PICTURES.items():
		path = tmp_path / "picture"
		path.write_bytes(make())
		command = [sys.executable, "-c", MEASURE, os.path.dirname(app), str(path)]
		# without the tests' own memory: the system counts what a process was before it became another
		said = subprocess.run(
			["/bin/sh", "-c", '"$@"', "sh", *command], capture_output=True, text=True, check=False
		)
		assert said.returncode == 0, f"{name}: {said.stderr}"
		kilobytes, drawn = map(int, said.stdout.split())
		assert kilobytes < MOST_MEGABYTES * 1024, f"{name}: {kilobytes // 1024} MB"
		assert bool(drawn) == is_drawn, name


def test_one_that_takes_for_ever_is_given_up(site, tmp_path):
	import time

	path = tmp_path / "picture"
	path.write_bytes(bombs.make_gif_with_comments(24 * 1024 * 1024))
	began = time.monotonic()
	with pytest.raises(pictures.Unreadable):
		pictures.look(path.read_bytes())
	assert time.monotonic() - began < pictures.LONGEST_SECONDS + 5


def test_pictures_are_taken_one_at_a_time(site, tmp_path, monkeypatch):
	path = tmp_path / "picture.png"
	path.write_bytes(bombs.make_png(1000, 1000, 8, bombs.RGB))
	run, running, most = subprocess.run, [], []

	def watch(*arguments, **keywords):
		running.append(1)
		most.append(len(running))
		try:
			return run(*arguments, **keywords)
		finally:
			running.pop()

	monkeypatch.setattr(subprocess, "run", watch)
	drawn = []
	threads = [threading.Thread(target=lambda: drawn.append(pictures.draw(path, 320))) for _ in range(6)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	assert len(drawn) == 6 and max(most) == 1


def test_a_photo_is_turned_and_lies_on_white(site, tmp_path):
	path = tmp_path / "picture"
	path.write_bytes(bombs.make_photo((800, 600)))
	with Image.open(io.BytesIO(pictures.draw(path, 320))) as small:
		assert small.size == (240, 320)
	path.write_bytes(bombs.save(Image.new("RGBA", (800, 600), (0, 0, 0, 0)), "PNG"))
	with Image.open(io.BytesIO(pictures.draw(path, 320))) as small:
		assert small.getpixel((10, 10)) == (255, 255, 255)
	path.write_bytes(bombs.save(Image.new("I;16", (800, 600), 0x8000), "PNG"))
	with Image.open(io.BytesIO(pictures.draw(path, 320))) as small:
		assert abs(small.getpixel((10, 10))[0] - 128) < 3


def test_what_a_camera_wrote_is_removed_and_the_pixels_stay(site):
	for options in ({}, {"progressive": True}, {"subsampling": 0}):
		photo = bombs.make_photo((800, 600), comment=b"at home", icc_profile=b"profile", **options)
		clean = jpeg.without_metadata(photo + b"a film behind it", 6)
		assert not any(text in clean for text in (b"maker", b"at home", b"film")) and b"profile" in clean
		with Image.open(io.BytesIO(photo)) as before, Image.open(io.BytesIO(clean)) as after:
			assert before.tobytes() == after.tobytes()
			assert dict(after.getexif()) == {0x0112: 6}
		assert jpeg.without_metadata(clean, 6) == clean
	for broken in (
		b"",
		b"\xff\xd8",
		b"\xff\xd8\xff",
		b"\xff\xd8\xff\xe1",
		b"\xff\xd8\xff\xe1\x00\x00",
		b"\xff\xd8xyz",
	):
		try:
			jpeg.without_metadata(broken)
		except ValueError:
			pass  # no other error: an upload of it is refused


# On the portal


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer)


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def attach(invoice, name, content):
	"""A file that staff send; the address of its thumbnail's File."""
	file = frappe.get_doc(
		{"doctype": "File", "file_name": name, "content": content, "is_private": 1}
	).insert()
	desk.reply("Sales Invoice", invoice.name, f"See {name}", [file.name])
	return file


def test_where_none_can_be_drawn_the_page_shows_a_file(visitor, invoice):
	content = bombs.make_png(30_000, 30_000, 1, bombs.GREY)
	attach(invoice, f"{frappe.generate_hash(length=6)}.png", content)
	page = visitor.get(f"/portal/invoices/{invoice.name}").text
	(thumbnail,), (download,) = THUMBNAIL.findall(page), ATTACHMENT.findall(page)
	for _again in range(2):
		response = visitor.get(thumbnail)
		assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
		assert "sandbox" in response.headers["Content-Security-Policy"]
	assert visitor.get(download).data == content


def test_while_another_is_drawn_the_page_shows_a_file_and_later_the_picture(visitor, invoice, monkeypatch):
	attach(
		invoice,
		f"{frappe.generate_hash(length=6)}.png",
		bombs.save(bombs.make_busy("RGB", (400, 300)), "PNG"),
	)
	(thumbnail,) = THUMBNAIL.findall(visitor.get(f"/portal/invoices/{invoice.name}").text)
	monkeypatch.setattr(pictures, "WAIT_SECONDS", 0.01)
	with pictures.one_at_a_time():
		assert visitor.get(thumbnail).mimetype == "image/svg+xml"
	assert visitor.get(thumbnail).mimetype == "image/jpeg"


def read_status(name):
	with open("/proc/self/status") as lines:
		return next(int(line.split()[1]) for line in lines if line.startswith(name))


def test_a_photo_that_is_sent_takes_little_and_keeps_no_place(visitor, invoice):
	photo = bombs.make_photo((4000, 3000))
	assert frappe.get_system_settings("strip_exif_metadata_from_uploaded_images")
	fields = hidden_fields(visitor.get(f"/portal/invoices/{invoice.name}").text)
	data = {**fields, "message": "A photo", "name": "Ann", "files": [(io.BytesIO(photo), "photo.jpg")]}
	with open("/proc/self/clear_refs", "w") as file:
		file.write("5")  # what this process took at most is counted anew
	before = read_status("VmRSS")
	path = f"/portal/write/invoices/{invoice.name}"
	assert visitor.post(path, data=data, content_type="multipart/form-data").status_code == 303
	assert read_status("VmHWM") - before < MOST_MEGABYTES * 1024
	page = visitor.get(f"/portal/invoices/{invoice.name}").text
	kept = visitor.get(ATTACHMENT.findall(page)[-1]).data
	assert b"A maker of phones" not in kept
	with Image.open(io.BytesIO(kept)) as image, Image.open(io.BytesIO(photo)) as sent:
		assert dict(image.getexif()) == {0x0112: 6} and image.size == (4000, 3000)
		assert image.tobytes() == sent.tobytes()
	with Image.open(io.BytesIO(visitor.get(THUMBNAIL.findall(page)[-1]).data)) as small:
		assert small.size == (240, 320)
	# Frappe's own setting is as it was
	assert frappe.get_system_settings("strip_exif_metadata_from_uploaded_images")


def test_a_signature_that_unpacks_is_refused(site):
	from customer_portal_ext.exceptions import InvalidInput
	from customer_portal_ext.quotes import signature

	for bomb in (
		bombs.make_png(2400, 2400, 8, bombs.RGBA),
		bombs.make_png(300, 100, 8, bombs.RGBA, texts=20),
	):
		with pytest.raises(InvalidInput):
			signature.read_drawing(answers.to_data_url(bomb))
	good = answers.to_data_url(answers.make_png(size=(900, 300)))
	assert signature.read_drawing(good).startswith(b"\x89PNG")


def test_only_the_program_decodes_pictures(site):
	"""Whoever opens a picture from outside in the site's own process is named here, with its bound."""
	from pathlib import Path

	app = Path(attachments.__file__).parents[1]
	opening = {str(path.relative_to(app)) for path in app.rglob("*.py") if "Image.open(" in path.read_text()}
	assert opening == {"base/drawing.py", "quotes/signature.py"}


def test_a_photo_that_frappe_keeps_takes_little(http):
	"""Frappe's own upload, as the forms of ERPNext's website send it."""
	from tests.factories.users import PASSWORD, make_user

	client = http.sign_in_for_rest(make_user("Customer"), PASSWORD)
	photo = bombs.make_photo((4000, 3000))
	data = {"is_private": "1", "optimize": "true", "file": (io.BytesIO(photo), "photo.jpg")}
	with open("/proc/self/clear_refs", "w") as file:
		file.write("5")
	before = read_status("VmRSS")
	sent = client.write("POST", "/api/method/upload_file", data=data, content_type="multipart/form-data")
	assert sent.status_code == 200, sent.text
	assert read_status("VmHWM") - before < MOST_MEGABYTES * 1024
	kept = client.get(sent.json["message"]["file_url"]).data
	assert b"A maker of phones" not in kept
	with Image.open(io.BytesIO(kept)) as image, Image.open(io.BytesIO(photo)) as was:
		assert dict(image.getexif()) == {0x0112: 6} and image.tobytes() == was.tobytes()
	data = {"is_private": "1", "file": (io.BytesIO(b"no picture"), "photo.jpg")}
	sent = client.write("POST", "/api/method/upload_file", data=data, content_type="multipart/form-data")
	assert sent.status_code == 417 and "cannot be read" in sent.text
