"""The scheduler's part: post what is captured, and tell who was not told."""


def run() -> None:
	"""Scheduled every few minutes."""
