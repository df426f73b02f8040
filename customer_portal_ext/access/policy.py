"""What a customer may see and do: the customer's policy beats the nearest group's, which beats the settings.

A contact's policy narrows what the customer may: it can deny a capability to that one person, and cannot allow any.
"""

import frappe

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.documents.prepared import prepared, value

# capability -> its switch in Customer Portal Settings (None: allowed unless a policy denies it)
CAPABILITIES = {
	"invoices": None,
	"credit_notes": "show_credit_notes",
	"payments_history": "show_payments",
	"statement": "show_statement",
	"orders": "show_sales_orders",
	"quotations": "show_quotations",
	"deliveries": "show_deliveries",
	"messages": "allow_messages",
	"issues": "allow_support_issues",
	"quotation_acceptance": "allow_quotation_acceptance",
	"ordering": "allow_ordering",
	"payments": "allow_payments",
	"account_changes": "allow_account_changes",
	"colleagues": "allow_invitations",
}


def get_capabilities(
	customer: str, customer_group: str | None, contacts: tuple[str, ...] = ()
) -> frozenset[str]:
	"""The capabilities of ``customer``: one SQL statement, whatever the depth of the group tree.

	:param contacts: the contacts of the customer that the visitor is. Their policies take away, and never give.
	"""
	settings = get_settings()
	policies = get_policies(customer, customer_group, contacts)
	return frozenset(
		capability
		for capability, switch in CAPABILITIES.items()
		if decide(
			[policy.get(capability) for policy in policies if policy.applies_to != "Contact"],
			switch is None or bool(settings.get(switch)),
		)
		and not any(policy.get(capability) == "Deny" for policy in policies if policy.applies_to == "Contact")
	)


def explain(
	customer: str, customer_group: str | None, contacts: tuple[str, ...] = ()
) -> dict[str, tuple[bool, str | None, str | None]]:
	"""Each capability with whether it is allowed and what decided: (DocType, its record), the settings' field, or None."""
	policies = get_policies(customer, customer_group, contacts)
	allowed = get_capabilities(customer, customer_group, contacts)
	return {
		capability: (
			capability in allowed,
			*_find_reason(capability, switch, policies, capability in allowed),
		)
		for capability, switch in CAPABILITIES.items()
	}


def _find_reason(
	capability: str, switch: str | None, policies: list[dict], allowed: bool
) -> tuple[str | None, str | None]:
	own = [policy for policy in policies if policy.applies_to != "Contact"]
	decisive = next((policy for policy in own if policy.get(capability) in ("Allow", "Deny")), None)
	for policy in policies:
		narrows = policy.applies_to == "Contact" and policy.get(capability) == "Deny"
		# where the customer may not either, that is the reason to know
		if narrows and (not decisive or decisive.get(capability) == "Allow"):
			return policy.applies_to, policy.party
	if decisive:
		return decisive.applies_to, decisive.party
	return ("Customer Portal Settings", switch) if switch else (None, None)


def decide(answers: list[str | None], default: bool) -> bool:
	"""The first answer that is not Default, nearest policy first; the settings' switch where there is none."""
	for answer in answers:
		if answer in ("Allow", "Deny"):
			return answer == "Allow"
	return default


def get_policies(customer: str, customer_group: str | None, contacts: tuple[str, ...] = ()) -> list[dict]:
	"""The policies that apply, nearest first: those of ``contacts``, the customer's own, then its groups' from the innermost
	outwards."""
	return _select_policies(
		{"customer": customer, "customer_group": customer_group or "", "contacts": contacts or ("",)}
	)


@prepared
def _select_policies():
	policy = frappe.qb.DocType("Customer Portal Policy")
	group = frappe.qb.DocType("Customer Group")
	own = frappe.qb.DocType("Customer Group").as_("own_group")
	return (
		frappe.qb.from_(policy)
		.left_join(group)
		.on((policy.applies_to == "Customer Group") & (group.name == policy.party))
		.left_join(own)
		.on(own.name == value("customer_group"))
		.select(policy.applies_to, policy.party, *[policy[name] for name in CAPABILITIES])
		.where(
			((policy.applies_to == "Customer") & (policy.party == value("customer")))
			| ((policy.applies_to == "Contact") & policy.party.isin(value("contacts")))
			| ((policy.applies_to == "Customer Group") & (group.lft <= own.lft) & (group.rgt >= own.rgt))
		)
		.orderby(policy.applies_to)  # "Contact" sorts before "Customer", and that before "Customer Group"
		.orderby(group.lft, order=frappe.qb.desc)  # the innermost group has the largest lft
	)


def get_policy_key(applies_to: str, party: str) -> str:
	"""The unique key that allows one policy per customer and per group."""
	return f"{applies_to}: {party}"


def remove(applies_to: str, party: str) -> None:
	"""Delete the policy of a party that is being deleted."""
	frappe.db.delete("Customer Portal Policy", {"applies_to": applies_to, "party": party})


def follow_rename(applies_to: str, old: str, new: str) -> None:
	"""After a rename or merge, Frappe has moved ``party``; move the key too. A merge into a party with a policy keeps that one."""
	table = "Customer Portal Policy"
	if frappe.db.exists(table, {"policy_key": get_policy_key(applies_to, new)}):
		frappe.db.delete(table, {"policy_key": get_policy_key(applies_to, old)})
	else:
		frappe.db.set_value(
			table,
			{"policy_key": get_policy_key(applies_to, old)},
			"policy_key",
			get_policy_key(applies_to, new),
		)
