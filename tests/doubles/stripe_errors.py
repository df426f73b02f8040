"""How Stripe refuses: the error objects of its API, with the status each has (https://docs.stripe.com/api/errors)."""


class Refusal(Exception):
	"""An answer with an error object. ``is_kept``: whether an Idempotency-Key remembers it, as Stripe does once the
	endpoint has begun its work, but not for requests it refused before."""

	def __init__(
		self, status: int, message: str, kind: str = "invalid_request_error", is_kept=False, **details
	):
		super().__init__(message)
		self.status = status
		self.is_kept = is_kept
		self.body = {"error": {"type": kind, "message": message, **details}}


def missing(what: str, name: str) -> Refusal:
	return Refusal(404, f"No such {what}: '{name}'", code="resource_missing", param="id")


def invalid(param: str, message: str, code: str | None = None) -> Refusal:
	details = {"param": param, **({"code": code} if code else {})}
	return Refusal(400, message, **details)


def wrong_key(shown: str) -> Refusal:
	return Refusal(401, f"Invalid API Key provided: {shown}")


def key_reused(key: str) -> Refusal:
	return Refusal(
		400,
		"Keys for idempotent requests can only be used with the same parameters they were first used with. "
		f"Try using a key other than '{key}' if you meant to execute a different request.",
		kind="idempotency_error",
	)


def key_in_use(key: str) -> Refusal:
	return Refusal(
		409,
		f"There is currently another in-progress request using this Stripe account with the key '{key}'.",
		kind="idempotency_error",
		code="idempotency_key_in_use",
	)


def rate_limited() -> Refusal:
	return Refusal(429, "Request rate limit exceeded.", code="rate_limit")


def server_error() -> Refusal:
	return Refusal(500, "An unknown error occurred", kind="api_error", is_kept=True)
