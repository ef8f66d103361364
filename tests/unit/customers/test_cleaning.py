"""What people typed is brought into one form, and what has none is refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports import cleaning
from customers.imports.cleaning import UncleanError

TYPED = st.text(max_size=40) | st.text("Ａb １ 　\u200b\u0301é王-,.'\n\t´ﬁ", max_size=40)
DIALLED = st.text("0123456789 +-()./", min_size=1, max_size=20)


@given(TYPED)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    once = cleaning.tidy(text)
    assert cleaning.tidy(once) == once


@given(TYPED)
def test_comparing_twice_is_comparing_once(text: str) -> None:
    once = cleaning.comparable(text)
    assert cleaning.comparable(once) == once


@given(TYPED)
def test_tidied_text_has_single_spaces_and_nothing_unseen(text: str) -> None:
    tidied = cleaning.tidy(text)
    assert tidied == tidied.strip()
    assert "  " not in tidied
    assert all(each.isprintable() or each == " " for each in tidied)


@given(DIALLED, st.sampled_from(["", "CN", "DE", "US", "GB"]))
def test_a_number_that_is_accepted_stays_as_it_is(text: str, country: str) -> None:
    try:
        number = cleaning.phone(text, country)
    except UncleanError:
        return
    assert number.startswith("+")
    assert cleaning.phone(number, country) == number
    assert cleaning.phone(number, "FR") == number


@given(st.emails())
def test_an_address_that_is_accepted_stays_as_it_is(text: str) -> None:
    try:
        address = cleaning.email(text)
    except UncleanError:
        return
    assert cleaning.email(address) == address


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("010 5555 0199", "CN", "+861055550199"),
        ("＋８６ １３８　００１３ ８０００", "", "+8613800138000"),
        ("(030) 90 18-20", "DE", "+4930901820"),
        ("+351 912 345 678", "CN", "+351912345678"),
        ("0044 20 7946 0958", "CN", "+442079460958"),
    ],
)
def test_numbers_are_kept_in_one_form_whatever_country_they_are_of(
    text: str, country: str, number: str
) -> None:
    assert cleaning.phone(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "reason"),
    [
        ("010 5555 0199", "", "its country is not known: write it as"),
        ("+999 1234567", "CN", "names no country that there is"),
        ("12", "CN", "too few or too many digits for a number of [+]86"),
        ("call me", "CN", "is no phone number"),
        ("+1 202 555 0143 ext 5", "", "has an extension"),
    ],
)
def test_a_number_that_cannot_be_told_is_refused_with_what_would_do(
    text: str, country: str, reason: str
) -> None:
    with pytest.raises(UncleanError, match=reason):
        cleaning.phone(text, country)


@pytest.mark.parametrize("text", ["li at example.org", "li@", "a b@example.org", "li@home.test"])
def test_what_no_letter_can_be_sent_to_is_refused(text: str) -> None:
    with pytest.raises(UncleanError, match="is no e-mail address"):
        cleaning.email(text)


def test_the_case_of_a_domain_says_nothing() -> None:
    assert cleaning.email(" Li@EXAMPLE.org ") == "Li@example.org"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Müller-Lüdenscheidt, GmbH", "muller ludenscheidt gmbh"),
        ("ＬＩ  Ming", "li ming"),
        ("海景路１２号", "海景路12号"),
        ("...", ""),
    ],
)
def test_texts_are_compared_without_case_accents_and_punctuation(text: str, words: str) -> None:
    assert cleaning.comparable(text) == words


@pytest.mark.parametrize(
    ("zone", "country"),
    [("Asia/Shanghai", "CN"), ("Asia/Calcutta", "IN"), ("Europe/Lisbon", "PT"), ("UTC", "")],
)
def test_a_time_zone_says_which_country_it_is_of(zone: str, country: str) -> None:
    assert cleaning.country_of_zone(zone) == country
