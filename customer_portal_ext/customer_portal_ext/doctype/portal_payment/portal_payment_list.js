frappe.listview_settings["Portal Payment"] = {
	add_fields: ["state", "attention_reason", "settled_on"],
	get_indicator(doc) {
		const colours = {
			Initiated: "gray",
			Processing: "blue",
			Paid: "yellow",
			Posted: "green",
			Failed: "red",
			Expired: "gray",
			Cancelled: "gray",
			"Needs attention": "orange",
		};
		if (doc.attention_reason && doc.settled_on) {
			return [__("Settled", null, "Portal Payment"), "gray", "settled_on,is,set"];
		}
		if (doc.attention_reason) {
			// Posted as well, where something was left over
			return [__("Needs attention"), "orange", "attention_reason,is,set|settled_on,is,not set"];
		}
		return [__(doc.state, null, "Portal Payment"), colours[doc.state], `state,=,${doc.state}`];
	},
	onload(listview) {
		listview.page.add_inner_button(__("What Needs Attention"), () => {
			listview.filter_area.clear().then(() =>
				listview.filter_area.add([
					["Portal Payment", "attention_reason", "is", "set"],
					["Portal Payment", "settled_on", "is", "not set"],
				])
			);
		});
	},
};
