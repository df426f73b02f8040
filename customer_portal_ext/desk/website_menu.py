"""The portal's pages in ERPNext's own portal: entries of Portal Settings' menu, there while the setting says so.

They lead to pages that check for themselves who comes; nothing of ERPNext's own lists or permissions changes.
"""

import frappe

# title (Frappe translates it) and route; for who has ERPNext's role of customers
ENTRIES = (
	("Customer Portal", "/portal"),
	("Statement of Account", "/portal/statement"),
	("Account, Addresses and Contacts", "/portal/account"),
)
ROLE = "Customer"


def follow_setting(settings) -> None:
	"""Put the entries into the menu, or take them out. What staff changed in an entry stays while it is there."""
	menu = frappe.get_doc("Portal Settings")
	ours = {route for _title, route in ENTRIES}
	present = {row.route for row in menu.custom_menu}
	if settings.show_in_website_menu:
		missing = [entry for entry in ENTRIES if entry[1] not in present]
		for title, route in missing:
			menu.append("custom_menu", {"title": title, "route": route, "role": ROLE, "enabled": 1})
		is_changed = bool(missing)
	else:
		menu.set("custom_menu", [row for row in menu.custom_menu if row.route not in ours])
		is_changed = bool(ours & present)
	if is_changed:
		# who may write the portal's settings decides on the portal's entries
		menu.save(ignore_permissions=True)


def remove() -> None:
	"""On uninstalling."""
	follow_setting(frappe._dict(show_in_website_menu=0))
