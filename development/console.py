"""What the command says while it works: short lines on standard error, so that standard output stays clean."""

import sys
import time
import unicodedata
from contextlib import contextmanager

REPORT_EVERY = 5  # seconds


class Stop(Exception):
	"""The command cannot go on; its message is one line for the person who typed it."""


def say(text: str = "") -> None:
	print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str):
	"""Announce a long step, let it report through the yielded function, and say how long it took."""
	say(f"· {title} …")
	started = time.monotonic()
	shown = 0.0

	def report(text: str) -> None:
		nonlocal shown
		if time.monotonic() - shown >= REPORT_EVERY:
			shown = time.monotonic()
			say(f"    {text}")

	yield report
	say(f"  {title}: done in {time.monotonic() - started:.1f} s")


def format_table(rows: list[list[str]], heading: list[str]) -> str:
	"""Columns as wide as their widest cell, the heading underlined."""
	cells = [heading, *rows]
	widths = [max(get_width(row[column]) for row in cells) for column in range(len(heading))]
	lines = ["  ".join(map(pad, row, widths)) for row in cells]
	lines.insert(1, "  ".join("─" * width for width in widths))
	return "\n".join(line.rstrip() for line in lines)


def pad(text: str, width: int) -> str:
	return text + " " * (width - get_width(text))


def get_width(text: str) -> int:
	"""Columns of a terminal: Chinese and Japanese characters take two."""
	return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
