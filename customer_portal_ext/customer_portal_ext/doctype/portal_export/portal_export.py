from frappe.model.document import Document

from customer_portal_ext.statement import exports


class PortalExport(Document):
	def on_trash(self):
		exports.remove_file(self.file)

	@staticmethod
	def clear_old_logs(days=7):
		exports.clear_old_logs(days)
