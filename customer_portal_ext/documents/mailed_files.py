"""Which of the site's files an e-mail may hold as a picture: what everybody may have anyway."""

from customer_portal_ext.base.picture_data import get_picture
from customer_portal_ext.documents.printed_files import PrintedFiles


def read_picture(path: str | None) -> bytes | None:
	"""The picture behind ``path``, such as ``assets/frappe/images/logo.png`` or ``/files/logo.png``: an installed app's or a public
	file, a drawing without what it would load. None for any other file and any other content."""
	found = PrintedFiles().read(f"/{(path or '').lstrip('/')}")
	picture = get_picture(found) if found else None
	return picture[1] if picture else None
