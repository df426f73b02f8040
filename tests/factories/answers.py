"""A customer who answers a quotation on the portal: the forms, filled in."""

import base64
import io
from urllib.parse import urlencode

from PIL import Image, ImageDraw

from tests.client import hidden_fields

SETTINGS = {"allow_quotation_acceptance": 1, "signature_required": 1, "order_created_as": "Draft"}
SIGNER = {"name": "Ann Buyer", "email": "ann@example.com", "typed_signature": "Ann Buyer"}


def make_png(size=(300, 100), ink: str | None = "black", file_format: str = "PNG") -> bytes:
	"""A picture with a stroke across it, or without one."""
	image = Image.new("RGBA", size, (0, 0, 0, 0))
	if ink:
		ImageDraw.Draw(image).line((10, 10, size[0] - 10, size[1] - 10), fill=ink, width=3)
	written = io.BytesIO()
	(image if file_format == "PNG" else image.convert("RGB")).save(written, file_format)
	return written.getvalue()


def to_data_url(content: bytes, kind: str = "image/png") -> str:
	return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def accept_path(name: str, /, **choices) -> str:
	query = urlencode({f"choice-{line}": taken for line, taken in choices.items()})
	return f"/portal/accept/{name}" + (f"?{query}" if query else "")


def accept(client, name: str, choices: dict | None = None, /, **values):
	"""Open the confirmation page and send its form: the response."""
	return client.submit(accept_path(name, **(choices or {})), f"/portal/accept/{name}", {**SIGNER, **values})


def get_filled_form(client, name: str, /, **values) -> dict:
	"""What the confirmation page's form would send."""
	return {**hidden_fields(client.get(accept_path(name)).text), **SIGNER, **values}


def decline(client, name: str, /, **values):
	path = f"/portal/decline/{name}"
	return client.submit(path, path, {"name": "Ann Buyer", "reason": "Too late for us.", **values})


def share(client, name: str, email: str, /, **values):
	path = f"/portal/share/{name}"
	return client.submit(path, path, {"email": email, **values})
