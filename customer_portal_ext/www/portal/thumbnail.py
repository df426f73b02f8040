"""A small picture of an image that came with a message; where none can be drawn, the sign of a file."""

from customer_portal_ext.access import conversations
from customer_portal_ext.conversations import attachments
from customer_portal_ext.web.icons import FILE
from customer_portal_ext.web.responses import Download

no_cache = 1
sitemap = 0


def get_response(context):
	attachment = conversations.require_attachment(context.args["file"], is_thumbnail=True)
	drawn = attachments.get_thumbnail(attachment)
	if drawn is None:
		return Download("file.svg", "image/svg+xml", FILE, is_inline=True)
	return Download("thumbnail.jpg", "image/jpeg", drawn, is_inline=True)
