"""A mail server that keeps what it receives: the one thing outside the site that sending e-mails needs."""

import smtplib
import socketserver
import threading
from email import message_from_bytes
from email.policy import default


class Received(socketserver.StreamRequestHandler):
	"""As much of RFC 5321 as smtplib speaks."""

	def handle(self):
		self.reply("220 test")
		recipients = []
		while line := self.rfile.readline():
			verb = line.strip().upper()
			if verb.startswith(b"RCPT TO:"):
				recipients.append(line.strip()[9:-1].decode())
				self.reply("250 OK")
			elif verb == b"DATA":
				self.reply("354 go ahead")
				self.server.keep(recipients, self.read_data())
				recipients = []
				self.reply("250 OK")
			elif verb == b"QUIT":
				self.reply("221 bye")
				return
			else:
				self.reply("250 OK")

	def read_data(self) -> bytes:
		lines = []
		while (line := self.rfile.readline()) != b".\r\n":
			lines.append(line[1:] if line.startswith(b"..") else line)
		return b"".join(lines)

	def reply(self, text: str) -> None:
		self.wfile.write(text.encode() + smtplib.bCRLF)


class MailServer(socketserver.ThreadingTCPServer):
	"""``received``: (recipients, the message's bytes) in the order they came. ``port`` is a free one."""

	daemon_threads = True

	def __init__(self):
		super().__init__(("127.0.0.1", 0), Received)
		self.received: list[tuple[list[str], bytes]] = []

	@property
	def port(self) -> int:
		return self.server_address[1]

	def keep(self, recipients: list[str], data: bytes) -> None:
		self.received.append((recipients, data))

	def get_message(self, recipient: str):
		"""The one message that went to ``recipient``, parsed."""
		found = [data for recipients, data in self.received if recipient in recipients]
		assert len(found) == 1, f"{len(found)} messages went to {recipient}"
		return message_from_bytes(found[0], policy=default)

	def __enter__(self):
		threading.Thread(target=self.serve_forever, daemon=True).start()
		return super().__enter__()

	def __exit__(self, *arguments):
		self.shutdown()
		super().__exit__(*arguments)
