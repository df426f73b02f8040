from frappe.model.document import Document


class PortalSentForm(Document):
	"""A form that was sent, and how it was answered (web/sent_forms.py, which alone writes it)."""
