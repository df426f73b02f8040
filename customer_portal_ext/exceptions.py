"""The portal's small vocabulary of refusals. The renderer and the API turn each into a page or a message in one place."""


class PortalError(Exception):
	"""Any refusal a visitor may see. ``http_status`` is the status of the page it becomes."""

	http_status = 500
	page = "server_error"
	# whether its page shows whose portal it is: whoever sees a refusal may not be the one whose page it was
	shows_visitor = False


class AccessDenied(PortalError):
	"""No door is open. All of its kinds show the same page: what was wrong is nobody's business but the log's."""

	http_status = 403
	page = "access_denied"


class TokenMissing(AccessDenied):
	"""The request carries no visit."""


class TokenInvalid(AccessDenied):
	"""The token was not made by this site, or its record is gone."""


class TokenExpired(AccessDenied):
	"""The token, or the visit it opened, is past its date."""


class TokenRevoked(AccessDenied):
	"""The token was revoked or replaced by a newer one, or its customer is disabled."""


class NoCustomer(AccessDenied):
	"""Signed in, but linked to no customer that is enabled. ``user`` is shown to nobody but them."""

	def __init__(self, user: str):
		super().__init__()
		self.user = user


class ViewEnded(AccessDenied):
	"""One of the staff views the portal as a customer, and no longer may, or is no longer signed in."""


class ViewOnly(AccessDenied):
	"""One of the staff views the portal as a customer: nothing may be done there."""

	page = "view_only"
	shows_visitor = True


class RequestForged(AccessDenied):
	"""An unsafe request without the portal's CSRF token."""

	page = "request_forged"


class PortalUnavailable(PortalError):
	"""The master switch is off."""

	http_status = 503
	page = "portal_unavailable"


class DocumentNotFound(PortalError):
	"""Missing, foreign and forbidden alike: the visitor cannot tell which."""

	http_status = 404
	page = "not_found"
	shows_visitor = True


class OtherOrganisation(PortalError):
	"""The record is another customer's of the same user: the renderer switches to ``customer`` and asks again, or leads to
	``page``, where the record is shown."""

	http_status = 303

	def __init__(self, customer: str, page: str | None = None):
		super().__init__()
		self.customer = customer
		self.page = page


class OrganisationChanged(PortalError):
	"""A form of one customer's page, sent after the user has switched to another. Nothing was done."""

	http_status = 409
	page = "organisation_changed"
	shows_visitor = True


class AlreadySent(PortalError):
	"""A form that was sent before, and did its work; what it was answered with is not known. Nothing was done now."""

	http_status = 409
	page = "already_sent"
	shows_visitor = True


class Busy(PortalError):
	"""The same form, or another change of the same record, is still being worked on. Nothing was done now."""

	http_status = 409
	page = "busy"
	shows_visitor = True


class MethodNotAllowed(PortalError):
	"""The page exists, but not for this HTTP method."""

	http_status = 405
	page = "not_found"


class TooManyAttempts(PortalError):
	"""A limit per address or per visit was passed."""

	http_status = 429
	page = "too_many_attempts"


class RequestTooLarge(PortalError):
	"""A form with files that together are larger than any request may be."""

	http_status = 413
	page = "too_large"


class InvalidInput(PortalError):
	"""What the visitor entered cannot be used; the message says which field and why, and nothing was changed."""

	http_status = 400
	page = "invalid_input"

	def __init__(self, message: str, field: str | None = None):
		super().__init__(message)
		self.message = message
		self.field = field


class AnswerRefused(InvalidInput):
	"""A quotation that cannot be accepted or declined now; the message names the reason, and nothing was changed."""

	http_status = 409


class CannotBecomeCustomer(AnswerRefused):
	"""A quotation to a lead or prospect of whom ERPNext makes no customer. ``reason`` is for staff, and shown to nobody else."""

	def __init__(self, message: str, reason: str):
		super().__init__(message)
		self.reason = reason


class PaymentUnderWay(InvalidInput):
	"""One of the chosen documents is being paid already. ``payment`` is the name of that Portal Payment, the customer's own."""

	http_status = 409

	def __init__(self, message: str, payment: str):
		super().__init__(message)
		self.payment = payment


class GatewayUnavailable(InvalidInput):
	"""The payment gateway gave no answer; nothing was charged as far as is known, and trying again goes on where it stopped."""

	http_status = 503


class TooManyUnderWay(InvalidInput):
	"""As much is being made for the visitor as may be at the same time; the message says so, and nothing was begun."""

	http_status = 429


class WebhookRefused(PortalError):
	"""A webhook that nobody we know has signed, or that is not for this site's account. The text names no secret."""

	http_status = 400
