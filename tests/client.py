"""A visitor's browser without a screen, over the real WSGI application."""

import contextvars
import html
import re
from urllib.parse import urlsplit

INPUT = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
KEY = re.compile(r'(?<=name="portal_key" value=")[^"]*')
ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Client:
	"""``get`` and ``post`` as werkzeug's test client has them; each answers with its TestResponse.

	Frappe keeps the request's state in context variables. Each request runs in an empty context and closes its own
	database connection, as in a web worker, so the test's own connection and user stay as they are.
	"""

	def __init__(self, site: str, address: str = "127.0.0.1"):
		import frappe.app
		import werkzeug.test

		self.site = site
		self.address = address
		self.browser = werkzeug.test.Client(frappe.app.application)

	def get(self, path: str, **keywords):
		return self.open(path, method="GET", **keywords)

	def post(self, path: str, data=None, **keywords):
		return self.open(path, method="POST", data=data, **keywords)

	def open(self, path: str, **keywords):
		"""One request. ``path`` may be a whole address of the site; ``follow_redirects=True`` goes on to the end."""
		commit_test_data()
		keywords.setdefault("base_url", f"http://{self.site}")
		keywords.setdefault("environ_overrides", {}).setdefault("REMOTE_ADDR", self.address)
		return contextvars.Context().run(self.browser.open, path_of(path), buffered=True, **keywords)

	def open_link(self, link: str):
		"""Enter by a portal link and go where it leads: the response of the page one lands on."""
		return self.get(link, follow_redirects=True)

	def submit(self, page: str, action: str, data=None, **keywords):
		"""Post to ``action`` with the hidden fields (the CSRF token among them) of the page that holds the form."""
		return self.post(action, data={**hidden_fields(self.get(page).text), **(data or {})}, **keywords)

	def sign_in(self, user: str, password: str):
		"""Sign in as an ordinary Frappe user."""
		response = self.post("/api/method/login", data={"usr": user, "pwd": password})
		assert response.status_code == 200, response.text
		return response

	def sign_in_for_rest(self, user: str, password: str):
		"""Sign in as ``self.user`` and look at a page, where a website user's session gets Frappe's own CSRF token."""
		self.user = user
		self.sign_in(user, password)
		self.get("/portal")
		return self

	def get_csrf_token(self) -> str:
		"""Frappe's, in the user's session, as Desk's own pages carry it. Website users' sessions may have none."""
		import frappe

		commit_test_data()
		sid = self.cookie("sid")
		data = (sid and frappe.cache.hget("session", sid)) or {}
		return (data.get("data") or {}).get("csrf_token") or "none"

	def write(self, method: str, path: str, **keywords):
		"""A request of a script on one of Frappe's pages, which sends its token along."""
		return self.open(
			path, method=method, headers={"X-Frappe-CSRF-Token": self.get_csrf_token()}, **keywords
		)

	def call(self, method: str, **values):
		"""Call a whitelisted method."""
		return self.write("POST", f"/api/method/{method}", data=values)

	def fill_in(self, web_form: str, **values):
		"""Send one of Frappe's web forms."""
		import frappe

		accept = "frappe.website.doctype.web_form.web_form.accept"
		return self.call(accept, web_form=web_form, data=frappe.as_json(values))

	def cookie(self, name: str) -> str | None:
		found = self.browser.get_cookie(name, domain=self.site)
		return found.value if found else None

	def forget_cookies(self):
		self.browser._cookies.clear()


def path_of(address: str) -> str:
	parts = urlsplit(address)
	if not parts.netloc:
		return address
	return parts.path + (f"?{parts.query}" if parts.query else "")


def commit_test_data():
	"""A request reads over its own connection. Committing also ends the test's snapshot of the database."""
	import frappe

	if getattr(frappe.local, "db", None):
		frappe.db.commit()


def without_key(page: str) -> str:
	"""A page without the key of its forms, which is another one each time it is shown."""
	return KEY.sub("", page)


def hidden_fields(page: str) -> dict[str, str]:
	"""Name and value of every hidden input of a page."""
	fields = {}
	for tag in INPUT.findall(page):
		attributes = {
			name.lower(): html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(tag)
		}
		if attributes.get("type") == "hidden" and "name" in attributes:
			fields[attributes["name"]] = attributes.get("value", "")
	return fields
