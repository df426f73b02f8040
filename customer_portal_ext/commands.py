"""``bench --site SITE portal-link CUSTOMER`` and ``portal-revoke CUSTOMER``."""

from contextlib import contextmanager

import click
import frappe
from frappe.commands import get_site, pass_context
from frappe.utils import strip_html

from customer_portal_ext.access import activity, tokens


@click.command("portal-link")
@click.argument("customer")
@click.option("--days", type=int, help="Make a new link for this many days; the earlier one dies at once.")
@pass_context
def portal_link(context, customer, days):
	"""Print the secure portal link of CUSTOMER. One is made if none is active."""
	with _on_site(get_site(context), customer) as name:
		token = tokens.get_or_issue(name) if days is None else tokens.issue(name, days)
		activity.record_staff("Link Copied", name, token.name)
		link = tokens.get_link(token)
	click.echo(link)


@click.command("portal-revoke")
@click.argument("customer")
@pass_context
def portal_revoke(context, customer):
	"""End every active portal link of CUSTOMER, now."""
	with _on_site(get_site(context), customer) as name:
		ended = tokens.revoke_all(name)
	if ended:
		click.echo(f"Revoked {ended} active portal link{'s' if ended > 1 else ''} of {name}.")
	else:
		click.echo(f"{name} had no active portal link; nothing changed.")


@contextmanager
def _on_site(site: str, customer: str):
	"""The connected site; yields the customer's exact name, and commits at the end. What goes wrong becomes one line.

	Whoever can run bench commands holds the site's keys already, so no permission is checked.
	"""
	frappe.init(site=site)
	frappe.connect()
	try:
		if "customer_portal_ext" not in frappe.get_installed_apps():
			raise click.ClickException(f"customer_portal_ext is not installed on {site}.")
		name = frappe.db.exists("Customer", customer)
		if not name:
			raise click.ClickException(f"There is no customer {customer} on {site}.")
		yield name
		frappe.db.commit()  # a command has no request that would
	except frappe.ValidationError as error:
		raise click.ClickException(strip_html(str(error))) from None
	finally:
		frappe.destroy()


commands = [portal_link, portal_revoke]
