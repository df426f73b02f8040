from frappe.model.document import Document


class PortalChangeRequest(Document):
	"""A change of a customer's details that staff decide on: account/change_requests.py and desk/change_requests.py."""
