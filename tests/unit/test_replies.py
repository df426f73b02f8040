"""Where an e-mail's own text ends: as mail programs write it in many languages, and never by losing a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from customer_portal_ext.conversations.replies import split_reply

QUOTE = "\n> Shall we?\n> Ann"
INTRODUCTIONS = {
	"Gmail": "On Mon, Jan 1, 2024 at 10:00 AM Ann Buyer <ann@example.com> wrote:",
	"Gmail, wrapped": "On Mon, Jan 1, 2024 at 10:00 AM A Very Long Name of a Company <ann@example.com>\nwrote:",
	"Apple Mail": "On 1 Jan 2024, at 10:00, Ann Buyer <ann@example.com> wrote:",
	"Gmail in German": "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Ann Buyer <ann@example.com>:",
	"Apple Mail in German": "Am 01.01.2024 um 10:00 schrieb Ann Buyer <ann@example.com>:",
	"Gmail in French": "Le lun. 1 janv. 2024 à 10:00, Ann Buyer <ann@example.com> a écrit\u00a0:",
	"Apple Mail in French": "Le 1 janv. 2024 à 10:00, Ann Buyer <ann@example.com> a écrit :",
	"Gmail in Spanish": "El lun, 1 ene 2024 a las 10:00, Ann Buyer (<ann@example.com>)\nescribió:",
	"Gmail in Italian": "Il giorno lun 1 gen 2024 alle ore 10:00 Ann Buyer <ann@example.com> ha scritto:",
	"Gmail in Portuguese": "Em seg., 1 de jan. de 2024 às 10:00, Ann Buyer <ann@example.com> escreveu:",
	"Gmail in Dutch": "Op ma 1 jan 2024 om 10:00 schreef Ann Buyer <ann@example.com>:",
	"Gmail in Swedish": "Den mån 1 jan. 2024 kl 10:00 skrev Ann Buyer <ann@example.com>:",
	"Gmail in Arabic": "في الاثنين، 1 يناير 2024 في 10:00 ص تمت كتابة ما يلي بواسطة Ann Buyer <ann@example.com>:",
	"Gmail in Chinese": "Ann Buyer <ann@example.com> 于2024年1月1日周一 10:00写道：",
	"Apple Mail in Chinese": "2024年1月1日 10:00，Ann Buyer <ann@example.com> 写道：",
	"Gmail in Japanese": "2024年1月1日(月) 10:00 Ann Buyer <ann@example.com>:",
	"Apple Mail in Japanese": "2024/01/01 10:00、Ann Buyer <ann@example.com>のメール:",
}
HEADERS = {
	"Outlook": "From: Ann <ann@example.com>\nSent: Monday, January 1, 2024 10:00 AM\nTo: Sam\nSubject: Order",
	"Outlook on the web": "________________________________\nFrom: Ann <ann@example.com>\nSent: Monday\nTo: Sam\nSubject: Order",
	"Outlook for Mac": "*From:* Ann <ann@example.com>\n*Date:* Monday\n*To:* Sam\n*Subject:* Order",
	"Outlook in German": "Von: Ann <ann@example.com>\nGesendet: Montag\nAn: Sam\nBetreff: Auftrag",
	"Outlook in French": "De : Ann <ann@example.com>\nEnvoyé : lundi\nÀ : Sam\nObjet : Commande",
	"Outlook in Spanish": "De: Ann <ann@example.com>\nEnviado el: lunes\nPara: Sam\nAsunto: Pedido",
	"Outlook in Chinese": "发件人: Ann <ann@example.com>\n发送时间: 2024年1月1日\n收件人: Sam\n主题: 订单",
	"Outlook in Japanese": "差出人: Ann <ann@example.com>\n送信日時: 2024年1月1日\n宛先: Sam\n件名: 注文",
	"Outlook in Arabic": "من: Ann <ann@example.com>\nتم الإرسال: الاثنين\nإلى: Sam\nالموضوع: طلب",
	"an old Outlook": "-----Original Message-----\nShall we?",
	"an old Outlook in German": "-----Ursprüngliche Nachricht-----\nShall we?",
	"Gmail, forwarding": "---------- Forwarded message ---------\nFrom: Ann",
	"Apple Mail, forwarding": "Begin forwarded message:\n\nFrom: Ann",
}


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS.keys())
@pytest.mark.parametrize(
	"quote", [QUOTE, "\n" + QUOTE, "\nShall we?\nAnn"], ids=["marked", "apart", "unmarked"]
)
def test_what_is_introduced_is_quoted(introduction, quote):
	own, quoted = split_reply(f"Yes, please.\nAll four.\n\n{introduction}{quote}")
	assert own == "Yes, please.\nAll four."
	assert quoted.startswith(introduction.split("\n")[0]) and "Shall we?" in quoted


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_what_stands_below_headers_is_quoted(headers):
	own, quoted = split_reply(f"Yes, please.\n\n{headers}\n\nThe earlier text")
	assert own == "Yes, please." and quoted == f"{headers}\n\nThe earlier text"


def test_a_quote_without_an_introduction():
	assert split_reply("Yes\n\n> Shall we?") == ("Yes", "> Shall we?")


def test_signatures_are_set_apart():
	assert split_reply("Yes\n\n-- \nAnn Buyer\nPurchasing") == ("Yes", "-- \nAnn Buyer\nPurchasing")
	assert split_reply("Yes\n\nSent from my iPhone") == ("Yes", "Sent from my iPhone")
	assert split_reply("Ja\n\nVon meinem iPhone gesendet") == ("Ja", "Von meinem iPhone gesendet")


@pytest.mark.parametrize(
	"text",
	[
		"Just this",
		"",
		"> all of it is quoted",
		"On Monday 3 of us come.\nIs that all right?",
		"On the 3rd he wrote: nothing.\nSo I ask again.",
		"Le prix est 3 :\n- un\n- deux",
		"From: the gate at 8\nPlease be in time.",
		"他写道：你好",
		"Prices --\n\n4 pieces\n" + "one more line\n" * 20,
		# answers between what is quoted
		"On 1 Jan 2024, Ann wrote:\n> One?\nYes.\n> Two?\nNo.",
		"> One?\nYes.\n> Two?\nNo.",
	],
)
def test_a_text_of_ones_own_stays_whole(text):
	assert split_reply(text) == (text, "")


@given(some.text(alphabet=some.sampled_from("On 1wrote:>-_\nFrom: To ab@.<写道：\u00a0"), max_size=200))
def test_no_word_is_lost(text):
	own, quoted = split_reply(text)
	assert (own + quoted).split() == text.split() or "".join((own + quoted).split()) == "".join(text.split())
