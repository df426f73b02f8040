"""Pictures that came from outside: what they are, and small ones drawn of them, in a process of their own (base/drawing.py).

One picture at a time: whoever asks for another meanwhile waits for a few seconds, and then does without. Pure: no Frappe.
"""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(__file__).with_name("drawing.py")
WAIT_SECONDS = 5
# beyond the processor's time that the program gives itself: a machine under load
LONGEST_SECONDS = 20
# What a maker of PDFs or a browser decodes whole. Kinds that the program does not know are small by their bytes.
MOST_PIXELS = 12_000_000
LOOKED_AT = frozenset(("image/jpeg", "image/png", "image/gif", "image/webp"))
MOST_KNOWN = 500

_turn = threading.Lock()
_known: dict[bytes, bool] = {}


class Unreadable(Exception):
	"""No picture, a damaged one, or one that takes more than it is worth."""


class Busy(Exception):
	"""Another picture has been drawn for longer than anybody waits, or the machine has no time for one."""


@dataclass(frozen=True)
class Picture:
	"""``orientation``: how EXIF says that it is turned, 1 to 8."""

	width: int
	height: int
	orientation: int


def look(content: bytes) -> Picture:
	"""What the head of a JPEG, PNG, GIF or WebP says; nothing is decoded. Raises Unreadable or Busy."""
	said = json.loads(_run("look", 0, input=content))
	return Picture(*said["size"], said["orientation"])


def is_bearable(mimetype: str, content: bytes) -> bool:
	"""Whether a picture may be decoded whole in this process; each is looked at once. No, too, while nobody can look."""
	if mimetype not in LOOKED_AT:
		return True
	digest = hashlib.sha256(content).digest()
	if digest not in _known:
		try:
			picture = look(content)
		except Busy:
			return False
		except Unreadable:
			picture = None
		if len(_known) >= MOST_KNOWN:
			_known.clear()
		_known[digest] = picture is not None and picture.width * picture.height <= MOST_PIXELS
	return _known[digest]


def draw(path: Path, side: int) -> bytes:
	"""A JPEG at most ``side`` pixels wide and high, made anew from the pixels. Raises Unreadable or Busy."""
	with path.open("rb") as stream:
		return _run("draw", side, stdin=stream)


@contextmanager
def one_at_a_time() -> Iterator[None]:
	"""A picture's turn in this process; whoever decodes one takes it. Raises Busy."""
	if not _turn.acquire(timeout=WAIT_SECONDS):
		raise Busy
	try:
		yield
	finally:
		_turn.release()


def _run(action: str, side: int, **given) -> bytes:
	try:
		with one_at_a_time():
			done = subprocess.run(
				[sys.executable, "-I", str(PROGRAM), action, str(side)],
				capture_output=True,
				timeout=LONGEST_SECONDS,
				# nothing of the site's: a picture that took the program over would find nothing there
				env={},
				check=False,
				**given,
			)
	except subprocess.TimeoutExpired:
		# the program's own time is bounded, so it was the machine's: another time it may do
		raise Busy from None
	if done.returncode or not done.stdout:
		raise Unreadable
	return done.stdout
