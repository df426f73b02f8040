"""The hosted page of a Checkout Session, as far as a browser test needs one: a button for each way it can go."""

import html
from urllib.parse import parse_qs


class HostedPage:
	"""Part of the double's request handler."""

	def show_hosted_page(self, method: str, name: str, body: str) -> None:
		account = next((a for a in self.stripe.accounts.values() if name in a.sessions), None)
		if account is None:
			return self.send(404, b"No such page", "text/plain", {})
		session = account.get_session(name)
		action = parse_qs(body).get("action", [""])[0]
		if method == "POST" and action == "cancel":
			return self.redirect(session["cancel_url"])
		if method == "POST" and session["status"] == "open":
			if action == "decline":
				account.decline(name)
			else:
				account.pay(name, action)
				return self.redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", name))
		buttons = "".join(
			f'<button name="action" value="{value}">{value}</button>'
			for value in (*session["payment_method_types"], "decline", "cancel")
		)
		note = "<p>Your card was declined.</p>" if action == "decline" else ""
		amount = f"{session['amount_total']} {session['currency']}"
		page = (
			f"<!doctype html><title>Checkout</title><h1>{html.escape(amount)}</h1>{note}"
			f"<p>{session['status']}</p>"
			f'<form method="post">{buttons}</form>'
		)
		self.send(200, page.encode(), "text/html; charset=utf-8", {})

	def redirect(self, location: str) -> None:
		self.send(303, b"", "text/plain", {"Location": location})
