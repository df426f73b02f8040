from customer_portal_ext.access import activity, guard
from customer_portal_ext.statement import exports, files
from customer_portal_ext.web.responses import Download

no_cache = 1
sitemap = 0


def get_response(context):
	visitor = guard.require_capability("statement")
	path, filename, format = exports.require_ready(visitor, context.args["export"])
	activity.record("Downloaded", visitor, details="Statement of account")
	return Download(filename, files.get_writer(format).MIMETYPE, files.read_chunks(path.open("rb")))
