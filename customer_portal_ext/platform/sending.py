"""Sending an e-mail with a text of each recipient's own. Frappe 15 has no hook where the recipient is known before the text
is built: ``EmailQueue.send`` opens a SendMailContext, which reads the entry's one message for all of them."""

from types import FunctionType

from frappe.email.doctype.email_queue import email_queue


class SendMailContext(email_queue.SendMailContext):
	"""Asks the entry for each recipient's text, in memory alone: the stored message is put back, and never saved from here."""

	def build_message(self, recipient_email) -> bytes:
		stored = self.queue_doc.message
		self.queue_doc.message = self.queue_doc.get_message_for(recipient_email)
		try:
			return super().build_message(recipient_email)
		finally:
			self.queue_doc.message = stored


# Frappe's own function, to the letter, but for the context that it opens. Nothing of Frappe's is changed by it.
send_to_each = FunctionType(
	email_queue.EmailQueue.send.__code__,
	{**vars(email_queue), "SendMailContext": SendMailContext},
	"send_to_each",
	email_queue.EmailQueue.send.__defaults__,
)
