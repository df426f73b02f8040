"""The bank transfer on paper: HTML for print formats, with all its styles in it."""

import base64
from collections.abc import Mapping

from frappe.utils import escape_html

from customer_portal_ext.payments.bank_transfer import codes, image
from customer_portal_ext.web.words import _

# by which a page that has one already is known
CLASS = "portal-transfer"
# the QR-bill's code is 46 mm wide without its quiet zone; the others do well with that
CODE_MILLIMETRES = 46


def get_html(record: Mapping) -> str:
	"""The code and its data for a submitted invoice; an empty text where there is none."""
	transfer = codes.get_for_invoice(record)
	return render(transfer) if transfer else ""


def render(transfer: Mapping) -> str:
	"""A table: the code at its start, what it says beside it. Every value is escaped."""
	code = transfer["code"]
	modules = code["size"] - 2 * image.QUIET_ZONE
	width = round(CODE_MILLIMETRES * code["size"] / modules, 2)
	picture = base64.b64encode(image.make_png(code)).decode()
	rows = "".join(
		f'<div style="margin-top:2mm"><span style="color:#555">{escape_html(row["label"])}</span><br>'
		f'<bdi dir="ltr">{escape_html(row["value"])}</bdi></div>'
		for row in transfer["rows"]
	)
	return (
		f'<table class="{CLASS}" style="width:auto;margin-top:8mm;page-break-inside:avoid"><tr>'
		f'<td style="padding:0;border:0;vertical-align:top"><img alt="" src="data:image/png;base64,{picture}"'
		f' style="width:{width}mm;height:{width}mm;max-width:none"></td>'
		'<td style="padding:0 6mm;border:0;vertical-align:top">'
		f"<b>{escape_html(_('Pay by bank transfer'))}: {escape_html(transfer['title'])}</b>{rows}</td>"
		"</tr></table>"
	)
