"""What is sealed opens by its key alone, in its place alone, and only as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import ConfigurationError
from storage import sealing
from storage.sealing import DataKey, Keyring, UnreadableError

KEY = DataKey.make("household:5")
PLACE = "households.name_sealed"


@given(content=st.binary(max_size=400))
def test_what_was_sealed_opens_as_it_was(content: bytes) -> None:
    assert KEY.open(PLACE, KEY.seal(PLACE, content)) == content


@given(content=st.binary(max_size=60), data=st.data())
def test_a_changed_byte_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(PLACE, content))
    where = data.draw(st.integers(0, len(sealed) - 1))
    sealed[where] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableError):
        KEY.open(PLACE, bytes(sealed))


@given(content=st.binary(max_size=60), data=st.data())
def test_what_was_cut_off_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = KEY.seal(PLACE, content)
    with pytest.raises(UnreadableError):
        KEY.open(PLACE, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


def test_a_text_moved_to_another_column_or_owner_does_not_open() -> None:
    sealed = KEY.seal(PLACE, b"Lin")
    with pytest.raises(UnreadableError):
        KEY.open("households.address_sealed", sealed)
    with pytest.raises(UnreadableError):
        DataKey(KEY.id, "household:6", KEY.key).open(PLACE, sealed)


def test_the_same_text_is_never_sealed_the_same() -> None:
    assert KEY.seal(PLACE, b"Lin") != KEY.seal(PLACE, b"Lin")


def test_an_older_master_key_unwraps_and_the_first_one_wraps() -> None:
    old = Keyring({"2025": b"o" * 32})
    both = Keyring({"2026": b"n" * 32, "2025": b"o" * 32})
    master, wrapped = old.wrap(KEY)
    assert both.unwrap(master, wrapped, KEY.id, KEY.owner) == KEY
    assert both.wrap(KEY)[0] == "2026"
    with pytest.raises(ConfigurationError, match="'2026', which is not here"):
        old.unwrap(*both.wrap(KEY), KEY.id, KEY.owner)


def test_a_key_wrapped_for_one_owner_does_not_unwrap_for_another() -> None:
    ring = Keyring({"2025": b"o" * 32})
    with pytest.raises(UnreadableError):
        ring.unwrap(*ring.wrap(KEY), KEY.id, "household:6")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no master key"),
        ("no colon", "not of the form"),
        ("a:????", "not of the form"),
        ("a:QUJD", "has 3 bytes"),
        ("a:QUJ", "no Base64"),
        (f"a:{sealing.new_key()},a:{sealing.new_key()}", "two master keys 'a'"),
    ],
)
def test_a_wrong_master_key_is_told_without_repeating_it(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as refused:
        Keyring.parse(text)
    assert "HEARTHWATCH_MASTER_KEYS" in str(refused.value)
    assert "QUJ" not in str(refused.value)


def test_a_new_key_is_what_the_setting_wants() -> None:
    assert Keyring.parse(f"2026:{sealing.new_key()}").current == "2026"
    assert sealing.new_key() != sealing.new_key()


def test_no_key_shows_itself_in_a_log() -> None:
    ring = Keyring({"2025": b"o" * 32})
    assert "oooo" not in repr(ring)
    assert repr(KEY.key) not in repr(KEY)
