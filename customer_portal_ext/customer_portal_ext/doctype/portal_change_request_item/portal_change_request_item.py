from frappe.model.document import Document


class PortalChangeRequestItem(Document):
	"""One field of a Portal Change Request."""
