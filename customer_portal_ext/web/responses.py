"""What a page may answer with besides HTML."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True)
class Redirect:
	"""303 to a path of this portal (made by web.urls), with cookies to set: name -> (value, age limit in seconds; 0 deletes)."""

	location: str
	cookies: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Download:
	"""A file to save. ``content`` is bytes, or an iterable of bytes for a large one."""

	filename: str
	mimetype: str
	content: bytes | Iterable[bytes]
	# shown in the browser instead of saved: only for what cannot run there, such as a checked image
	is_inline: bool = False


@dataclass(frozen=True)
class Page:
	"""A page that answers a form: with what was typed, and what was wrong with it."""

	template: str
	values: dict
	status: int = 400
	# it says that the form's work is done, and does so again where the same form is sent again
	is_done: bool = False


@dataclass(frozen=True)
class Picture:
	"""The company's logo, which holds nothing of a customer's; ``lasts`` where its address changes with it, so that it may be kept."""

	mimetype: str
	content: bytes
	lasts: bool


@dataclass(frozen=True)
class Data:
	"""A small JSON answer for portal.js, or for a machine that calls."""

	values: dict
	status: int = 200


@dataclass(frozen=True)
class StyleSheet:
	"""The accent colour's custom properties, which hold nothing of a customer's and may be cached."""

	text: str


def content_disposition(filename: str, is_inline: bool = False) -> str:
	"""The header for saving (or showing) as ``filename``: plain ASCII for old clients, UTF-8 for the rest (RFC 6266)."""
	clean = "".join(
		"-" if character in '/\\"' or not character.isprintable() else character for character in filename
	)
	fallback = clean.encode("ascii", "replace").decode().replace("?", "_")
	kind = "inline" if is_inline else "attachment"
	return f"{kind}; filename=\"{fallback}\"; filename*=UTF-8''{quote(clean)}"
