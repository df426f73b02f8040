"""Where an e-mail's own text ends and what it quotes begins. Pure: no Frappe, no database.

Each line is looked at a constant number of times and by no pattern that can go back: email_reply_parser and
mail-parser-reply take the square or cube of a text's length, quotequail the fourth power of a line's (docs/decisions.md).
"""

# How a line that introduces a quoted e-mail begins, what stands in it, and how it ends; it has a date, so a digit.
INTRODUCTIONS = (
	("On ", "", " wrote:"),
	("Am ", " schrieb", ":"),
	("Le ", " a écrit", ":"),
	("El ", " escribió", ":"),
	("Il ", " ha scritto", ":"),
	("Em ", " escreveu", ":"),
	("Op ", " schreef", ":"),
	("Op ", " geschreven", ":"),
	("Den ", " skrev", ":"),
	("", " написал", ":"),
	("", " napisał", ":"),
	("", " yazdı", ":"),
	("في ", "كتب", ":"),
	("في ", "كتابة ما يلي بواسطة", ":"),
	("", "写道", ":"),
	("", "寫道", ":"),
	("", "のメール", ":"),
	# Gmail in Japanese, and elsewhere by number: a date, a name and an address
	("20", "@", ">:"),
)
# Mail programs break a line after some 78 characters.
LINES_OF_INTRODUCTION, LONGEST_INTRODUCTION = 3, 400
# Nobody writes more before what they quote.
MOST_LINES = 2_000

FROM = ("from", "von", "de", "da", "van", "från", "от", "发件人", "寄件者", "差出人", "من")
OTHER_HEADERS = (
	*(
		"sent",
		"date",
		"to",
		"cc",
		"subject",
		"gesendet",
		"datum",
		"an",
		"betreff",
		"envoyé",
		"à",
		"objet",
		"enviado",
	),
	*(
		"enviado el",
		"fecha",
		"para",
		"asunto",
		"inviato",
		"data",
		"a",
		"oggetto",
		"verzonden",
		"aan",
		"onderwerp",
	),
	*(
		"skickat",
		"till",
		"ämne",
		"дата",
		"кому",
		"тема",
		"发送时间",
		"日期",
		"收件人",
		"主题",
		"主旨",
		"送信日時",
	),
	*("日付", "宛先", "件名", "التاريخ", "تم الإرسال", "إلى", "الموضوع"),
)
HEADERS_AFTER, FEWEST_HEADERS = 6, 2

# between dashes, or at the beginning of a line that a colon ends
SEPARATORS = (
	*("original message", "forwarded message", "begin forwarded message", "ursprüngliche nachricht"),
	*(
		"weitergeleitete nachricht",
		"anfang der weitergeleiteten nachricht",
		"message d'origine",
		"message transféré",
	),
	*("début du message transféré", "début du message réexpédié", "mensaje original", "mensaje reenviado"),
	*("inicio del mensaje reenviado", "messaggio originale", "mensagem original", "oorspronkelijk bericht"),
	*("الرسالة الأصلية", "رسالة أصلية", "原始邮件", "邮件原件", "转发的邮件", "元のメッセージ"),
)
SIGNATURES = ("--", "__")
LONGEST_SIGNATURE = 15
SENT_FROM = (
	*(
		"Sent from my ",
		"Sent from Outlook",
		"Von meinem ",
		"Gesendet von ",
		"Envoyé de mon ",
		"Enviado desde mi ",
	),
	*("发自我的", "أُرسلت من ", "iPhoneから送信", "iPadから送信"),
)


def split_reply(text: str) -> tuple[str, str]:
	"""An e-mail's own text, and what it quotes of earlier ones, a signature with it. All of it is its own where answers
	stand between what is quoted."""
	lines = text.replace("\u00a0", " ").replace("\u202f", " ").split("\n")
	at = find_signature(lines, find_quote(lines))
	lines = text.split("\n")
	own, quoted = ("\n".join(part).strip() for part in (lines[:at], lines[at:]))
	return (own, quoted) if own and quoted else (text, "")


def find_quote(lines: list[str]) -> int:
	"""The line at which what is quoted begins; the number of lines where nothing is."""
	last_own = next((at for at in reversed(range(len(lines))) if is_own(lines[at])), -1)
	for at in range(min(len(lines), MOST_LINES)):
		if is_separator(lines[at]) or is_header_block(lines, at):
			return at
		end = find_introduction_end(lines, at)
		if end and (last_own < end or not is_quoted(get_next(lines, end))):
			return at
	return last_own + 1 if last_own + 1 < len(lines) else len(lines)


def is_own(line: str) -> bool:
	return bool(line.strip()) and not is_quoted(line)


def is_quoted(line: str) -> bool:
	return line.startswith(">")


def get_next(lines: list[str], at: int) -> str:
	"""The next line, an empty one apart."""
	return next((line for line in lines[at : at + 2] if line.strip()), "")


def find_introduction_end(lines: list[str], at: int) -> int | None:
	"""The line after an introduction that begins at ``at``, if one does."""
	joined = ""
	for end in range(at + 1, min(at + LINES_OF_INTRODUCTION, len(lines)) + 1):
		joined = f"{joined} {lines[end - 1].strip()}".strip().replace("：", ":")
		if not joined or len(joined) > LONGEST_INTRODUCTION:
			return None
		known = [introduction for introduction in INTRODUCTIONS if joined.startswith(introduction[0])]
		if joined.endswith(":") and any(character.isdigit() for character in joined):
			for _opening, middle, ending in known:
				if joined.endswith(ending) and middle in joined:
					return end
		# without a word to begin with, any paragraph could go on as one
		if not any(opening for opening, _middle, _ending in known):
			return None
	return None


def is_header_block(lines: list[str], at: int) -> bool:
	"""Whether Outlook's headers of the earlier e-mail begin here, or the rule that Outlook draws above them."""
	line = lines[at].strip()
	if len(line) >= 20 and not line.strip("_"):
		at += 1
		line = get_next(lines, at)
	if get_header(line) not in FROM:
		return False
	named = {get_header(line) for line in lines[at + 1 : at + 1 + HEADERS_AFTER]}
	return len(named.intersection(OTHER_HEADERS)) >= FEWEST_HEADERS


def get_header(line: str) -> str:
	"""``from`` of "From: Ann", "*From:* Ann" or "From : Ann"; empty for what is no header."""
	name, colon, _value = line[:40].replace("：", ":").partition(":")
	return name.strip(" *\t").lower() if colon else ""


def is_separator(line: str) -> bool:
	line = line.strip()
	if len(line) > 100:
		return False
	is_ruled = line.startswith("--") and line.endswith("--")
	return (is_ruled or line.endswith((":", "："))) and line.strip("-:： ").lower().replace(
		"’", "'"
	) in SEPARATORS


def find_signature(lines: list[str], end: int) -> int:
	"""Where a signature below the own text begins, or ``end``."""
	for at in range(max(0, end - LONGEST_SIGNATURE), end):
		if lines[at].rstrip() in SIGNATURES:
			return at
	last = next((at for at in reversed(range(end)) if lines[at].strip()), end)
	return last if last < end and lines[last].strip().startswith(SENT_FROM) else end
