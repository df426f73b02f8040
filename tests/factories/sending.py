"""One browser that sends a form many times at the same moment."""

import contextvars
import io
import threading

import frappe

from tests.client import Client


def send(client: Client, path: str, fields: dict):
	"""A POST that leaves the test's own connection alone. A field that is (name, bytes) is a file."""
	data = {
		name: (io.BytesIO(value[1]), value[0]) if isinstance(value, tuple) else value
		for name, value in fields.items()
	}
	return contextvars.Context().run(
		client.browser.open,
		path,
		method="POST",
		data=data,
		buffered=True,
		base_url=f"http://{client.site}",
		environ_overrides={"REMOTE_ADDR": client.address},
	)


def copy(client: Client) -> Client:
	"""Another window of the same browser, as it is now."""
	window = Client(client.site, client.address)
	window.browser._cookies.update(client.browser._cookies)
	return window


def send_at_once(client: Client, path: str, forms: list[dict]) -> list:
	"""The responses to these forms, sent from as many windows that start together."""
	frappe.db.commit()
	windows = [copy(client) for _form in forms]
	gate, responses = threading.Barrier(len(forms)), [None] * len(forms)

	def run(place):
		gate.wait()
		responses[place] = send(windows[place], path, forms[place])

	threads = [threading.Thread(target=run, args=(place,)) for place in range(len(forms))]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	frappe.db.rollback()
	return responses
