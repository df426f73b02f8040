"""wkhtmltopdf, cut off: without cookies, scripts, local files and network, for a limited time.

What it is given needs nothing (documents/pdf_assets.py); this holds whatever was overlooked there.
"""

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import frappe
import pdfkit
from frappe.utils import pdf as frappe_pdf
from frappe.utils.jinja_globals import bundled_asset

# Nobody answers there. Qt sends every request to its proxy, whatever its scheme, and for names asks no resolver.
NO_NETWORK = "http://127.0.0.1:9"
PARTS = ("header-html", "footer-html")


def repeats_headers() -> bool:
	"""Whether this build repeats headers and footers on each page; Debian's does not."""
	return bool(frappe_pdf.is_wkhtmltopdf_valid())


@contextmanager
def prepared(html: str):
	"""Inside the ``with``: the page without the header and footer that the tool repeats, and the tool's options, with the page
	size and margins of the site's Print Settings and of the page's own style. The files of both are removed afterwards."""
	# Not empty: Frappe would fill a dict of its own, and its files would be nobody's if it failed later
	options = {"quiet": None}
	try:
		# Frappe's own reading of a page, whose files it puts into a folder that everybody can read
		html, options = frappe_pdf.prepare_options(html, options)
		if cookies := options.pop("cookie-jar", None):
			os.remove(cookies)
		with tempfile.TemporaryDirectory(prefix="portal-print-") as folder:
			for part in PARTS:
				if path := options.get(part):
					moved = Path(folder, f"{part}.html")
					moved.write_text(without_bundle(Path(path).read_text()))
					os.remove(path)
					options[part] = str(moved)
			yield html, options
	finally:
		frappe_pdf.cleanup(options)


def without_bundle(html: str) -> str:
	"""A header or footer without the style sheet that Frappe writes into footers as it is, fonts' addresses included."""
	path = os.path.join(frappe.local.sites_path, bundled_asset("print.bundle.css").lstrip("/"))
	return html.replace(frappe.read_file(path) or "\0", "")


def run(html: str, options: dict, time_limit: float) -> bytes:
	"""The PDF of a page that needs nothing else.

	:raises RuntimeError: it made no file; the message holds what it said.
	:raises subprocess.TimeoutExpired: it took longer than ``time_limit`` seconds and was ended.
	"""
	options = {
		**options,
		"disable-javascript": "",
		"disable-local-file-access": "",
		"disable-plugins": "",
		"proxy": NO_NETWORK,
	}
	if repeats_headers():
		options["disable-smart-shrinking"] = ""
	# pdfkit takes options out of a page's meta elements, so that it is given an empty page
	command = pdfkit.PDFKit(" ", "string", options=options).command()
	made = (
		subprocess.run(  # the command is pdfkit's own list of options; the document goes in by standard input
			command, input=html.encode(), capture_output=True, timeout=time_limit, check=False
		)
	)
	# an image that could not be read makes the exit code 1, with a good file all the same
	if not made.stdout.startswith(b"%PDF"):
		raise RuntimeError(made.stderr.decode(errors="replace")[-2000:] or f"wkhtmltopdf: {made.returncode}")
	return made.stdout
