"""The pictures of docs/screenshots, taken from the preview: ``python -m development.preview.screenshots``.

Needs playwright and Debian's Chromium, which ./portal test brings.
"""

import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from development.debian import find_browser
from development.preview.server import make_server

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PICTURES = (
	("portal", "dashboard", DESK, "light"),
	("portal-invoice", "invoice", DESK, "light"),
	("portal-transactions", "transactions", DESK, "light"),
	("portal-statement-dark", "statement", DESK, "dark"),
	("portal-phone", "dashboard", PHONE, "light"),
	("portal-phone-list-dark", "invoices", PHONE, "dark"),
	("portal-phone-arabic", "arabic", PHONE, "light"),
)


def main() -> None:
	FOLDER.mkdir(parents=True, exist_ok=True)
	server = make_server(0)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(
			executable_path=find_browser(), args=["--no-sandbox", "--disable-quic"]
		)
		for name, state, size, scheme in PICTURES:
			page = browser.new_page(viewport=size, color_scheme=scheme, device_scale_factor=1.5)
			page.goto(f"http://127.0.0.1:{server.server_port}/state/{state}")
			page.screenshot(path=FOLDER / f"{name}.png")
			page.close()
		browser.close()
	server.shutdown()


if __name__ == "__main__":
	main()
