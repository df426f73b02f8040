"""Files that a customer sends: checked by their content, kept as private File records of the message they came with."""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe

from customer_portal_ext.base import jpeg, pictures
from customer_portal_ext.conversations import file_types, limits, text
from customer_portal_ext.exceptions import InvalidInput, TooManyAttempts
from customer_portal_ext.platform import uploaded_pictures
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class Upload:
	"""A checked file: its safe name and its bytes."""

	name: str
	content: bytes


def check_all(received: Iterable) -> list[Upload]:
	"""The files of a form (each with ``filename`` and ``stream``), all of them usable. Raises InvalidInput that names the
	file and says why it is not."""
	allowed = limits.get_file_limits()
	received = [file for file in received if file.filename or file.stream.read(1)]
	if received and not allowed.types:
		raise InvalidInput(_("Files cannot be sent here."), "files")
	if len(received) > allowed.count:
		raise InvalidInput(
			_("Send at most {0} files with one message; these are {1}.").format(allowed.count, len(received)),
			"files",
		)
	return [check(file.filename, file.stream, allowed) for file in received]


def check(filename: str, stream, allowed: limits.FileLimits) -> Upload:
	stem, extension = read_name(filename)
	content = stream.read(allowed.size + 1)
	if len(content) > allowed.size:
		raise _refuse(filename, _("it is larger than {0} MB").format(allowed.size // limits.MEGABYTE))
	if not content:
		raise _refuse(filename, _("it is empty"))
	key = file_types.detect(content)
	named = next((k for k, kind in file_types.TYPES.items() if extension in kind.extensions), None)
	if key is None or (named is None and extension):
		raise _refuse(filename, _("files of this type are not accepted"))
	if extension and not file_types.fits(key, extension):
		raise _refuse(filename, _("its content is not what its name says"))
	if (named or key) not in allowed.types:
		raise _refuse(filename, _("files of this type are not accepted"))
	if file_types.TYPES[key].is_image:
		content = read_image(filename, content, key)
	return Upload(text.make_file_name(stem, extension or file_types.TYPES[key].extensions[0]), content)


def read_name(filename: str) -> tuple[str, str]:
	"""Stem and lower-case extension of a file name. Raises InvalidInput for a path or a name that hides something."""
	if len(filename) > limits.LONGEST_FILE_NAME:
		raise _refuse(filename, _("its name is longer than {0} characters").format(limits.LONGEST_FILE_NAME))
	if "/" in filename or "\\" in filename or filename.strip(". ") == "":
		raise _refuse(filename, _("its name is not a plain file name"))
	if text.clean(filename) != filename.strip():
		raise _refuse(filename, _("its name holds characters that cannot be seen"))
	stem, dot, extension = filename.strip().rpartition(".")
	return (stem, extension.lower()) if dot and stem else (filename, "")


def read_image(filename: str, content: bytes, key: str) -> bytes:
	"""The image as it is kept: without what a camera wrote into it, where the site wants that removed. Raises InvalidInput
	unless it can be read and is not too large to be."""
	try:
		picture = pictures.look(content)
		if picture.width * picture.height > limits.MOST_PIXELS:
			raise _refuse(filename, _("the image has too many pixels"))
		if key == "jpg" and uploaded_pictures.is_metadata_removed():
			return jpeg.without_metadata(content, picture.orientation)
	except (pictures.Unreadable, ValueError):
		raise _refuse(filename, _("the image cannot be read")) from None
	except pictures.Busy:
		raise TooManyAttempts from None
	return content


def save_all(uploads: Iterable[Upload], communication) -> None:
	"""Keep the files as private attachments of a message. Part of the same transaction: a rollback removes them."""
	for upload in uploads:
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": upload.name,
				"attached_to_doctype": "Communication",
				"attached_to_name": communication.name,
				"is_private": 1,
				"content": upload.content,
			}
		)
		try:
			# The visitor was checked by the gate and the file above; a guest may insert no File by itself.
			with uploaded_pictures.removed_already():
				file.insert(ignore_permissions=True)
		except frappe.ValidationError as error:
			# Frappe's own limits: System Settings' allowed extensions and largest file.
			frappe.clear_messages()
			raise InvalidInput(frappe.utils.strip_html(str(error)), "files") from None


def _refuse(filename: str, reason: str) -> InvalidInput:
	shown = text.clean_line(filename[:60]) or "?"
	return InvalidInput(_("“{0}” cannot be sent: {1}.").format(shown, reason), "files")
