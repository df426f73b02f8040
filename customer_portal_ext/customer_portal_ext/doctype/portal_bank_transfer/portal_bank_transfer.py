from frappe.model.document import Document


class PortalBankTransfer(Document):
	"""An account that customers can pay into by bank transfer: what the QR code on an invoice is made of."""
