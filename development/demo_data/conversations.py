"""What customers and staff of the demo write to each other: messages on documents, and support issues."""

import io

import frappe
from frappe.utils import add_to_date, now_datetime
from PIL import Image, ImageDraw

from . import customers

WRITER = "Maya Cedar"
CLERK = "Alex Winter"


def make() -> None:
	"""After the app is installed, once."""
	if "customer_portal_ext" not in frappe.get_installed_apps():
		return
	if frappe.db.exists("Communication", {"portal_customer": customers.PARTLY_PAID}):
		return
	frappe.db.set_single_value("Customer Portal Settings", "allow_support_issues", 1)
	frappe.clear_document_cache("Customer Portal Settings", "Customer Portal Settings")
	make_messages()
	make_issues()


def make_messages() -> None:
	invoice = frappe.get_all(
		"Sales Invoice",
		{"customer": customers.PARTLY_PAID, "docstatus": 1, "is_return": 0},
		pluck="name",
		order_by="grand_total desc",
		limit=1,
	)[0]
	about = ("Sales Invoice", invoice)
	write(about, "Can we pay the last instalment a week later? Our own customer is late.", hours=52)
	answer(
		about, "That is fine. I have noted the 15th; no reminder will go out before.", hours=49, is_read=True
	)
	write(
		about,
		"Thank you! One crate arrived with a broken corner, see the photo.",
		hours=26,
		picture="crate.png",
	)
	answer(
		about,
		"We are sorry. A replacement leaves on Thursday, with the next delivery.\n\nTracking follows.",
		hours=3,
	)
	account = ("Customer", customers.PARTLY_PAID)
	write(account, "We move on the first of next month. Where do we send the new address?", hours=90)
	answer(account, "Just answer here, and we change it everywhere.", hours=80, is_read=True)


def make_issues() -> None:
	for hours, subject, text, status, priority in (
		(
			200,
			"Invoice total differs from the quotation",
			"The freight was 40.00 lower when we ordered.",
			"Closed",
			"Low",
		),
		(
			70,
			"Motor of turbine 3 hums",
			"Since Monday, at every speed.\nNothing else changed.",
			"Replied",
			"High",
		),
		(5, "Manual in another language", "Do you have the manual in Spanish?", "Open", "Medium"),
	):
		issue = frappe.get_doc(
			{
				"doctype": "Issue",
				"subject": subject,
				"customer": customers.PARTLY_PAID,
				"description": f"<p>{text}</p>",
				"priority": priority if frappe.db.exists("Issue Priority", priority) else None,
				"via_customer_portal": 0,
			}
		).insert()
		about = ("Issue", issue.name)
		write(about, text, hours)
		if status != "Open":
			answer(
				about,
				"Thank you for telling us. We have looked into it.",
				hours - 4,
				is_read=status == "Closed",
			)
		issue.db_set({"status": status, "creation": add_to_date(now_datetime(), hours=-hours)})


def write(about: tuple[str, str], text: str, hours: int, picture: str | None = None) -> None:
	message = keep(about, text, hours, sent_or_received="Received", sender_full_name=WRITER, seen=1)
	if picture:
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": picture,
				"content": draw_crate(),
				"is_private": 1,
				"attached_to_doctype": "Communication",
				"attached_to_name": message.name,
			}
		).insert()


def answer(about: tuple[str, str], text: str, hours: int, is_read: bool = False) -> None:
	keep(
		about,
		text,
		hours,
		sent_or_received="Sent",
		sender_full_name=CLERK,
		seen=1,
		read_by_recipient=int(is_read),
	)


def keep(about: tuple[str, str], text: str, hours: int, **values):
	paragraphs = "".join(f"<p>{frappe.utils.escape_html(part)}</p>" for part in text.split("\n\n"))
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Chat",
			"communication_date": add_to_date(now_datetime(), hours=-hours),
			"subject": "Message on the customer portal",
			"content": paragraphs.replace("\n", "<br>"),
			"reference_doctype": about[0],
			"reference_name": about[1],
			"portal_customer": customers.PARTLY_PAID,
			"recipients": "",
			**values,
		}
	).insert()


def draw_crate() -> bytes:
	"""A crate with a broken corner, as well as a few lines can show it."""
	image = Image.new("RGB", (640, 480), "#d9d2c5")
	pen = ImageDraw.Draw(image)
	pen.rectangle((120, 120, 520, 400), fill="#b98d55", outline="#6b4a22", width=8)
	for y in (190, 260, 330):
		pen.line((120, y, 520, y), fill="#6b4a22", width=5)
	pen.polygon(((450, 112), (528, 112), (528, 200)), fill="#d9d2c5")
	pen.line(((450, 120), (520, 195)), fill="#6b4a22", width=6)
	written = io.BytesIO()
	image.save(written, "PNG")
	return written.getvalue()
