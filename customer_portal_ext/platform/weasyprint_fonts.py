"""WeasyPrint's fonts, whose folder is removed when they are done with."""

from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree

from weasyprint.text.fonts import FontConfiguration


@contextmanager
def font_configuration() -> Iterator[FontConfiguration]:
	"""For one document, from its layout until it is written.

	WeasyPrint makes a folder in the system's temporary one for each document and removes it when Python collects the object
	(weasyprint/text/fonts.py): after a while, or, in a process that ends first, never.
	"""
	configuration = FontConfiguration()
	try:
		yield configuration
	finally:
		rmtree(configuration._folder, ignore_errors=True)
