"""The forms of a page, as a browser would send them."""

from html.parser import HTMLParser


class Forms(HTMLParser):
	"""Every form of a page: ``forms.get(action)`` is what the first one with this action sends when nothing is filled in."""

	def __init__(self, page: str):
		super().__init__()
		self.forms, self.fields, self.select, self.area = [], None, None, None
		self.feed(page)
		self.close()

	def get(self, action: str) -> dict[str, list[str]]:
		for known, fields in self.forms:
			if known == action:
				return {name: list(values) for name, values in fields.items()}
		raise AssertionError(f"No form for {action} among {[known for known, _fields in self.forms]}")

	def add(self, name: str | None, value: str | None) -> None:
		if self.fields is not None and name:
			self.fields.setdefault(name, []).append(value or "")

	def handle_starttag(self, tag, attributes):
		have = dict(attributes)
		if tag == "form":
			self.fields = {}
			self.forms.append((have.get("action"), self.fields))
		elif tag == "input" and have.get("type") not in ("submit", "button", "file"):
			if have.get("type") not in ("checkbox", "radio") or "checked" in have:
				self.add(have.get("name"), have.get("value"))
		elif tag == "select":
			self.select = [have.get("name"), None]
		elif tag == "option" and self.select and (self.select[1] is None or "selected" in have):
			self.select[1] = have.get("value")
		elif tag == "textarea":
			self.area = [have.get("name"), ""]

	def handle_data(self, data):
		if self.area:
			self.area[1] += data

	def handle_endtag(self, tag):
		if tag == "form":
			self.fields = None
		elif tag == "select" and self.select:
			self.add(*self.select)
			self.select = None
		elif tag == "textarea" and self.area:
			self.add(*self.area)
			self.area = None


def read_form(client, page: str, action: str, values: dict | None = None) -> dict:
	"""What the form with this action on this page sends, with ``values`` filled in."""
	response = client.get(page)
	return {**Forms(response.text).get(action), **(values or {})}
