"""HTML that others wrote, as Desk may show it. Pure: no Frappe, no database."""

import nh3

TAGS = frozenset(
	(
		"a b blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins li mark ol p pre q s small "
		"span strike strong sub sup table tbody td tfoot th thead tr tt u ul"
	).split()
)
ATTRIBUTES = {
	"a": {"href", "target", "title"},
	"i": {"class"},
	"img": {"alt", "src", "height", "width"},
	"ol": {"start"},
	"td": {"colspan", "rowspan", "align"},
	"th": {"colspan", "rowspan", "align"},
}
SCHEMES = frozenset(("http", "https", "mailto", "tel"))
# where Frappe keeps the pictures that came with an e-mail
OWN_FILES = ("/files/", "/private/files/")
# Frappe's own mark of a private file in a timeline
LOCK = "fa fa-lock text-warning"
# What is inside these is not for people.
SILENT = frozenset(
	("script", "style", "head", "title", "iframe", "object", "template", "noscript", "svg", "math")
)

# A browser's way of reading HTML, which the sanitiser follows, can take the square of its length where elements are left
# open, and can make far more of it than there was.
LONGEST, MOST_TAGS, MOST_GROWTH = 200_000, 2_000, 2
# So can characters that it writes as entities.
MOST_ENTITIES = 20_000


def clean(html: str) -> str | None:
	"""``html`` with its paragraphs, lists, tables, emphasis and links, and nothing that runs, loads or covers anything; None
	where it is too long or too tangled for that, and its text alone must do."""
	entities = html.count("&") + html.count("\u00a0")
	if len(html) > LONGEST or html.count("<") > MOST_TAGS or entities > MOST_ENTITIES:
		return None
	cleaned = nh3.clean(
		html,
		tags=set(TAGS),
		attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
		attribute_filter=keep_attribute,
		clean_content_tags=set(SILENT),
		url_schemes=set(SCHEMES),
	)
	# a picture that was not kept leaves nothing, unless it has words
	cleaned = cleaned.replace("<img>", "")
	return cleaned if len(cleaned) <= MOST_GROWTH * len(html) + 1000 else None


def keep_attribute(tag: str, attribute: str, value: str) -> str | None:
	"""No picture from elsewhere, which tells its owner who reads when, and no style of Desk's own."""
	if tag == "img" and attribute == "src":
		return value if value.startswith(OWN_FILES) else None
	if attribute == "class":
		return value if value == LOCK else None
	return value
