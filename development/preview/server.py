"""A small local server: the gallery, each state by its key, and the portal's own addresses by the recorded page."""

from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from jinja2 import Environment

from development.preview import rendering, samples, states

HERE = Path(__file__).parent
CHOICES = (
	("scheme", "Colours", (("", "as the system"), ("light", "light"), ("dark", "dark"))),
	(
		"language",
		"Language",
		(
			("", "as recorded"),
			("de", "German"),
			("fr", "French"),
			("es", "Spanish"),
			("zh", "Chinese"),
			("ja", "Japanese"),
			("ar", "Arabic"),
		),
	),
	(
		"accent",
		"Accent",
		(
			("", "the company's"),
			("ffcc00", "yellow"),
			("d6336c", "pink"),
			("000000", "black"),
			("0f766e", "teal"),
		),
	),
)
# What the site itself sends, but for the frames of the gallery.
CONTENT_SECURITY_POLICY = (
	"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'"
)
TYPES = {".css": "text/css", ".js": "text/javascript", ".html": "text/html", ".png": "image/png"}


class Pages:
	"""All samples: the recording and what is derived from it. Templates and style are read anew for each request."""

	def __init__(self):
		recorded = samples.read_all()
		self.all = recorded | states.derive(recorded)

	def by_path(self, path: str) -> samples.Sample | None:
		"""The recorded page of a portal address; of one never recorded, another page of the same kind."""
		found = [sample for sample in self.all.values() if sample.path and urlsplit(sample.path).path == path]
		if not found and path.count("/") > 2:
			start = path.rsplit("/", 1)[0] + "/"
			found = [sample for sample in self.all.values() if sample.path.startswith(start)]
		return found[0] if found else None

	def groups(self) -> list[tuple[str, list[samples.Sample]]]:
		grouped: dict[str, list[samples.Sample]] = {}
		for sample in self.all.values():
			grouped.setdefault(sample.group, []).append(sample)
		order = ["Overview", "Lists", "Documents", "Statement", "Languages"]
		names = sorted(grouped, key=lambda name: (order.index(name) if name in order else len(order), name))
		return [(name, grouped[name]) for name in names]


get_pages = lru_cache(maxsize=1)(Pages)


def gallery(pages: Pages, chosen: dict[str, str]) -> str:
	page = Environment(autoescape=True).from_string((HERE / "gallery.html").read_text(encoding="utf-8"))
	query = "&".join(f"{name}={value}" for name, value in chosen.items() if value)
	return page.render(
		groups=pages.groups(),
		recorded=pages.all["dashboard"].context["today"].isoformat(),
		choices=CHOICES,
		chosen=chosen,
		query=f"?{query}" if query else "",
	)


def get_choices(query: dict[str, str]) -> dict[str, str]:
	"""The gallery's three choices; a value it does not offer counts as none."""
	return {
		name: query[name] if query.get(name) in dict(options) else "" for name, _label, options in CHOICES
	}


def answer(path: str, query: dict[str, str]) -> tuple[int, str, str | bytes]:
	"""Status, type and content for an address."""
	chosen = get_choices(query)
	if path in ("/gallery.css", "/gallery.js"):
		return 200, TYPES[Path(path).suffix], (HERE / path[1:]).read_text(encoding="utf-8")
	if (
		path.startswith("/files/")
		and (logo := samples.FOLDER / Path(path).name).suffix == ".png"
		and logo.exists()
	):
		return 200, TYPES[".png"], logo.read_bytes()
	if path == "/assets/portal.css":
		return 200, "text/css", rendering.style_sheet("portal.css", chosen["scheme"])
	if path == "/assets/portal.js":
		return 200, "text/javascript", rendering.style_sheet("portal.js")
	pages = get_pages()
	if path == "/portal/theme.css":
		portal = pages.all["dashboard"].context["portal"]
		return 200, "text/css", rendering.theme(portal, chosen["accent"], chosen["scheme"])
	if path == "/":
		return 200, "text/html", gallery(pages, chosen)
	sample = (
		pages.all.get(path.removeprefix("/state/")) if path.startswith("/state/") else pages.by_path(path)
	)
	sample = sample or pages.all["error-not_found-inside"]
	return sample.status, "text/html", rendering.render(sample, **chosen)


class Handler(BaseHTTPRequestHandler):
	def do_GET(self):
		address = urlsplit(self.path)
		self.reply(*answer(unquote(address.path), dict(parse_qsl(address.query))))

	def do_POST(self):
		"""Forms do nothing here: back to the page they came from, or to the gallery."""
		self.send_response(303)
		self.send_header("Location", "/")
		self.end_headers()

	def reply(self, status: int, mimetype: str, content: str | bytes) -> None:
		body = content if isinstance(content, bytes) else content.encode()
		self.send_response(status)
		self.send_header(
			"Content-Type", mimetype if mimetype == "image/png" else f"{mimetype}; charset=utf-8"
		)
		self.send_header("Content-Length", str(len(body)))
		self.send_header("Cache-Control", "no-store")
		if mimetype == "text/html":
			self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
		self.end_headers()
		self.wfile.write(body)

	def log_message(self, *arguments):
		"""Quiet: the address of the gallery is all a reader needs."""


def make_server(port: int) -> ThreadingHTTPServer:
	"""A server on this machine alone; port 0 takes a free one."""
	return ThreadingHTTPServer(("127.0.0.1", port), Handler)
