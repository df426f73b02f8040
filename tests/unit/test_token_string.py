"""The token's form: what composes parses, and nothing else does."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_portal_ext.access import token_string
from customer_portal_ext.exceptions import TokenInvalid

KEY = bytes(range(32))
OTHER_KEY = bytes(reversed(range(32)))
ids = st.binary(min_size=16, max_size=16)


@given(ids)
def test_a_composed_token_gives_its_id_back(token_id):
	token = token_string.compose(token_id, KEY)
	assert len(token) == 43
	assert token_string.parse(token, KEY) == token_id


@given(ids)
def test_another_sites_key_opens_nothing(token_id):
	with pytest.raises(TokenInvalid):
		token_string.parse(token_string.compose(token_id, OTHER_KEY), KEY)


@given(
	ids,
	st.integers(0, 42),
	st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
)
def test_a_token_with_one_other_character_opens_nothing(token_id, position, character):
	token = token_string.compose(token_id, KEY)
	changed = token[:position] + character + token[position + 1 :]
	if changed == token:
		assert token_string.parse(changed, KEY) == token_id
	else:
		with pytest.raises(TokenInvalid):
			token_string.parse(changed, KEY)


@given(st.one_of(st.text(max_size=60), st.text(alphabet="AZaz09-_", min_size=43, max_size=43)))
def test_what_was_not_composed_opens_nothing(text):
	with pytest.raises(TokenInvalid):
		token_string.parse(text, KEY)


@pytest.mark.parametrize(
	"change", [lambda t: t[:-1], lambda t: t + t, lambda t: t + "=", lambda t: t * 250, lambda t: f" {t}"]
)
def test_cut_doubled_padded_and_long_tokens_open_nothing(change):
	with pytest.raises(TokenInvalid):
		token_string.parse(change(token_string.compose(b"0123456789abcdef", KEY)), KEY)


@given(st.text(min_size=1), st.text(min_size=1))
def test_one_seed_gives_one_id(first, second):
	same = token_string.derive_id(first, KEY) == token_string.derive_id(second, KEY)
	assert same == (first == second)
	assert len(token_string.derive_id(first, KEY)) == 16


def test_the_database_holds_a_digest_that_is_not_part_of_the_token():
	token_id = b"0123456789abcdef"
	assert token_string.digest(token_id) == hashlib.sha256(token_id).hexdigest()
	token = base64.urlsafe_b64decode(token_string.compose(token_id, KEY) + "=")
	assert bytes.fromhex(token_string.digest(token_id)) not in token
