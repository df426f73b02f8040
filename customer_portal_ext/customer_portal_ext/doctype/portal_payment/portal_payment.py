from frappe.model.document import Document


class PortalPayment(Document):
	"""A customer's intent to pay, from the choice on the page to the Payment Entry. Changed by payments/ alone."""
