"""Accepting a quotation: one Sales Order and the record of who signed what, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

import frappe
from frappe.utils import getdate, now_datetime

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.exceptions import AnswerRefused
from customer_portal_ext.quotes import (
	addresses,
	choices,
	customers,
	digest,
	fields,
	offer,
	order,
	responses,
	rules,
	signature,
)
from customer_portal_ext.quotes.choices import Choice
from customer_portal_ext.quotes.responses import Origin
from customer_portal_ext.quotes.signature import Signature
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class Acceptance:
	"""What a visitor sent, checked. ``seal`` is the digest of what their page showed."""

	name: str
	email: str
	po_no: str
	address: str | None
	chosen: tuple[str, ...]
	signature: Signature | None
	seal: str


def read(form: Mapping, open_choices: list[Choice], address_options: list[dict]) -> Acceptance:
	"""The form as an Acceptance. Raises InvalidInput, which names the field."""
	return Acceptance(
		chosen=tuple(choices.read(form, open_choices)),
		name=fields.read_name(form.get("name")),
		email=fields.read_email(form.get("email")),
		po_no=fields.read_po_number(form.get("po_no")),
		address=addresses.read(form.get(addresses.FIELD), address_options),
		signature=signature.read(
			form.get("signature"), form.get("typed_signature"), bool(get_settings().signature_required)
		),
		seal=form.get("seal") or "",
	)


def accept(record: Mapping, acceptance: Acceptance, origin: Origin) -> tuple[dict, bool]:
	"""Make the order and record the answer. The answer that stands, and whether it is this one.

	:param record: the quotation, as the guard gave it.
	:raises AnswerRefused: by ERPNext's rules, or because what was signed is no longer what is offered.
	"""
	return responses.answer_once(record["name"], lambda row: _accept(record, row, acceptance, origin))


def get_offered(record: Mapping, chosen: tuple[str, ...] | list[str]):
	"""The mapped order of what is open, with these alternatives; for who is no customer yet, the quotation as it would be
	ordered. Raises AnswerRefused."""
	name = record["name"]
	if order.get_draft(name):
		raise AnswerRefused(_("An order for this quotation is being prepared. Please contact us."))
	get = order.map_order if customers.find(record) else order.get_quoted
	return get(name, chosen, offer.has_alternatives(name))


def _accept(record: Mapping, row: dict, acceptance: Acceptance, origin: Origin) -> dict:
	today = getdate()
	rules.require_open(row, today)
	customer, is_new = customers.get_or_make(row)
	mapped = get_offered(record, acceptance.chosen)
	if mapped.customer != customer or origin.customer not in (customer, None):
		raise AnswerRefused(_("This order could not be made. Please contact us."))
	content = offer.get_content(record, mapped)
	if offer.get_seal(content) != acceptance.seal:
		if is_new:
			raise customers.refuse(_("For the new customer, ERPNext's order differs from the quotation."))
		raise AnswerRefused(
			_("What is offered has changed since you opened this page. Please look at it again.")
		)
	settings = get_settings()
	made = order.save(
		mapped,
		acceptance.po_no,
		acceptance.address,
		as_submitted=settings.order_created_as == "Submitted",
		owner=row["owner"],
		today=today,
	)
	if offer.get_content(record, made)["total"] != content["total"]:
		raise AnswerRefused(
			_("What is offered has changed since you opened this page. Please look at it again.")
		)
	signed = digest.to_canonical_text(get_signed_content(content, acceptance))
	drawn = acceptance.signature
	return responses.record(
		responses.ACCEPTED,
		record["name"],
		origin,
		customer=customer,
		sales_order=made.name,
		signer_name=acceptance.name,
		signer_email=acceptance.email,
		po_no=acceptance.po_no,
		delivery_address=acceptance.address,
		signature_kind=drawn.kind if drawn else None,
		typed_signature=drawn.text if drawn else None,
		signature=drawn.data_url if drawn else None,
		signed_content=signed,
		content_digest=digest.get_digest(signed),
	)


def get_signed_content(content: Mapping, acceptance: Acceptance) -> dict:
	"""The offer, and who agrees to it, how and when (in the site's time zone)."""
	drawn = acceptance.signature
	return {
		**content,
		"signer": {"name": acceptance.name, "email": acceptance.email},
		"purchase_order": acceptance.po_no,
		"delivery_address": addresses.get_plain_lines(acceptance.address) if acceptance.address else [],
		"signature": {"kind": drawn.kind, "sha256": drawn.digest} if drawn else None,
		"signed_on": now_datetime().replace(microsecond=0),
	}


def is_intact(response) -> bool:
	"""Whether a response's content is still the one that was signed."""
	return bool(response.signed_content) and frappe.safe_decode(response.content_digest) == digest.get_digest(
		response.signed_content
	)
