from frappe.model.document import Document


class PortalPaymentReversal(Document):
	"""A refund or dispute at the gateway, and the draft that books it. Written by payments/ alone; staff submit the draft."""
