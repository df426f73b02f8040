"""Reminders of earlier versions wrote a customer's name into their HTML as it was."""

from customer_portal_ext import reminders


def execute():
	reminders.escape_names()
