"""Texts that make a careless reader of HTML read files or open connections; and what tells that one did."""

import contextlib
import io
import json
import socket
import threading
from email import message_from_string
from email.policy import default
from pathlib import Path

import frappe
from PIL import Image
from pypdf import PdfReader

WORD = "QUXMARKERWORD"
COLOUR = (13, 201, 77)
TEXTS = frozenset(
	"""Attach;Attach Image;Code;Data;HTML Editor;Long Text;Markdown Editor;Read Only;Signature;Small Text;Text;Text Editor""".split(
		";"
	)
)
# What the system reads as something else than a text: JSON, keys, and addresses an e-mail goes to.
KEPT = frozenset(
	"""abbr answer_key content_digest email email_id captured_currency fee_currency form_key item_wise_tax_detail language
	lft rgt old_parent parent_type pricing_rules visit against_account fiscal_year""".split()
)


class Listener:
	"""Sockets of one port on both loopback addresses. ``heard`` is what connected, with the first bytes it sent."""

	def __enter__(self):
		self.heard: list[bytes] = []
		self.sockets = [socket.create_server(("127.0.0.1", 0))]
		self.port = self.sockets[0].getsockname()[1]
		with contextlib.suppress(OSError):  # a machine without IPv6 cannot be reached by it either
			self.sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
		for listening in self.sockets:
			threading.Thread(target=self.listen, args=(listening,), daemon=True).start()
		return self

	def __exit__(self, *_arguments):
		for listening in self.sockets:
			listening.close()

	def listen(self, listening):
		with contextlib.suppress(OSError):
			while True:
				connection, _address = listening.accept()
				connection.settimeout(1)
				self.heard.append(b"")
				with connection, contextlib.suppress(OSError):
					self.heard[-1] = connection.recv(200)
					connection.sendall(b"HTTP/1.0 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n")


class Trap:
	"""Marker files outside the site, links to them among the public files, and the texts that would bring them in."""

	def __init__(self, folder: Path, port: int):
		self.folder, self.port = folder, port
		picture = io.BytesIO()
		Image.new("RGB", (48, 48), COLOUR).save(picture, "PNG")
		drawing = (
			f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="9">{WORD}</text></svg>'
		)
		contents = {
			"m.png": picture.getvalue(),
			"m.svg": drawing.encode(),
			"m.txt": WORD.encode(),
			"m.css": f'body::before, p::before {{ content: "{WORD}" }}'.encode(),
			"m.html": f"<p>{WORD}</p>".encode(),
		}
		for name, content in contents.items():
			(folder / name).write_bytes(content)
		self.public = Path(frappe.get_site_path("public", "files")).resolve()
		self.made = [self.public / f"trap-{name}" for name in contents] + [
			self.public / "trap.svg",
			self.public / "trap-as.png",
		]
		for name in contents:
			(self.public / f"trap-{name}").symlink_to(folder / name)
		(self.public / "trap.svg").write_text(
			'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90">'
			f'<image width="9" height="9" xlink:href="http://127.0.0.1:{port}/svg-file"/>'
			f'<image width="48" height="48" xlink:href="file://{folder}/m.png"/>'
			f'<style>@import "http://127.0.0.1:{port}/svg-import"; text{{fill:url(http://127.0.0.1:{port}/fill)}}</style>'
			f'<script href="http://127.0.0.1:{port}/s.js"/><text y="9">drawn</text></svg>'
		)
		(self.public / "trap-as.png").write_text(f"<p>{WORD}</p>")

	def close(self):
		for path in self.made:
			path.unlink(missing_ok=True)

	@property
	def addresses(self) -> list[str]:
		"""Each names a marker file or the listener."""
		folder, port = self.folder, self.port
		up = "../" * 12
		files = [
			f"{folder}/m.png",
			f"/files/{folder}/m.png",
			f"/files/{up}{folder}/m.png",
			f"/files/{'%2e%2e%2f' * 12}{str(folder).replace('/', '%2f')}%2fm.png",
			f"/files/%2f{str(folder)[1:]}/m.png",
			f"/assets/{up}{folder}/m.png",
			f"/private/files/{up}{folder}/m.png",
			f"/assets/frappe/{up}{folder}/m.txt",
			f"/files/{folder}/m.png%00.png",
			f"{up}{folder}/m.png",
			f"{up}{folder}/m.txt",
			f"{up}{folder}/m.html",
			*(f"/files/{path.name}" for path in self.made),
			f"file://{folder}/m.png",
			f"file://{folder}/m.html",
			f"file://localhost{folder}/m.svg",
			f"FILE:{folder}/m.css",
			f"data:text/html,<iframe src=file://{folder}/m.html></iframe>",
			f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1:{port}/d'/></svg>",
		]
		hosts = [
			"127.0.0.1",
			"localhost",
			"[::1]",
			"2130706433",
			"0x7f000001",
			"0177.0.0.1",
			"127.1",
			"[::ffff:127.0.0.1]",
		]
		return (
			files
			+ [f"http://{host}:{port}/h" for host in hosts]
			+ [f"//127.0.0.1:{port}/r", f"https://127.0.0.1:{port}/t", f"ftp://127.0.0.1:{port}/f"]
		)

	@property
	def elements(self) -> list[str]:
		"""The elements that load, with each kind of address."""
		folder, port = self.folder, self.port
		near, far = f"file://{folder}/m", f"http://127.0.0.1:{port}/e"
		return [
			f'<link rel="stylesheet" href="/files/trap-m.css"><link rel=stylesheet href="{near}.css"><link rel="stylesheet" href="{far}">',
			f'<link rel="stylesheet" href="{folder}/m.css"><link rel="stylesheet" href="{"../" * 12}{folder}/m.css">',
			f'<style>@import "{far}"; @import url({near}.css); p {{ background: url({far}) }} @font-face {{ font-family: x; src: url({far}) }}</style>',
			f"<style>p {{ background: \\75rl({far}); content: url('/files/trap-m.png'); list-style: image-set('{far}' 1x) }}</style>",
			f'<p style="background:url({far})">a</p><p style="background:\\75 rl(\'{near}.png\');background-image:u\\72l({far})">b</p>',
			f'<table background="{far}"><tr><td background="/files/trap-m.png">c</td></tr></table>',
			f'<img src="x" srcset="{far} 1x, /files/trap-m.png 2x"><picture><source srcset="{far}"><img src="{far}"></picture>',
			f'<iframe src="{near}.html"></iframe><iframe src="{far}"></iframe><iframe srcdoc="<img src=\'{far}\'>"></iframe>',
			f'<object data="{near}.html"></object><object data="{far}"><img src="{far}"></object><embed src="{near}.svg"><embed src="{far}">',
			f'<svg><image xlink:href="{far}" width="9" height="9"/><image href="/files/trap-m.png" width="48" height="48"/><use href="{far}#a"/>'
			f'<foreignObject><iframe src="{near}.html"></iframe></foreignObject><style>@import "{far}";</style></svg>',
			f'<video src="{far}" poster="{far}"></video><audio src="{far}"></audio><input type="image" src="{far}">',
			f'<meta http-equiv="refresh" content="0;url={far}"><meta name="pdfkit-enable-local-file-access" content="">',
			f'<meta name="pdfkit-cover" content="{near}.html"><base href="{far}"><img src="after-base.png">',
			f'<img embed="{folder}/m.png"><img embed="{"../" * 12}{folder}/m.txt">',
			f"embed='{'../' * 12}{folder}/m.txt' em\x01bed='{'../' * 12}{folder}/m.html'",
			f'</title></style></textarea></script>--><img src="{far}"><script src="{far}"></script><script>new Image().src="{far}"</script>',
			f'<form action="{far}"><button formaction="{far}">x</button></form><body background="{far}"><frameset><frame src="{far}"></frameset>',
			f'<div id="header-html"><img src="{far}">h</div><div id="footer-html"><iframe src="{near}.html"></iframe>f</div>',
			f"<!-- markdown -->![x]({far}) ![y](/files/trap-m.png)",
			f'<p style="-moz-binding:url({far});behavior:url({far});background:image({far})">d</p>',
		]

	@property
	def text(self) -> str:
		"""All of them in one text."""
		images = "".join(f'<img src="{address}">' for address in self.addresses)
		return f"SEEN {images} {' '.join(self.elements)} <p>END</p>"

	def get_short(self, number: int, longest: int) -> str:
		"""One that fits where little does; another for each ``number``."""
		elements = [f'<img src="{address}">' for address in self.addresses] + [
			f'<iframe src="http://127.0.0.1:{self.port}/i"></iframe>',
			f'<link rel=stylesheet href="http://[::1]:{self.port}/l">',
			f"<style>@import '//127.0.0.1:{self.port}/s'</style>",
			f"embed='{'../' * 12}{self.folder}/m.txt'",
			f"</title><link rel=stylesheet href={self.folder}/m.css>",
			f'"><svg/onload=1><image href=http://127.0.0.1:{self.port}/o>',
			f"{self.folder}/m.png",
			"/files/trap-m.png",
		]
		fitting = [element for element in elements if len(element) <= longest] or [""]
		return fitting[number % len(fitting)]


def plant(trap: Trap, document, is_everywhere: bool = True) -> dict:
	"""Write the trap's texts into every text field of a document and its rows, past all validation; what was there before."""
	before = {}
	for row in (document, *document.get_all_children()):
		values = {}
		for number, field in enumerate(row.meta.get("fields", {"fieldtype": ["in", list(TEXTS)]})):
			if field.fieldname in KEPT or field.get("is_virtual") or field.fieldname == row.meta.autoname:
				continue
			values[field.fieldname] = get_text(trap, row, field, number)
		if values:
			before[(row.doctype, row.name)] = {name: row.get(name) for name in values}
			frappe.db.set_value(row.doctype, row.name, values, update_modified=False)
	return before


def get_text(trap: Trap, row, field, number: int) -> str:
	if field.fieldname == "signed_content":
		return json.dumps(fill(json.loads(row.signed_content), trap))
	if field.fieldtype in ("Data", "Read Only"):
		return trap.get_short(number, field.length or 140)
	if field.fieldtype in ("Attach", "Attach Image", "Signature"):
		return trap.addresses[number % len(trap.addresses)]
	return trap.text


def fill(content, trap: Trap):
	"""Signed content whose names and descriptions are the trap's."""
	if isinstance(content, list):
		return [fill(value, trap) for value in content]
	if isinstance(content, dict):
		return {
			key: trap.text
			if key in ("name", "item", "company", "unit") and isinstance(value, str)
			else fill(value, trap)
			for key, value in content.items()
		}
	return content


def put_back(before: dict) -> None:
	for (doctype, name), values in before.items():
		frappe.db.set_value(doctype, name, values, update_modified=False)


def read_pdf(content: bytes) -> str:
	"""The text of a PDF, which is checked for the markers first: as text, in its streams, and in its pictures."""
	assert content.startswith(b"%PDF")
	reader = PdfReader(io.BytesIO(content))
	text = "\n".join(page.extract_text() for page in reader.pages)
	assert WORD not in "".join(text.split())
	for page in reader.pages:
		for image in page.images:
			assert_no_marker_colour(image.data)
	return text


def assert_no_marker_colour(data: bytes) -> None:
	picture = Image.open(io.BytesIO(data)).convert("RGB")
	for _count, pixel in picture.getcolors(picture.width * picture.height):
		assert any(abs(one - other) > 12 for one, other in zip(pixel, COLOUR, strict=True)), (
			"the marker's picture"
		)


def read_mail(message: str) -> str:
	"""The texts of a queued e-mail, all of whose parts are checked for the markers and for files embedded."""
	texts = []
	for part in message_from_string(message, policy=default).walk():
		if part.is_multipart():
			continue
		content = part.get_payload(decode=True) or b""
		assert WORD.encode() not in content and not part.get("Content-ID"), part.get_content_type()
		if content.startswith(b"%PDF"):
			read_pdf(content)
		elif part.get_content_maintype() == "image":
			assert_no_marker_colour(content)
		elif part.get_content_maintype() == "text":
			texts.append(content.decode(errors="replace"))
	return "\n".join(texts)
