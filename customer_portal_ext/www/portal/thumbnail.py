"""A small picture of an image that came with a message."""

from customer_portal_ext.access import conversations
from customer_portal_ext.conversations import attachments
from customer_portal_ext.web.responses import Download

no_cache = 1
sitemap = 0


def get_response(context):
	attachment = conversations.require_attachment(context.args["file"], is_thumbnail=True)
	return Download("thumbnail.jpg", "image/jpeg", attachments.get_thumbnail(attachment), is_inline=True)
