"""Drafts a notice: the letter of an occasion, to somebody, about an appliance.

What cannot be written stops no other letter: its draft says what is wrong, for the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from alerts.draft import AT_ONCE, Draft
from customers import consent
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from storage.pool import Connection
from tickets.writing import letter
from tickets.writing.addressee import Addressee
from tickets.writing.letter import Letter, LetterError

log = structlog.get_logger()


@dataclass(frozen=True)
class Matter:
    """What a letter is about."""

    occasion: str
    key: str
    """Names the occasion for good: the same key is written once."""
    about: str
    """What the reader's page shows: `ticket:12`, `consumable:3:water_filter`."""
    ticket_id: int | None = None
    trace: UUID | None = None
    safety: bool = False
    wait: timedelta = AT_ONCE


def draft(
    connection: Connection,
    reader: Addressee,
    device: Appliance,
    description: ApplianceType,
    matter: Matter,
    **facts: object,
) -> Draft:
    """The notice of a matter; every letter may use name, appliance and serial besides `facts`."""
    purpose = letter.OCCASIONS[matter.occasion]
    known = {
        "name": reader.contact.name,
        "appliance": description.title.language(reader.language),
        "serial": device.serial,
    }
    written, wrong = _written(matter, reader.language, {**known, **facts})
    return Draft(
        key=matter.key,
        contact_id=reader.contact.id,
        device_id=device.id,
        purpose=purpose,
        language=reader.contact.language,
        subject=written.subject,
        body=written.body,
        short=written.short,
        allowed=matter.safety or consent.allows(connection, reader.contact.id, purpose),
        occasion=matter.occasion,
        about=matter.about,
        ticket_id=matter.ticket_id,
        safety=matter.safety,
        trace=matter.trace,
        wait=matter.wait,
        wrong=wrong,
    )


def _written(matter: Matter, language: str, facts: Mapping[str, object]) -> tuple[Letter, str]:
    """The letter, and what is wrong with it; empty where it cannot be written."""
    try:
        return letter.write(matter.occasion, language, facts), ""
    except LetterError as error:
        log.exception("letter cannot be written", key=matter.key)
        return Letter("", ""), str(error)
