// The list of customers: inviting those who are chosen to sign in.

{
	const settings = (frappe.listview_settings["Customer"] ||= {});
	const { onload } = settings; // ERPNext's own, or another app's

	settings.onload = (list) => {
		onload?.(list);
		if (!customer_portal.links.may_manage()) return;
		list.page.add_action_item(__("Invite to Portal"), async () => {
			const customers = list.get_checked_items(true);
			const bulk = new customer_portal.BulkLinks("invite");
			if (!(await bulk.confirm(customers.length))) return;
			await bulk.run({ customers: JSON.stringify(customers) });
			list.clear_checked_items();
		});
	};
}
