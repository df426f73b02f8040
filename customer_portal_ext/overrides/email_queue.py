"""Frappe's Email Queue, which fills in portal links in the moment it sends."""

from frappe.email.doctype.email_queue.email_queue import EmailQueue

from customer_portal_ext.access import mail_links


class PortalEmailQueue(EmailQueue):
	def send(self, smtp_server_instance=None):
		# Only in memory: EmailQueue.send() never saves the message.
		self.message = mail_links.fill_in(self.message)
		super().send(smtp_server_instance)
