"""A mark, and a link that somebody wrote whole, becomes the link directly behind the site's own address, where only a click opens
it. Under another host, in what a mail program loads by itself, and behind a redirect, it is dead."""

import re
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import frappe
import pytest
from frappe.core.doctype.communication.email import make as make_communication

from customer_portal_ext.access import mail_links, mail_marks, tokens
from customer_portal_ext.access.mail_marks import ANYBODY, INVITATION, SECURE_LINK, Door
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.desk import printing
from tests.factories import make_customer, make_sales_invoice
from tests.factories.mail import deliver, receive_mail
from tests.factories.rendering import in_request, make_email_template
from tests.factories.users import make_user

READER, ENTRY = "reader@example.com", "an-entry-2"
# {0} is the site's address, {1} the path of a mark.
GOOD = {
	"html": [
		"<p>See {0}{1}</p>",
		"<p>See <a href='{0}{1}'>your invoice</a></p>",
		"<p><a href='{0}{1}?open=invoices%2FX'>{0}{1}?open=invoices%2FX</a></p>",
		"<table><tr><td>[{0}{1}]</td></tr></table>",
		"<p>Link:<br>{0}{1}.</p>",
		"<p>&lt;{0}{1}&gt;</p>",
		"<p>From acme.com: <b>{0}{1}</b></p>",
		'<style>p {{ color: red }}</style><p>"{0}{1}"</p>',
		"<p>See http://acme.test/a and {0}{1}</p>",
	],
	"plain": [
		"{0}{1}",
		"See {0}{1}, please",
		"See <{0}{1}>",
		"[your invoice]({0}{1})",
		"[your invoice SINV/24/1]({0}{1})",
		"[go to acme.com]({0}{1})",
		"Link:{0}{1}",
		"http://acme.test/a\n{0}{1}",
	],
}
EVIL = "http://evil.test"
DEAD = {
	"html": [
		f"<p>See {EVIL}{{1}}</p>",
		f"<p><a href='{EVIL}{{1}}'>your invoice</a></p>",
		f"<p><a href='{EVIL}/'>{{0}}{{1}}</a></p>",
		f"<p><a href='{EVIL}/?x={{0}}{{1}}'>your invoice</a></p>",
		"<p><a href='{0}/api/method/x?redirect={0}{1}'>your invoice</a></p>",
		"<p><a href='{0}/api/method/x?redirect={0}{1}'>{0}{1}</a></p>",
		"<p><a href='{0}.evil.test{1}'>your invoice</a></p>",
		"<p><a href='http://evil.test@{0}{1}'>your invoice</a></p>",
		"<p><a href='{0}@evil.test{1}'>your invoice</a></p>",
		"<p><a href='{0}:81@evil.test{1}'>your invoice</a></p>",
		f"<p><a href='{{0}}{{1}}' ping='{EVIL}'>your invoice</a></p>",
		"<p><a href='{1}'>your invoice</a></p>",
		"<p><a href='//evil.test{1}'>your invoice</a></p>",
		"<p>See {1}</p>",
		f"<img src='{EVIL}{{1}}.png'>",
		"<img src='{0}{1}'>",
		"<img srcset='{0}{1} 2x'>",
		f"<img alt='x' src='{EVIL}/?{{0}}{{1}}'>",
		f"<div style='background: url({EVIL}{{1}})'>x</div>",
		"<div style=\"background: url('{0}{1}')\">x</div>",
		f"<style>p {{{{ background: url({EVIL}{{1}}) }}}}</style>",
		"<style>@import '{0}{1}';</style>",
		"<link rel='stylesheet' href='{0}{1}'>",
		"<base href='{0}{1}'>",
		"<video poster='{0}{1}'></video>",
		"<table background='{0}{1}'><tr><td>x</td></tr></table>",
		"<form action='{0}{1}'><input name='x' value='{0}{1}'></form>",
		f"<form action='{EVIL}'><textarea name='x'>{{0}}{{1}}</textarea><button>x</button></form>",
		f"<form action='{EVIL}'><button name='x' value='{{0}}{{1}}'>{{0}}{{1}}</button></form>",
		"<svg><image href='{0}{1}'/></svg>",
		"<svg><a href='{0}{1}'>x</a></svg>",
		"<title>{0}{1}</title>",
		"<!-- {0}{1} -->",
		f"<p>{EVIL}/({{0}}{{1}}</p>",
		f"<p>{EVIL}/?x={{0}}{{1}}</p>",
		"<p>evil.test/?{0}{1}</p>",
		f'<p>"{EVIL}/ {{0}}{{1}}"</p>',
		f"<p>&lt;{EVIL}/ {{0}}{{1}}&gt;</p>",
		"<p>evil.test{0}{1}</p>",
		"<area href='{0}{1}'>",
		"<meta http-equiv='refresh' content='0;url={0}{1}'>",
		"<noscript><img title='</noscript><p>{0}{1}</p>'></noscript>",
	],
	"plain": [
		f"{EVIL}{{1}}",
		f"{EVIL}/?x={{0}}{{1}}",
		f"{EVIL}/({{0}}{{1}})",
		f"[x]({EVIL}/({{0}}{{1}}))",
		f"{EVIL}/]({{0}}{{1}})",
		"evil.test/({0}{1}",
		"evil\u3002test/({0}{1}",
		f"<{EVIL}/ {{0}}{{1}}>",
		"{0}.evil.test{1}",
		"user@evil.test@{0}{1}",
		"evil.test\\@{0}{1}",
		"See {1}",
		"(" * 600 + "{0}{1}",
	],
}
CASES = [(kind, text, True) for kind in GOOD for text in GOOD[kind]]
CASES += [(kind, text, False) for kind in DEAD for text in DEAD[kind]]


@pytest.fixture
def customer(db):
	return make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")


@pytest.fixture
def token(customer):
	return tokens.issue(customer.name)


def compose(kind, text, cte):
	message = EmailMessage(policy=SMTP)
	message["Subject"] = "x"
	message.set_content(text, subtype=kind, cte=cte)
	return message.as_bytes().decode()


def pass_through(kind, text, path, cte="quoted-printable"):
	"""What READER gets of a text with the path in it."""
	message = compose(kind, text.format(get_site_url().rstrip("/"), path), cte)
	sealed = mail_links.seal(message, ENTRY, [READER])
	assert not mail_marks.get_audience(next(mail_marks.MARK.finditer(decode(sealed))))
	return decode(mail_links.fill_in(sealed, ENTRY, READER))


def decode(message):
	return message_from_bytes(message.encode(), policy=default).get_content()


@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("kind, text, is_good", CASES)
def test_where_a_mark_and_a_whole_link_become_the_link(token, kind, text, is_good, cte):
	secret = tokens.get_token_string(token)
	slip = mail_marks.make_slip(Door(SECURE_LINK, token.name), ANYBODY)
	for path in (slip, f"/portal/a/{secret}"):
		arrived = pass_through(kind, text, path, cte)
		assert (secret in arrived) is is_good, arrived
		if not is_good:
			assert not re.search(rf"link-{token.name}-[0-9a-f]", arrived), "it loses what it claims"


@pytest.mark.parametrize("kind, text, is_good", CASES)
def test_an_invitation_is_no_different(db, kind, text, is_good):
	mark = mail_marks.make_slip(Door(INVITATION, "abc"), ANYBODY)
	sealed = mail_links.seal(
		compose(kind, text.format(get_site_url().rstrip("/"), mark), "8bit"), ENTRY, [READER]
	)
	marks = list(mail_marks.MARK.finditer(sealed))
	assert marks and any(mail_marks.is_sealed_for(found, ENTRY, READER) for found in marks) is is_good


def test_what_was_sealed_and_moved_since_is_dead(token):
	"""As if somebody wrote into the database."""
	slip = mail_marks.make_slip(Door(SECURE_LINK, token.name), ANYBODY)
	sealed = mail_links.seal(compose("html", f"<p>{get_site_url(slip)}</p>", "8bit"), ENTRY, [READER])
	assert tokens.get_token_string(token) in mail_links.fill_in(sealed, ENTRY, READER)
	moved = sealed.replace(get_site_url().rstrip("/"), EVIL)
	assert tokens.get_token_string(token) not in mail_links.fill_in(moved, ENTRY, READER)


def test_neither_subject_nor_attachment_is_filled_in(token):
	path = mail_marks.make_slip(Door(SECURE_LINK, token.name), ANYBODY)
	message = EmailMessage(policy=SMTP)
	message["Subject"] = get_site_url(path)
	message.set_content("nothing")
	message.add_attachment(get_site_url(path), filename="x.txt")
	message.add_attachment(f"<p>{get_site_url(path)}</p>", subtype="html", disposition="attachment")
	sealed = mail_links.seal(message.as_bytes().decode(), ENTRY, [READER])
	assert tokens.get_token_string(token) not in mail_links.fill_in(sealed, ENTRY, READER)


def test_staff_cannot_put_a_customers_mark_under_their_own_host(customer, token):
	"""The whole way: what Frappe makes of it, a relative address that it completes, and the plain text that it adds."""
	user = make_user("Sales User")
	template = make_email_template("{{ portal_link(doc) }}")
	with receive_mail() as server:
		frappe.set_user(user)
		with in_request():
			mark = template.get_formatted_email({"doc": customer})["message"]
		path = mail_marks.MARK.search(mark)[0]
		contents = {
			"foreign": f"<img src='{EVIL}{path}.png'><a href='{EVIL}{path}'>Your invoice</a> {EVIL}{path}",
			"picture": f"<p>x</p><img src='{path}.png'><div style=\"background: url('{path}')\">x</div>",
			"own": f"<p><a href='{path}'>Your invoice</a></p>",
		}
		for subject, content in contents.items():
			make_communication(content=content, subject=subject, recipients=customer.email_id, send_email=1)
		frappe.set_user("Administrator")
		frappe.db.commit()
		deliver(customer.email_id)
		received = [message_from_bytes(data, policy=default) for _to, data in server.received]
	assert len(received) == 3
	for message in received:
		texts = "".join(
			part.get_content() for part in message.walk() if part.get_content_type()[:5] == "text/"
		)
		assert path[:20] in texts
		assert (tokens.get_link(token) in texts) is (message["Subject"] == "own")
		assert (tokens.get_token_string(token) in texts) is (message["Subject"] == "own")


@pytest.mark.parametrize(
	"text, is_good", [(text, True) for text in GOOD["html"]] + [(t, False) for t in DEAD["html"]]
)
def test_a_kept_text_is_printed_by_the_same_rule(customer, token, text, is_good):
	"""A page of Frappe's print view loads pictures, too."""
	path = mail_marks.sign(Door(SECURE_LINK, token.name), ANYBODY)
	invoice = make_sales_invoice(customer)
	printed = printing.fill_in(invoice, text.format(get_site_url().rstrip("/"), path))
	assert (tokens.get_token_string(token) in printed) is is_good
	assert "/portal/a/link-" not in printed


@pytest.mark.parametrize(
	"piece",
	[
		"{0}{1} ",
		"({0}{1}",
		"<b>{0}{1}",
		"<a href='{0}{1}'>",
		'"{0}{1}',
		"a.b.c.{0}{1}",
		"/portal/a/",
		"<p title='{0}{1}'>",
	],
)
def test_it_takes_time_in_proportion_to_the_length(db, piece):
	piece = piece.format(get_site_url().rstrip("/"), "/portal/a/link-abc")
	took = []
	for size in (50_000, 200_000):
		message = compose("html", piece * (size // len(piece)), "quoted-printable")
		start = time.perf_counter()
		mail_links.seal(message, ENTRY, [READER])
		took.append(time.perf_counter() - start)
	assert took[1] < 8 * took[0] + 0.1 and took[1] < 4


def test_nothing_else_in_a_message_changes(token):
	path = mail_marks.make_slip(Door(SECURE_LINK, token.name), ANYBODY)
	text = f"<p>Grüße<!--email_open_check--> {'é' * 90}\n\t<b x=1>{get_site_url(path)}</b> &nbsp; <i>unclosed"
	arrived = pass_through("html", text.replace("{", "{{"), "")
	assert arrived.replace("\r\n", "\n").rstrip("\n") == text.replace(
		get_site_url(path), tokens.get_link(token)
	)
