"""A file that came with a message. Images are shown, everything else is saved."""

from customer_portal_ext.access import conversations
from customer_portal_ext.conversations import attachments
from customer_portal_ext.web.responses import Download

no_cache = 1
sitemap = 0


def get_response(context):
	attachment = conversations.require_attachment(context.args["file"])
	content, kind = attachments.read(attachment)
	return Download(attachment.file_name, kind.mimetype, content, is_inline=kind.is_image)
