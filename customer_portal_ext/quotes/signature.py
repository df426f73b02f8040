"""A signature: drawn, or the typed name of who cannot or would rather not draw."""

import base64
import binascii
import hashlib
import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from customer_portal_ext.base import pictures
from customer_portal_ext.exceptions import InvalidInput, TooManyAttempts
from customer_portal_ext.quotes import limits
from customer_portal_ext.quotes.fields import read_line
from customer_portal_ext.web.words import _

PREFIX = "data:image/png;base64,"
PACKED = (b"zTXt", b"iTXt")
DRAWING = "Drawing"
TYPED_NAME = "Typed Name"


@dataclass(frozen=True)
class Signature:
	"""``image`` is a PNG that this server wrote anew, for a drawing; ``text`` the name, where it was typed."""

	kind: str
	image: bytes | None = None
	text: str = ""

	@property
	def data_url(self) -> str | None:
		return PREFIX + base64.b64encode(self.image).decode() if self.image else None

	@property
	def digest(self) -> str:
		"""SHA-256 of the PNG, or of the typed name as UTF-8, in hex."""
		return hashlib.sha256(self.image or self.text.encode()).hexdigest()


def read(drawn: str | None, typed: str | None, is_required: bool) -> Signature | None:
	"""The signature in a form; a drawing comes before a typed name. Raises InvalidInput for what is none."""
	if not is_required:
		return None
	if drawn:
		return Signature(DRAWING, image=read_drawing(drawn))
	name = read_line(typed, limits.LONGEST_NAME, "typed_signature", _("A name can have {0} characters."))
	if not name:
		raise InvalidInput(_("Sign in the box, or type your name below it."), "typed_signature")
	return Signature(TYPED_NAME, text=name)


def read_drawing(url: str) -> bytes:
	"""The PNG of a ``data:`` address, checked by its content and written anew: nothing but pixels survives."""
	unreadable = InvalidInput(
		_("The signature could not be read. Please sign again, or type your name."), "signature"
	)
	if not url.startswith(PREFIX):
		raise unreadable
	if len(url) > len(PREFIX) + limits.LARGEST_SIGNATURE_BYTES * 4 // 3 + 4:
		raise InvalidInput(
			_("The signature is too large. Please sign again, or type your name."), "signature"
		)
	try:
		content = base64.b64decode(url[len(PREFIX) :], validate=True)
		# A browser's drawing has no texts; each of these would be unpacked as the file is opened.
		if any(name in content for name in PACKED):
			raise unreadable
		image = Image.open(io.BytesIO(content), formats=("PNG",))
		# Frappe tells Pillow to make do with a file that breaks off; a signature has to be whole.
		if b"IEND" not in content:
			raise unreadable
		# The size stands in the file's head: what would unpack into a huge picture is never unpacked.
		if not all(
			limits.SMALLEST_SIGNATURE_SIDE <= side <= limits.LARGEST_SIGNATURE_SIDE for side in image.size
		):
			raise unreadable
		if image.width * image.height > limits.MOST_SIGNATURE_PIXELS:
			raise unreadable
		with pictures.one_at_a_time():
			return write_anew(image.convert("RGBA"))
	except pictures.Busy:
		raise TooManyAttempts from None
	except (binascii.Error, ValueError, OSError, SyntaxError, UnidentifiedImageError):
		raise unreadable from None


def write_anew(pixels: Image.Image) -> bytes:
	if not has_ink(pixels):
		raise InvalidInput(_("Sign in the box, or type your name below it."), "signature")
	written = io.BytesIO()
	pixels.save(written, "PNG", optimize=True)
	return written.getvalue()


def has_ink(pixels: Image.Image) -> bool:
	"""Whether something is drawn: pixels that can be seen, and not all of one colour."""
	on_white = Image.new("RGBA", pixels.size, "white")
	on_white.alpha_composite(pixels)
	darkest, lightest = on_white.convert("L").getextrema()
	return lightest - darkest > 32
