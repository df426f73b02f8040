from frappe.model.document import Document


class PortalPaymentAllocation(Document):
	"""What one document, or one instalment of it, gets of a Portal Payment."""
