"""What the companies sell: goods kept in stock, services, and an item with a very long description."""

import frappe

from .companies import EURO_PRICES
from .dates import get_day
from .site_setup import COMPANY

WAREHOUSE = "Stores - WP"
LONG_DESCRIPTION_ITEM = "WP-FARM-STUDY"

# Code, name, unit, price in dollars, kept in stock, description
ITEMS = (
	("WP-TURBINE-5", "Wind turbine 5 kW", "Nos", 6400, 1, "Three blades, 5.2 m rotor, grid tied"),
	("WP-MAST-12", "Mast 12 m, hinged", "Nos", 2150, 1, "Galvanised steel, hinged for maintenance"),
	("WP-INVERTER-6", "Inverter 6 kW", "Nos", 1380, 1, "Single phase, with display"),
	("WP-BLADES", "Set of three blades", "Set", 890, 1, "Glass fibre, balanced as a set"),
	("WP-CABLE", "Tower cable", "Meter", 14.5, 1, "5 x 6 mm², UV resistant"),
	("WP-BEARING", "Main bearing", "Nos", 132.4, 1, "Sealed, greased for life"),
	("WP-PART", "Spare part", "Nos", 12.75, 1, "See the part number in the line"),
	("WP-INSPECT", "Yearly inspection", "Nos", 340, 0, "Inspection by two technicians, with report"),
	("WP-HOUR", "Technician, per hour", "Hour", 96, 0, "Monday to Friday, 7 am to 6 pm"),
	("WP-MONITOR", "Remote monitoring, per month", "Nos", 45, 0, "Yield and alarm monitoring"),
)

STUDY_PARAGRAPHS = (
	"Site study for a wind farm of up to twelve turbines.",
	"Measurement: a lidar unit stands on the site for six months and records wind speed and direction at "
	"forty, eighty, one hundred and twenty and one hundred and sixty metres, in averages of ten minutes.",
	"Modelling: the measured series is matched with thirty years of reanalysis data, carried to each turbine "
	"position with a flow model that knows terrain and roughness, and turned into a yearly yield with its "
	"uncertainty.",
	"Noise and shadow: both are computed for every dwelling within three kilometres, for the worst case and "
	"for the expected case, and compared with the limits that hold at the place.",
	"Grid: the nearest three connection points are compared by distance, by free capacity and by the cost of "
	"the line and the transformer.",
	"Report: one volume with maps, tables and all assumptions, and one short volume for the public meeting.",
)


def make() -> None:
	frappe.get_doc(
		{"doctype": "Item Group", "item_group_name": "Wind Power", "parent_item_group": "All Item Groups"}
	).insert()
	for code, name, unit, price, in_stock, description in ITEMS:
		make_item(code, name, unit, price, in_stock, description)
	make_item(LONG_DESCRIPTION_ITEM, "Wind farm site study", "Nos", 18500, 0, get_long_description())
	receive_stock()


def get_long_description() -> str:
	"""Exactly 2,000 characters of prose."""
	text = "\n\n".join(STUDY_PARAGRAPHS) + "\n\n"
	return (text + "Further turbines are studied at the same price per turbine. " * 40)[:2000]


def make_item(code: str, name: str, unit: str, price: float, in_stock: int, description: str) -> None:
	frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": code,
			"item_name": name,
			"item_group": "Wind Power",
			"stock_uom": unit,
			"is_stock_item": in_stock,
			"description": description,
			"valuation_rate": round(price * 0.6, 2) if in_stock else 0,
		}
	).insert()
	for price_list, rate in (("Standard Selling", price), (EURO_PRICES, round(price * 0.95, 2))):
		frappe.get_doc(
			{"doctype": "Item Price", "item_code": code, "price_list": price_list, "price_list_rate": rate}
		).insert()


def receive_stock() -> None:
	receipt = frappe.get_doc(
		{
			"doctype": "Stock Entry",
			"stock_entry_type": "Material Receipt",
			"company": COMPANY,
			"set_posting_time": 1,
			"posting_date": get_day(310),
			"posting_time": "08:00:00",
			"items": [
				{
					"item_code": code,
					"qty": 500,
					"t_warehouse": WAREHOUSE,
					"basic_rate": round(price * 0.6, 2),
				}
				for code, _name, _unit, price, in_stock, _description in ITEMS
				if in_stock
			],
		}
	)
	receipt.insert()
	receipt.submit()
