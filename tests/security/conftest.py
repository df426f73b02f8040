"""Fixtures of the forms that are sent again."""

import pytest

from customer_portal_ext.access.policy import CAPABILITIES
from tests.factories.users import make_user


@pytest.fixture
def stage(customer, portal_settings, new_client, request):
	from tests.security.sendings.stage import Stage

	switches = {switch: 1 for switch in CAPABILITIES.values() if switch}
	portal_settings(**switches, account_changes_applied="At Once", signature_required=0, allow_fresh_link=1)
	customer.db_set("account_manager", make_user("Sales Manager", "Support Team"))
	return Stage(customer, new_client, request)
