"""What a token looks like: base64url(id ‖ MAC), 16 bytes each. No database and no Frappe here."""

import base64
import binascii
import hashlib
import hmac

from customer_portal_ext.exceptions import TokenInvalid

ID_BYTES = 16
MAC_BYTES = 16
TOKEN_LENGTH = 43  # base64url of 32 bytes, without padding


def derive_id(seed: str, key: bytes) -> bytes:
	"""The token's id: unguessable without ``key``, and the same each time for one seed, so that a link can be copied again."""
	return hmac.new(key, seed.encode(), hashlib.sha256).digest()[:ID_BYTES]


def compose(token_id: bytes, key: bytes) -> str:
	"""The token for an id: 43 characters of base64url."""
	return base64.urlsafe_b64encode(token_id + _mac(token_id, key)).rstrip(b"=").decode()


def parse(token: str, key: bytes) -> bytes:
	"""The id within a token. Raises TokenInvalid for anything that was not composed with ``key``."""
	if len(token) != TOKEN_LENGTH or not token.isascii():
		raise TokenInvalid
	try:
		raw = base64.b64decode(token + "=", altchars=b"-_", validate=True)
	except (binascii.Error, ValueError):
		raise TokenInvalid from None
	token_id, mac = raw[:ID_BYTES], raw[ID_BYTES:]
	# The last character carries two unused bits; only the one canonical spelling opens the door.
	if not hmac.compare_digest(mac, _mac(token_id, key)) or not hmac.compare_digest(
		compose(token_id, key), token
	):
		raise TokenInvalid
	return token_id


def digest(token_id: bytes) -> str:
	"""What the database holds of an id: its SHA-256, in hex."""
	return hashlib.sha256(token_id).hexdigest()


def _mac(token_id: bytes, key: bytes) -> bytes:
	return hmac.new(key, token_id, hashlib.sha256).digest()[:MAC_BYTES]
