from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.web.colours import get_theme_css
from customer_portal_ext.web.responses import StyleSheet

no_cache = 1
sitemap = 0


def get_response(context):
	return StyleSheet(get_theme_css(get_settings().accent_colour))
