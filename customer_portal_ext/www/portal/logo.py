"""The company's logo, where Desk keeps it as a private file. To everybody, as the page that asks for a link shows it too."""

from customer_portal_ext.base import company_logo
from customer_portal_ext.exceptions import DocumentNotFound
from customer_portal_ext.web.responses import Picture

no_cache = 1
sitemap = 0


def get_response(context):
	file = company_logo.get_file(company_logo.get_default_company())
	picture = file and company_logo.read(file)
	if not picture:
		raise DocumentNotFound
	return Picture(*picture, lasts=context.query.get("v") == company_logo.get_version(file))
