"""Frappe's Email Queue: an entry seals the portal's links as it is made, and fills them in in the moment it sends."""

from frappe.email.doctype.email_queue.email_queue import EmailQueue

from customer_portal_ext.access import mail_links
from customer_portal_ext.platform.sending import send_to_each


class PortalEmailQueue(EmailQueue):
	def validate(self):
		# An entry that is saved again, as one whose sending failed, keeps what was sealed for it.
		if self.is_new():
			recipients = [row.recipient for row in self.recipients]
			self.message = mail_links.seal(self.message, self.name, recipients)

	def send(self, smtp_server_instance=None):
		send_to_each(self, smtp_server_instance)

	def get_message_for(self, recipient: str) -> str | None:
		"""The message with the links that are sealed for this recipient."""
		return mail_links.fill_in(self.message, self.name, recipient)
