"""The same form sent twice does its work once, and is answered with the same page.

What a form's key was sent with is written in the same transaction as the first of what the form does: a request that dies leaves both or
neither. The answer is kept encrypted under the key itself, of which the database has a digest alone: where it leads to may
be a door (www/portal/join_start.py).

Other content under the same key is another sending: whoever goes back, corrects a message and sends it wants both.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta

import frappe
from cryptography.fernet import Fernet
from frappe.utils import now_datetime

from customer_portal_ext.access import limits
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.base.transactions import FirstCommit, run_until_done
from customer_portal_ext.exceptions import AlreadySent, Busy, PortalError
from customer_portal_ext.web import csrf, form_keys
from customer_portal_ext.web.responses import Page, Redirect

DOCTYPE = "Portal Sent Form"
LONGEST_WAIT = 20
CHUNK = 1024 * 1024
# What proves where the form comes from is no content of it.
PROOFS = (csrf.FIELD, form_keys.FIELD, "csrf_token")


class SentForm:
	"""One sending of a form. Without a key nothing is remembered, and the work is done each time."""

	def __init__(self, request, key: str | None):
		self.key = key
		self.files = request.files
		# of the row
		self.name = get_name(key, request.full_path)
		self.content = get_digest(request) if key else None
		self.answer = None
		self.is_repeated = False
		self.first_commit = None

	def do_once(self, check: Callable[[], None], work: Callable, goes_on: bool, lasts: int | None):
		"""What ``work`` answers, or answered when this form was sent before.

		:param check: raises where the visitor may send nothing.
		:param goes_on: sent again after a crash, ``work`` goes on where it stopped, by keys of its own.
		:param lasts: seconds after which the answer is worth nothing any more, and the work is done again.
		:raises AlreadySent: it was sent before, and what was answered is not known.
		:raises Busy: it is still being worked on.
		"""

		def answer():
			check()
			if (kept := self.find(goes_on, lasts)) is not None:
				return kept
			answer = work()
			self.finish(answer)
			return answer

		with self.alone():
			self.first_commit = FirstCommit(self.write)
			try:
				return run_until_done(answer, self.begin_again, lambda: not self.first_commit.is_done)
			except Exception as error:
				self.give_up(isinstance(error, PortalError))
				raise

	@contextmanager
	def alone(self) -> Iterator[None]:
		"""Whoever sends the same form at the same moment waits here. The lock is the connection's: it outlasts transactions, and
		goes with a process that dies. Raises Busy."""
		if not self.key:
			yield
			return
		lock = get_lock(self.name)
		if not frappe.db.sql("select get_lock(%s, %s)", (lock, LONGEST_WAIT))[0][0]:
			raise Busy
		try:
			# what is read from here on is what the one before has committed
			frappe.db.rollback()
			yield
		finally:
			frappe.db.sql("select release_lock(%s)", lock)

	def find(self, goes_on: bool, lasts: int | None) -> Redirect | Page | None:
		"""The answer that was given to the same content, or None where the work is to be done."""
		if not self.key:
			return None
		row = frappe.db.get_value(DOCTYPE, self.name, ["content", "answer", "modified"], as_dict=True)
		if not row or row.content != self.content:
			return None
		if lasts and row.modified < now_datetime() - timedelta(seconds=lasts):
			return None
		if not row.answer and goes_on:
			return None
		self.is_repeated = True
		self.first_commit.call_off()
		if not row.answer:
			raise AlreadySent
		return unpack(self.get_cipher().decrypt(row.answer.encode()))

	def finish(self, answer) -> None:
		"""Keep the answer with what was done. A form that only showed something, or was refused, may be sent again as it is."""
		if not isinstance(answer, Redirect) and not (isinstance(answer, Page) and answer.is_done):
			self.give_up(True)
			return
		self.answer = answer
		if self.first_commit.is_done:
			self.write()
		frappe.db.commit()  # before the next one who sends the same is let in

	def give_up(self, may_be_sent_again: bool) -> None:
		"""Remember nothing of this sending, or only that it was one, where something of it is committed already."""
		is_marked = self.first_commit.is_done
		self.first_commit.call_off()
		if self.key and is_marked and may_be_sent_again:
			frappe.db.rollback()
			frappe.db.delete(DOCTYPE, {"name": self.name})
			frappe.db.commit()  # nothing else: what was refused is rolled back

	def begin_again(self) -> None:
		"""Forget what an attempt that was rolled back has left in this process."""
		self.answer = None
		frappe.local.portal_visitor = None
		limits.give_back()
		frappe.clear_messages()
		frappe.db.value_cache.clear()
		for _name, file in self.files.items(multi=True):
			file.seek(0)

	def write(self) -> None:
		if not self.key:
			return
		answer = self.get_cipher().encrypt(pack(self.answer)).decode() if self.answer else None
		now = now_datetime()
		frappe.db.sql(
			f"insert into `tab{DOCTYPE}` (name, creation, modified, content, answer) values (%s, %s, %s, %s, %s) "
			"on duplicate key update modified = values(modified), content = values(content), answer = values(answer)",
			(self.name, now, now, self.content, answer),
		)

	def get_cipher(self) -> Fernet:
		return Fernet(base64.urlsafe_b64encode(derive_key(f"sent-form/{self.key}")))


def read(request, binding: str) -> SentForm:
	"""The form of this request. Raises RequestForged for a key that was not made for this browser."""
	return SentForm(request, form_keys.require(request.form.get(form_keys.FIELD), binding))


def get_name(key: str | None, address: str) -> str:
	"""What the row of a key is called: the forms of one page have one key, and an address each."""
	return hashlib.sha256(f"{key}\n{address}".encode()).hexdigest()


def get_lock(name: str) -> str:
	"""What the lock beside a row is called: it is one of the whole database server, and has at most 64 characters."""
	return hashlib.sha256(f"{frappe.conf.db_name}\n{name}".encode()).hexdigest()


def get_digest(request) -> str:
	"""What was sent, fields and files, in one pass over it."""
	digest = hashlib.sha256()
	for name, value in request.form.items(multi=True):
		if name not in PROOFS:
			digest.update(json.dumps([name, value]).encode())
	for name, file in request.files.items(multi=True):
		one = hashlib.sha256()
		while chunk := file.read(CHUNK):
			one.update(chunk)
		file.seek(0)
		digest.update(json.dumps([name, file.filename, one.hexdigest()]).encode())
	return digest.hexdigest()


def pack(answer: Redirect | Page) -> bytes:
	return json.dumps([type(answer).__name__, asdict(answer)]).encode()


def unpack(kept: bytes) -> Redirect | Page:
	kind, values = json.loads(kept)
	return {"Redirect": Redirect, "Page": Page}[kind](**values)


def forget_old() -> None:
	"""Remove what no key that still works was sent with."""
	oldest = now_datetime() - form_keys.LONGEST_LIFE - timedelta(days=1)
	frappe.db.delete(DOCTYPE, {"modified": ("<", oldest)})
