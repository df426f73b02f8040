"""Messages, issues and quotations."""

from urllib.parse import quote

from customer_portal_ext.access import tokens
from tests import factories
from tests.factories import answers
from tests.factories.account import make_email
from tests.security.sendings.stage import Sending, sends


@sends("/portal/write")
def write(stage):
	values = {"name": "Ann Buyer", "message": "Hello", "files": ("photo.png", answers.make_png())}
	return Sending(
		stage.enter(),
		"/portal/messages",
		"/portal/write",
		values,
		makes={"Communication": 1, "File": 1, "Notification Log": 1, "ToDo": 1},
		traces=("Wrote Message",),
	)


@sends("/portal/write/<segment>/<path:name>")
def write_about_an_invoice(stage):
	name = factories.make_sales_invoice(stage.customer).name
	values = {"name": "Ann Buyer", "message": "Hello"}
	return Sending(
		stage.enter(),
		f"/portal/invoices/{name}",
		f"/portal/write/invoices/{name}",
		values,
		makes={"Communication": 1, "Notification Log": 1},
		traces=("Wrote Message",),
	)


@sends("/portal/new-issue")
def raise_an_issue(stage):
	values = {"name": "Ann Buyer", "subject": "It hums", "message": "Since Monday"}
	return Sending(
		stage.enter(),
		"/portal/new-issue",
		"/portal/new-issue",
		values,
		makes={"Issue": 1, "Communication": 1, "Notification Log": 1, "ToDo": 1},
		traces=("Raised Issue",),
	)


@sends("/portal/reply-issue/<path:name>")
def reply_to_an_issue(stage):
	name, values = stage.make_issue().name, {"name": "Ann Buyer", "message": "Still"}
	return Sending(
		stage.enter(),
		f"/portal/issues/{name}",
		f"/portal/reply-issue/{name}",
		values,
		makes={"Communication": 1, "Notification Log": 1, "ToDo": 1},
		traces=("Wrote Message",),
	)


@sends("/portal/close-issue/<path:name>")
def close_an_issue(stage):
	name = stage.make_issue().name
	return Sending(
		stage.enter(), f"/portal/issues/{name}", f"/portal/close-issue/{name}", traces=("Closed Issue",)
	)


@sends("/portal/reopen-issue/<path:name>")
def reopen_an_issue(stage):
	issue = stage.make_issue()
	issue.status = "Closed"
	issue.save()
	return Sending(
		stage.enter(),
		f"/portal/issues/{issue.name}",
		f"/portal/reopen-issue/{issue.name}",
		traces=("Reopened Issue",),
	)


@sends("/portal/accept/<path:name>")
def accept_a_quotation(stage):
	path = f"/portal/accept/{quote(factories.make_quotation(stage.customer).name)}"
	return Sending(
		stage.enter(),
		path,
		path,
		answers.SIGNER,
		makes={"Portal Quotation Response": 1, "Sales Order": 1},
		traces=("Accepted Quotation",),
	)


@sends("/portal/decline/<path:name>")
def decline_a_quotation(stage):
	path = f"/portal/decline/{quote(factories.make_quotation(stage.customer).name)}"
	values = {"name": "Ann Buyer", "reason": "Too late for us."}
	return Sending(
		stage.enter(),
		path,
		path,
		values,
		makes={"Portal Quotation Response": 1},
		traces=("Declined Quotation",),
	)


@sends("/portal/share/<path:name>")
def share_a_quotation(stage):
	path = f"/portal/share/{quote(factories.make_quotation(stage.customer).name)}"
	return Sending(
		stage.enter(),
		path,
		path,
		{"email": make_email()},
		makes={"Portal Access Token": 1, "Email Queue": 1},
		traces=("Shared Quotation", "Link Issued", "Link E-mailed"),
	)


@sends("/portal/unshare/<path:name>")
def stop_sharing(stage):
	name = factories.make_quotation(stage.customer).name
	tokens.issue_for_document(stage.customer.name, "Quotation", name, "Customer", shared_with=make_email())
	return Sending(
		stage.enter(),
		f"/portal/quotations/{name}",
		f"/portal/unshare/{name}",
		traces=("Stopped Sharing", "Link Revoked"),
	)
