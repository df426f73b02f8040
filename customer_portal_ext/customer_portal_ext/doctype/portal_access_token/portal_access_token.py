from frappe.model.document import Document


class PortalAccessToken(Document):
	"""A row of what access.tokens issues and ends. Nobody edits it by hand: every field is read only and no role may write."""
