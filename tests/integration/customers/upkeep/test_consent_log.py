"""Which answer about consent counts: the latest, by channel, and never an import over a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customers import consent
from customers.consent import Answer
from runtime.errors import InvalidError
from storage.pool import Connection
from tests.integration.customers.upkeep.plain_records import NOW, add_person


def test_the_latest_answer_for_a_channel_or_for_all_of_them_counts(base: Connection) -> None:
    person = add_person(base)

    def say(granted: bool, channel: str | None, hours: int) -> None:  # noqa: FBT001 - a word
        answer = Answer(person, "reminders", granted, channel)
        consent.record(base, [answer], NOW + timedelta(hours=hours), source="my page")

    say(granted=True, channel=None, hours=1)
    say(granted=False, channel="sms", hours=2)
    assert consent.allows(base, person, "reminders")
    assert consent.allows(base, person, "reminders", "email")
    assert not consent.allows(base, person, "reminders", "sms")
    assert not consent.allows(base, person, "marketing")
    say(granted=False, channel=None, hours=3)
    assert not consent.allows(base, person, "reminders", "email")
    say(granted=False, channel=None, hours=4)
    assert len([each for each in consent.log(base, person) if each.source == "my page"]) == 3
    with pytest.raises(InvalidError, match="no purpose 'spam'"):
        consent.record(base, [Answer(person, "spam", granted=True)], NOW, source="x")


def test_a_channel_that_is_refused_again_after_all_were_granted_is_refused(
    base: Connection,
) -> None:
    person = add_person(base)
    no_sms = Answer(person, "reminders", granted=False, channel="sms")
    everything = Answer(person, "reminders", granted=True)
    for hours, answer in enumerate((everything, no_sms)):
        consent.record(base, [answer], NOW + timedelta(hours=hours + 1), source="console")
    assert consent.exceptions(base, person) == [no_sms]
    nothing = Answer(person, "reminders", granted=False)
    for hours, answer in enumerate((nothing, everything)):
        consent.record(base, [answer], NOW + timedelta(hours=hours + 3), source="console")
    assert consent.exceptions(base, person) == []
    consent.record(base, [no_sms], NOW + timedelta(hours=5), source="console")
    assert not consent.allows(base, person, "reminders", "sms")
    assert consent.exceptions(base, person) == [no_sms]


def test_no_import_grants_again_what_somebody_took_back(base: Connection) -> None:
    person = add_person(base)
    back = Answer(person, "service", granted=False)
    grant = Answer(person, "service", granted=True)
    consent.record(base, [grant], NOW + timedelta(hours=1), source="import")
    assert consent.allows(base, person, "service")
    consent.record(base, [back], NOW + timedelta(hours=2), source="my page")
    consent.record(base, [grant], NOW + timedelta(hours=3), source="import")
    assert not consent.allows(base, person, "service")
    consent.record(base, [grant], NOW + timedelta(hours=4), source="hotline")
    assert consent.allows(base, person, "service")


def test_another_system_grants_no_more_than_a_file_does(base: Connection) -> None:
    person = add_person(base)
    back = Answer(person, "service", granted=False)
    grant = Answer(person, "service", granted=True)
    consent.record(base, [grant], NOW + timedelta(hours=1), source="api")
    consent.record(base, [back], NOW + timedelta(hours=2), source="my page")
    consent.record(base, [grant], NOW + timedelta(hours=3), source="api")
    assert not consent.allows(base, person, "service")
    consent.record(base, [grant], NOW + timedelta(hours=4), source="hotline")
    consent.record(base, [back], NOW + timedelta(hours=5), source="api")
    consent.record(base, [grant], NOW + timedelta(hours=6), source="import")
    assert consent.allows(base, person, "service")
