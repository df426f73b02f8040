"""Keys for one purpose each, derived from the site's encryption key (which lives in site_config.json, not in the database)."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from frappe.utils.password import get_encryption_key


def derive_key(purpose: str) -> bytes:
	"""32 bytes for ``purpose`` by HKDF-SHA256 (RFC 5869). Another purpose, or another site, gives an unrelated key."""
	info = f"customer_portal_ext/{purpose}".encode()
	return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(get_encryption_key().encode())
