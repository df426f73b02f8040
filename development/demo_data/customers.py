"""Who the customers are: names in several scripts, groups, addresses, contacts and languages."""

from dataclasses import dataclass

import frappe

PAID_UP = "Aurora Bakery"
EVERY_BUCKET = "Beacon Hardware Stores"
PARTLY_PAID = "Cedar & Finch Interiors"
RETURNS = "O'Brien & Sons"
ADVANCE = "Dunmore Print Works"
YEN = "Sakura Shoji KK"
EURO = "Lumière & Fils SARL"
JOURNAL = "Foxglove Hotels"
CANCELLED = "Granite Ridge Builders"
BUSY = "Harbour Logistics Group"
BOTH_COMPANIES = "Ibis Consulting"
MARKUP = 'Smith Bold "Quotes" Ltd'
ARABIC = "مؤسسة النور للتجارة"
CHINESE = "上海明光贸易有限公司"
GERMAN = "Kleine Werkstatt Müller KG"
NEW = "Quiet Meadow Farm"
NO_EMAIL = "Ridgeway Feed Store"
DISABLED = "Old Mill Antiques"
DEMO_COMPANY = ("Grant Plastics Ltd.", "West View Software Ltd.", "Palmer Productions Ltd.")


@dataclass(frozen=True)
class Customer:
	name: str
	group: str = "Workshops"
	country: str = "United States"
	street: str = "1 Main Street"
	city: str = "Springfield"
	code: str = "62701"
	state: str | None = "Illinois"
	language: str | None = None
	email: str | None = None
	phone: str | None = None
	currency: str | None = None
	# What the customer is called where ERPNext does not allow that as a record's name
	shown_as: str | None = None


CUSTOMERS = (
	Customer(PAID_UP, "Shops", email="accounts@aurora-bakery.example.com", phone="+1 202-555-0111"),
	Customer(EVERY_BUCKET, "Shops", email="payable@beacon-hardware.example.com", phone="+1 202-555-0112"),
	Customer(PARTLY_PAID, email="office@cedar-finch.example.com", phone="+1 202-555-0113"),
	Customer(RETURNS, email="accounts@obrien-sons.example.com", phone="+1 202-555-0114"),
	Customer(ADVANCE, email="orders@dunmore-print.example.com", phone="+1 202-555-0115"),
	Customer(
		YEN,
		"Importers",
		"Japan",
		"丸の内1-1-1",
		"東京",
		"100-0005",
		None,
		"ja",
		"keiri@sakura-shoji.example.com",
		currency="JPY",
	),
	Customer(
		EURO,
		"Importers",
		"France",
		"12 rue des Moulins",
		"Lyon",
		"69001",
		None,
		"fr",
		"compta@lumiere-fils.example.com",
		"+33 1 99 00 12 34",
		"EUR",
	),
	Customer(JOURNAL, email="ledger@foxglove-hotels.example.com", phone="+1 202-555-0117"),
	Customer(CANCELLED, email="office@granite-ridge.example.com", phone="+1 202-555-0118"),
	Customer(BUSY, "Importers", email="ap@harbour-logistics.example.com", phone="+1 202-555-0119"),
	Customer(BOTH_COMPANIES, email="finance@ibis-consulting.example.com", phone="+1 202-555-0120"),
	Customer(
		MARKUP,
		email="accounts@smith-bold.example.com",
		phone="+1 202-555-0121",
		shown_as='Smith <b>Bold</b> "Quotes" Ltd',
	),
	Customer(
		ARABIC,
		"Importers",
		"United Arab Emirates",
		"شارع الشيخ زايد",
		"دبي",
		"00000",
		None,
		"ar",
		"hisabat@alnoor.example.com",
	),
	Customer(
		CHINESE,
		"Importers",
		"China",
		"浦东新区世纪大道100号",
		"上海",
		"200120",
		None,
		"zh",
		"caiwu@mingguang.example.com",
	),
	Customer(
		GERMAN,
		"Workshops",
		"Germany",
		"Gartenweg 3",
		"Lübeck",
		"23552",
		None,
		"de",
		"rechnung@kleine-werkstatt.example.com",
		"+49 30 23125 117",
		"EUR",
	),
	Customer(NEW, email="hello@quiet-meadow.example.com", phone="+1 202-555-0125"),
	Customer(NO_EMAIL, "Shops", phone="+1 202-555-0126"),
	Customer(DISABLED, "Shops", email="owner@old-mill.example.com"),
)


def get_names() -> list[str]:
	"""Every customer a portal link can be made for, ERPNext's own demo customers last."""
	return [customer.name for customer in CUSTOMERS if customer.name != DISABLED] + list(DEMO_COMPANY)


def make() -> None:
	make_groups()
	for customer in CUSTOMERS:
		make_customer(customer)
		make_address(customer, "Billing", customer.street)
		make_address(customer, "Shipping", customer.street, second_line="Goods entrance")
		if customer.email or customer.phone:
			make_contact(customer.name, customer.email, customer.phone)
	for name in DEMO_COMPANY[:2]:
		make_contact(name, f"accounts@{name.split()[0].lower()}.example.com", None)


def make_groups() -> None:
	for name, parent, is_group in (
		("Trade", "All Customer Groups", 1),
		("Retail", "Trade", 1),
		("Shops", "Retail", 0),
		("Workshops", "Trade", 0),
		("Importers", "Trade", 0),
	):
		frappe.get_doc(
			{
				"doctype": "Customer Group",
				"customer_group_name": name,
				"parent_customer_group": parent,
				"is_group": is_group,
			}
		).insert()


def make_customer(customer: Customer) -> None:
	document = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": customer.shown_as or customer.name,
			"customer_type": "Company",
			"customer_group": customer.group,
			"territory": "All Territories",
			"language": customer.language,
			"default_currency": customer.currency,
		}
	)
	document.insert(set_name=customer.name)


def make_address(customer: Customer, kind: str, street: str, second_line: str | None = None) -> None:
	frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": customer.name,
			"address_type": kind,
			"address_line1": street,
			"address_line2": second_line,
			"city": customer.city,
			"pincode": customer.code,
			"state": customer.state,
			"country": customer.country,
			"is_primary_address": int(kind == "Billing"),
			"is_shipping_address": int(kind == "Shipping"),
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()


def make_contact(customer: str, email: str | None, phone: str | None) -> None:
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Accounts Payable",
			"is_primary_contact": 1,
			"is_billing_contact": 1,
			"links": [{"link_doctype": "Customer", "link_name": customer}],
		}
	)
	if email:
		contact.append("email_ids", {"email_id": email, "is_primary": 1})
	if phone:
		contact.append("phone_nos", {"phone": phone, "is_primary_phone": 1, "is_primary_mobile_no": 1})
	contact.insert()
	document = frappe.get_doc("Customer", customer)
	document.customer_primary_contact = contact.name
	document.customer_primary_address = frappe.db.get_value(
		"Address", {"address_title": customer, "address_type": "Billing"}
	)
	document.save()
