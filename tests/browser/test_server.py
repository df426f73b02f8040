"""The test site behind gunicorn, as Chromium finds it."""


def test_a_stranger_is_told_that_no_door_is_open(browser_page):
	response = browser_page.goto("/portal")
	assert response.status == 403
	assert browser_page.locator("h1").count() == 1


def test_our_style_sheet_is_served_and_nothing_comes_from_elsewhere(browser_page, server):
	asked = []
	browser_page.on("request", lambda request: asked.append(request.url))
	browser_page.goto("/portal", wait_until="networkidle")
	assert any(url.endswith(".css") or ".css?" in url for url in asked)
	assert all(url.startswith((server.url + "/", "data:")) for url in asked)
