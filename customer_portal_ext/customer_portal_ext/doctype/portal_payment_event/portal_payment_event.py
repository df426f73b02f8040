import frappe
from frappe.model.document import Document
from frappe.utils import add_days, cint, now_datetime


class PortalPaymentEvent(Document):
	"""What a gateway told the site, as verified. Acted upon at most once."""

	@staticmethod
	def clear_old_logs(days=365):
		"""Remove what is done with (Log Settings). What failed stays."""
		table = frappe.qb.DocType("Portal Payment Event")
		before = add_days(now_datetime(), -cint(days))
		frappe.db.delete(table, filters=(table.received_on < before) & table.state.isin(("Done", "Ignored")))
