from frappe.model.document import Document


class PortalPaymentGateway(Document):
	"""A way to pay: a gateway of the payments app, for one company."""
