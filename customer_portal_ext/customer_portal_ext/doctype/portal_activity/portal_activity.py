from frappe.model.document import Document

from customer_portal_ext.access import activity


class PortalActivity(Document):
	@staticmethod
	def clear_old_logs(days=365):
		activity.clear_old_logs(days)
