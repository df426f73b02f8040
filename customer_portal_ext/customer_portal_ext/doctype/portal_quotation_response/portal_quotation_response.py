from frappe.model.document import Document


class PortalQuotationResponse(Document):
	"""One answer of a customer to a quotation, as quotes.responses records it. Nobody edits it: it is what was signed."""
