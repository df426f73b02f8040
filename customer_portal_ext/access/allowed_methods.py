"""The methods of Frappe, ERPNext and payments that a customer's user may call: what the site's public website, ERPNext's own
portal, its web forms, signing in and paying call. Everything else is refused before it runs.

An app adds to it with a list ``customer_portal_allowed_methods`` in its hooks, a site in Customer Portal Settings.
"""

import frappe

from customer_portal_ext.access.settings import get_settings

HOOK = "customer_portal_allowed_methods"
# An entry of the list that begins with this opens a DocType's REST interface, as Frappe's permissions have it.
REST = "/api/resource/"

SIGNING_IN = (
	"login",
	"logout",
	"web_logout",
	"ping",
	"frappe.ping",
	"frappe.handler.logout",
	"frappe.handler.web_logout",
	"frappe.auth.get_logged_user",
	"frappe.realtime.get_user_info",
	"frappe.www.login.login_via_key",
	"frappe.www.login.login_via_token",
	"frappe.www.login.send_login_link",
	"frappe.core.doctype.user.user.reset_password",
	"frappe.core.doctype.user.user.sign_up",
	"frappe.core.doctype.user.user.test_password_strength",
	"frappe.core.doctype.user.user.update_password",
	"frappe.integrations.doctype.ldap_settings.ldap_settings.login",
	*(
		f"frappe.integrations.oauth2_logins.{name}"
		for name in (
			*("login_via_google", "login_via_github", "login_via_facebook", "login_via_frappe"),
			*(
				"login_via_office365",
				"login_via_salesforce",
				"login_via_fairlogin",
				"login_via_keycloak",
				"custom",
			),
		)
	),
	*(
		f"frappe.integrations.oauth2.{name}"
		for name in (
			*("approve", "authorize", "get_token", "revoke_token"),
			*("openid_profile", "openid_configuration", "introspect_token"),
		)
	),
	"frappe.www.third_party_apps.delete_client",
)
WEBSITE = (
	"download_file",
	"frappe.handler.download_file",
	"frappe.core.doctype.file.file.download_file",
	"frappe.utils.file_manager.download_file",
	"frappe.core.api.file.get_max_file_size",
	"frappe.email.doctype.newsletter.newsletter.confirm_subscription",
	"frappe.email.doctype.newsletter.newsletter.newsletter_email_read",
	"frappe.email.doctype.newsletter.newsletter.subscribe",
	"frappe.email.queue.unsubscribe",
	"frappe.geo.country_info.get_country_timezone_info",
	"frappe.search.web_search",
	"frappe.translate.get_all_languages",
	"frappe.translate.get_app_translations",
	"frappe.utils.global_search.web_search",
	"frappe.website.doctype.help_article.help_article.add_feedback",
	"frappe.website.doctype.personal_data_deletion_request.personal_data_deletion_request.confirm_deletion",
	"frappe.website.doctype.web_form.web_form.get_web_form_filters",
	"frappe.website.doctype.web_page_view.web_page_view.make_view_log",
	"frappe.website.doctype.website_settings.website_settings.get_auto_account_deletion",
	"frappe.www.contact.send_message",
	"frappe.www.search.get_search_results",
	"erpnext.templates.pages.search_help.get_help_results_sections",
	"erpnext.templates.utils.send_message",
	"erpnext.www.book_appointment.index.create_appointment",
	"erpnext.www.book_appointment.index.get_appointment_settings",
	"erpnext.www.book_appointment.index.get_appointment_slots",
	"erpnext.www.book_appointment.index.get_timezones",
)
PAYING = (
	"payments.templates.pages.braintree_checkout.make_payment",
	"payments.templates.pages.gocardless_checkout.check_mandate",
	"payments.templates.pages.gocardless_confirmation.confirm_payment",
	"payments.templates.pages.razorpay_checkout.make_payment",
	"payments.templates.pages.stripe_checkout.make_payment",
	"payments.payment_gateways.doctype.gocardless_settings.webhooks",
	"payments.payment_gateways.doctype.mpesa_settings.mpesa_settings.verify_transaction",
	"payments.payment_gateways.doctype.paypal_settings.paypal_settings.confirm_payment",
	"payments.payment_gateways.doctype.paypal_settings.paypal_settings.create_recurring_profile",
	"payments.payment_gateways.doctype.paypal_settings.paypal_settings.get_express_checkout_details",
	"payments.payment_gateways.doctype.paypal_settings.paypal_settings.ipn_handler",
	"payments.payment_gateways.doctype.paytm_settings.paytm_settings.verify_transaction",
	"payments.payment_gateways.doctype.razorpay_settings.razorpay_settings.get_api_key",
	"payments.payment_gateways.doctype.razorpay_settings.razorpay_settings.get_order",
	"payments.payment_gateways.doctype.razorpay_settings.razorpay_settings.order_payment_failure",
	"payments.payment_gateways.doctype.razorpay_settings.razorpay_settings.order_payment_success",
	"payments.payment_gateways.doctype.razorpay_settings.razorpay_settings.razorpay_subscription_callback",
)
ALLOWED = frozenset((*SIGNING_IN, *WEBSITE, *PAYING))


def get_added() -> set[str]:
	"""What apps and the site add to the list."""
	lines = (get_settings().allowed_methods or "").splitlines()
	return {*frappe.get_hooks(HOOK), *(line.strip() for line in lines if line.strip())}
