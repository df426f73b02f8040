"""The four codes of bank transfers: each is decoded and compared with its standard's text; anything odd gives none."""

from dataclasses import replace
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_portal_ext.payments.bank_transfer import epc, image, paynow, swiss, upi
from customer_portal_ext.payments.bank_transfer.transfer import (
	CannotEncode,
	Creditor,
	CreditorAddress,
	Transfer,
	read_iban,
)
from tests.factories import qr

RED_CROSS = Creditor("Red Cross", iban="BE72 0000 0000 1616", bic="BPOTBEB1")
# each field fits, all of them together do not
LONGEST = Creditor("ü" * 70, iban="MT84MALT011000012345MTLCAST001S", bic="MALTMTMTXXX")
SWISS = Creditor(
	"Max Muster & Söhne",
	iban="CH44 3199 9123 0008 8901 2",
	address=CreditorAddress("Musterstrasse 123", "8000", "Seldwyla", "CH"),
)
SINGAPORE = Creditor("Acme Trading Pte Ltd", paynow_proxy="197401143C")
INDIA = Creditor("Wind & Power", upi_id="windpower@okbank")


def make(creditor, amount="1.00", currency="EUR", reference="Urgency fund"):
	return Transfer(creditor, Decimal(amount), currency, reference)


def assert_refused(module, transfer, about):
	with pytest.raises(CannotEncode, match=about):
		module.encode(transfer)


# EPC069-12


def test_the_epc_guidelines_own_example():
	"""The example of EPC069-12, section 5, but for its purpose code, as version 002."""
	text = epc.encode(make(RED_CROSS))
	assert text == "BCD\n002\n1\nSCT\nBPOTBEB1\nRed Cross\nBE72000000001616\nEUR1.00\n\n\nUrgency fund"
	assert qr.read(image.draw(text)) == text


def test_epc_with_umlauts_and_without_a_bic():
	creditor = Creditor("Müller & Söhne GmbH, Köln", iban="DE89370400440532013000")
	text = epc.encode(make(creditor, "999999999.99", reference="ACC-SINV-2026-00012"))
	assert text.splitlines()[4:8] == ["", creditor.name, "DE89370400440532013000", "EUR999999999.99"]
	assert qr.read(image.draw(text)) == text


@pytest.mark.parametrize(
	("change", "about"),
	[
		({"amount": Decimal("0.00")}, "amount"),
		({"amount": Decimal("-1")}, "amount"),
		({"amount": Decimal("1000000000.00")}, "amount"),
		({"amount": Decimal("1.005")}, "decimals"),
		({"currency": "CHF"}, "CHF"),
		({"reference": ""}, "reference is missing"),
		({"reference": "x" * 141}, "more than 140"),
		({"reference": "INV_1"}, "characters"),
		({"reference": "INV//1"}, "characters"),
		({"reference": "/INV1"}, "characters"),
		({"reference": "INV\n1"}, "characters"),
		({"creditor": replace(RED_CROSS, name="")}, "name is missing"),
		({"creditor": replace(RED_CROSS, name="x" * 71)}, "more than 70"),
		({"creditor": replace(RED_CROSS, name="Red\nCross")}, "characters"),
		({"creditor": replace(RED_CROSS, iban="")}, "IBAN"),
		({"creditor": replace(RED_CROSS, iban="BE73000000001616")}, "IBAN"),
		({"creditor": replace(RED_CROSS, iban="BE7200000000161")}, "IBAN"),
		({"creditor": replace(RED_CROSS, bic="NOBANK")}, "BIC"),
		({"creditor": replace(RED_CROSS, iban="AE070331234567890123456")}, "not in SEPA"),
		({"creditor": replace(RED_CROSS, iban="GB29NWBK60161331926819", bic="")}, "needs the bank's BIC"),
		({"creditor": LONGEST, "reference": "x" * 140}, "331 bytes"),
	],
)
def test_no_epc_code_rather_than_a_wrong_one(change, about):
	assert_refused(epc, replace(make(RED_CROSS), **change), about)


def test_epc_is_for_euros_in_sepa():
	assert epc.is_for(make(RED_CROSS))
	assert not epc.is_for(make(RED_CROSS, currency="USD"))
	assert not epc.is_for(make(replace(RED_CROSS, iban="AE070331234567890123456")))


# Swiss QR-bill


def test_a_swiss_code_with_a_qr_reference():
	text = swiss.encode(make(SWISS, "1949.75", "CHF", "ACC-SINV-2026-00012"))
	assert text.split("\n") == [
		*("SPC", "0200", "1"),
		"CH4431999123000889012",
		*("S", "Max Muster & Söhne", "Musterstrasse 123", "", "8000", "Seldwyla", "CH"),
		*[""] * 7,
		*("1949.75", "CHF"),
		*[""] * 7,
		*("QRR", "000000000000000002026000125"),
		"ACC-SINV-2026-00012",
		"EPD",
	]
	assert qr.read(image.draw(text, has_swiss_cross=True)) == text


def test_the_guidelines_qr_reference():
	"""The reference of the guidelines' first example, whose last digit is its check digit."""
	kind, reference = swiss.get_reference(
		"CH4431999123000889012", make(SWISS, reference="21000000000313947143000901")
	)
	assert (kind, reference) == ("QRR", "210000000003139471430009017")
	assert swiss.format_reference(reference) == "21 00000 00003 13947 14300 09017"


def test_a_swiss_code_with_a_creditor_reference():
	creditor = replace(SWISS, iban="CH5800791123000889012")
	lines = swiss.encode(make(creditor, "199.95", "CHF", "539007547034")).split("\n")
	assert lines[27:30] == ["SCOR", "RF18539007547034", "539007547034"]  # the guidelines' example
	assert swiss.format_reference("RF18539007547034") == "RF18 5390 0754 7034"


def test_a_number_too_long_for_a_creditor_reference_stands_in_the_message():
	creditor = replace(SWISS, iban="CH5800791123000889012")
	lines = swiss.encode(make(creditor, "5.00", "EUR", "INVOICE-OF-THE-YEAR-2026-0001")).split("\n")
	assert lines[27:30] == ["NON", "", "INVOICE-OF-THE-YEAR-2026-0001"]
	assert len(lines) == 31


@pytest.mark.parametrize(
	("change", "about"),
	[
		({"currency": "USD"}, "USD"),
		({"amount": Decimal("0")}, "amount"),
		({"amount": Decimal("1000000000")}, "amount"),
		({"reference": "INV-A"}, "No QR reference"),
		({"reference": "1" * 27}, "No QR reference"),
		({"reference": "INV-1 INV-2"}, "No QR reference"),
		({"reference": "请求-1"}, "characters"),
		({"creditor": replace(SWISS, address=None)}, "address"),
		({"creditor": replace(SWISS, iban="CH4431999123000889013")}, "IBAN"),
		({"creditor": replace(SWISS, iban="DE89370400440532013000")}, "CH or LI"),
		({"creditor": replace(SWISS, name="x" * 71)}, "more than 70"),
		({"creditor": replace(SWISS, address=replace(SWISS.address, town=""))}, "town is missing"),
		({"creditor": replace(SWISS, address=replace(SWISS.address, postal_code="1" * 17))}, "more than 16"),
		({"creditor": replace(SWISS, address=replace(SWISS.address, country=""))}, "ISO code"),
	],
)
def test_no_swiss_code_rather_than_a_wrong_one(change, about):
	assert_refused(swiss, replace(make(SWISS, currency="CHF", reference="INV-1"), **change), about)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=21))
def test_a_creditor_reference_has_its_check_digits(plain):
	reference = swiss.make_creditor_reference(plain)
	number = int("".join(str(int(character, 36)) for character in reference[4:] + reference[:4]))
	assert number % 97 == 1
	assert reference[4:] == plain and reference[2:4].isdigit()


# PayNow


def test_the_checksum_of_the_standard():
	assert paynow.get_checksum("123456789") == "29B1"


def read_elements(text):
	elements = {}
	while text:
		length = int(text[2:4])
		elements[text[:2]] = text[4 : 4 + length]
		text = text[4 + length :]
	return elements


def test_a_paynow_code():
	text = paynow.encode(make(SINGAPORE, "1234.50", "SGD", "ACC-SINV-2026-00012"))
	assert text.startswith("00020101021226370009SG.PAYNOW010120210197401143C03010")
	elements = read_elements(text)
	assert {key: elements[key] for key in ("52", "53", "54", "58", "59", "60")} == {
		"52": "0000",
		"53": "702",
		"54": "1234.50",
		"58": "SG",
		"59": "Acme Trading Pte Ltd",
		"60": "Singapore",
	}
	assert read_elements(elements["62"]) == {"01": "ACC-SINV-2026-00012"}
	assert elements["63"] == paynow.get_checksum(text[:-4])
	assert qr.read(image.draw(text)) == text


@pytest.mark.parametrize(
	("typed", "expected"),
	[
		("9123 4567", ("0", "+6591234567")),
		("+65 8123 4567", ("0", "+6581234567")),
		("197401143c", ("2", "197401143C")),
		("197401143CABC", ("2", "197401143CABC")),
	],
)
def test_a_paynow_proxy(typed, expected):
	assert paynow.read_proxy(typed) == expected


@pytest.mark.parametrize("typed", ["", "197401143D", "+65 6123 4567", "+44 7911 123456", "S1234567D"])
def test_no_other_paynow_proxy(typed):
	with pytest.raises(CannotEncode):
		paynow.read_proxy(typed)


def test_a_name_that_emvco_does_not_know_is_left_out():
	text = paynow.encode(make(replace(SINGAPORE, name="好公司"), "1.00", "SGD", "INV-1"))
	assert read_elements(text)["59"] == "NA"


@pytest.mark.parametrize(
	"change",
	[
		{"currency": "USD"},
		{"amount": Decimal("200000.01")},
		{"amount": Decimal("0")},
		{"reference": "x" * 26},
		{"reference": "发票"},
		{"creditor": replace(SINGAPORE, paynow_proxy="")},
	],
)
def test_no_paynow_code_rather_than_a_wrong_one(change):
	with pytest.raises(CannotEncode):
		paynow.encode(replace(make(SINGAPORE, currency="SGD", reference="INV-1"), **change))


# UPI


def test_a_upi_code():
	text = upi.encode(make(INDIA, "99999.99", "INR", "SINV/26-27 001"))
	address = urlsplit(text)
	assert (address.scheme, address.netloc) == ("upi", "pay")
	assert parse_qs(address.query) == {
		"pa": ["windpower@okbank"],
		"pn": ["Wind & Power"],
		"am": ["99999.99"],
		"cu": ["INR"],
		"tn": ["SINV/26-27 001"],
		"tr": ["SINV2627001"],
	}
	assert "pa=windpower@okbank&pn=Wind%20%26%20Power&" in text
	assert qr.read(image.draw(text)) == text


@pytest.mark.parametrize(
	"change",
	[
		{"currency": "EUR"},
		{"amount": Decimal("100000.01")},
		{"reference": "x" * 36},
		{"creditor": replace(INDIA, upi_id="windpower")},
		{"creditor": replace(INDIA, upi_id="wind power@okbank")},
		{"creditor": replace(INDIA, upi_id="a&am=1@okbank")},
		{"creditor": replace(INDIA, name="")},
	],
)
def test_no_upi_code_rather_than_a_wrong_one(change):
	with pytest.raises(CannotEncode):
		upi.encode(replace(make(INDIA, currency="INR", reference="INV-1"), **change))


# The drawing


LATIN = st.characters(whitelist_categories=("Ll", "Lu", "Nd"), max_codepoint=0x17F)


@given(st.text(LATIN, min_size=1, max_size=70), st.text("ABC0123456789-/", min_size=1, max_size=40))
def test_every_name_reads_back(name, reference):
	try:
		text = epc.encode(make(replace(RED_CROSS, name=name), reference=reference))
	except CannotEncode:
		assert not epc.REFERENCE.fullmatch(reference)
		return
	assert qr.read(image.draw(text)) == text


@given(st.integers(0, 26), st.sampled_from("0123456789ABC"))
def test_a_changed_iban_is_no_iban(at, character):
	iban = "DE89370400440532013000"
	changed = iban[:at] + character + iban[at + 1 :]
	if changed[:22] == iban:
		assert read_iban(changed[:22]) == iban
	else:
		with pytest.raises(CannotEncode):
			read_iban(changed)


@given(st.decimals("0.01", "999999999.99", places=2))
def test_an_amount_is_written_exactly(amount):
	line = epc.encode(make(RED_CROSS, amount=str(amount))).split("\n")[7]
	assert Decimal(line.removeprefix("EUR")) == amount
	assert "." in line and len(line.partition(".")[2]) == 2
