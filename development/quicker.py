"""What makes ERPNext quicker for a process that makes thousands of documents: the demo's seeding, and the tests.

Nothing of what is made differs. Web servers, workers and commands are left as they are.
"""

import functools
import gc


def make_documents_quicker() -> None:
	"""Before the site is connected."""
	remember_what_is_parsed()
	keep_caches()
	# Thousands of documents come and go; looking for cycles less often saves a twentieth.
	gc.set_threshold(50_000)


def remember_what_is_parsed() -> None:
	"""What is parsed anew in every query, always with the same result: the fields that Frappe asks for, and the descriptions
	of columns that the database answers with. A fifth of the time ERPNext's documents take."""
	import pymysql.connections
	import sqlparse

	remember = functools.lru_cache(maxsize=20_000)
	sqlparse.format = remember(sqlparse.format)
	pymysql.connections.FieldDescriptorPacket = remember(pymysql.connections.FieldDescriptorPacket)


def keep_caches() -> None:
	"""Saving any User or Email Account, Frappe notes anew which users await a mailbox's password, and forgets every cache of
	the site. Nobody has a mailbox here, and reading all forms again takes half the time of making a user."""
	from frappe.core.doctype.user import user

	user.ask_pass_update = lambda: None
