from frappe.model.document import Document


class PortalPaymentCredit(Document):
	"""What is taken of one credit note, payment or advance before anything is paid."""
