from frappe.model.document import Document


class PortalPaymentEvent(Document):
	"""What a gateway told the site, as verified. Acted upon at most once."""
