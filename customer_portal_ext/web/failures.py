"""What went wrong in a page, in Frappe's Error Log: often enough to be seen, and no oftener, however often it is asked for."""

import hashlib
import sys
import traceback

import frappe
from redis.exceptions import RedisError

from customer_portal_ext.access.network import count

MOST = 10
SECONDS = 10 * 60
LEFT_OUT = "This came {0} times within ten minutes. What comes again until they are over is left out.\n\n{1}"


def log(title: str) -> None:
	"""Log the exception that is being handled. One from the same place in the code is logged MOST times in a while.

	Without the values of local variables, which Frappe's own error log adds: a token may be among them.
	"""
	times = count_times()
	said = frappe.get_traceback()
	if times <= MOST:
		frappe.log_error(title, said)
	elif times == MOST + 1:
		frappe.log_error(title, LEFT_OUT.format(MOST, said))


def count_times() -> int:
	kind, _error, frames = sys.exc_info()
	places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(frames)]
	try:
		return count(
			"failure", hashlib.sha256("\n".join([kind.__name__, *places]).encode()).hexdigest(), SECONDS
		)
	except RedisError:
		# it may be what failed
		return 1
