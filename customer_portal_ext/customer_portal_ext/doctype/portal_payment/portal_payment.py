from frappe.model.document import Document


class PortalPayment(Document):
	"""A customer's intent to pay, from the choice on the page to the Payment Entry. Changed by payments/ alone."""

	def on_payment_authorized(self, status=None):
		"""The payments app's protocol for reference documents (payments/other_gateways.py). Not for browsers."""
		from customer_portal_ext.payments import other_gateways

		return other_gateways.on_payment_authorized(self, status)

	def get_payment_success_message(self):
		"""The payments app's page "payment-success" shows this to whoever opens it: it says nothing about the payment."""
		return ""
