frappe.listview_settings["Portal Quotation Response"] = {
	get_indicator(doc) {
		const colour = doc.answer === "Accepted" ? "green" : "red";
		return [__(doc.answer, null, "Portal Quotation Response"), colour, `answer,=,${doc.answer}`];
	},
	add_fields: ["answer"],
};
