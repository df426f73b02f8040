"""Any document, before it is kept: what visitors, website users and incoming e-mails wrote in it is plain text, and an entry in a
timeline says who wrote it."""

from customer_portal_ext.access import private_files, visitor_names, visitors_text
from customer_portal_ext.platform import uploaded_pictures


def before_insert(doc, method=None):
	# an e-mail is kept before its pictures and files are, in a process that may never have had a request
	uploaded_pictures.install()
	private_files.keep_in_folders()
	# some documents are called what a visitor typed
	visitors_text.clean(doc)
	visitor_names.name_author(doc)


def before_validate(doc, method=None):
	visitors_text.clean(doc)
