"""What a message says and whether it can be true: accepted parts, and refusals with a reason.

Pure: the registered appliances are handed in. What is good in a message is kept even when another
part of it is not; the letter then holds the whole part and names what was wrong in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast, get_args

from devices import fault_event, presence
from devices.catalogue.folder import Catalogue
from devices.dead_letter import Refusal
from devices.fault_event import Event
from devices.presence import Presence
from devices.telemetry import Reading
from devices.unknown_metric import Unknown
from ingest import decoding, measured
from ingest.dialects.dialect import (
    WHOLE,
    Address,
    Dialect,
    Told,
    ToldEvent,
    ToldPresence,
    ToldReading,
    Unreadable,
)
from ingest.instant import Span
from ingest.reason import Reason, RefusedError
from ingest.registry import Known, Registered
from ingest.source import Message

PAYLOAD_BYTES = 256 * 1024
"""More than this is refused: some 5,000 readings, a week at one every two minutes."""


@dataclass
class Judged:
    """What a message comes to."""

    message: Message
    type: str = ""
    readings: list[Reading] = field(default_factory=list)
    parts: list[object] = field(default_factory=list)
    """The part of the payload that told each reading."""
    unknown: list[Unknown] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    fresh: int = 0
    """Parts that were new when they were stored."""
    repeated: int = 0
    """Parts that were stored already."""

    def refuse(self, refused: RefusedError | Unreadable, part: object = WHOLE) -> None:
        """Put the message, or a part of it, aside."""
        payload = self.message.payload if part is WHOLE else decoding.encode(part)
        self.refusals.append(Refusal(self.message.topic, payload, refused.reason, refused.detail))


@dataclass(frozen=True)
class _Addressed:
    """A message whose topic has been read."""

    dialect: Dialect
    address: Address
    known: Known


class Validation:
    """Judges messages against the catalogue and the registered appliances."""

    def __init__(self, catalogue: Catalogue, dialects: Sequence[Dialect], span: Span) -> None:
        self._catalogue = catalogue
        self._dialects = dialects
        self.span = span
        self._limits = {name: measured.limits(each) for name, each in catalogue.items()}

    def serial(self, topic: str) -> str | None:
        """The serial number that a topic names, if it can be read."""
        try:
            return self._address(topic)[1].serial
        except RefusedError:
            return None

    def is_plain(self, topic: str) -> bool:
        """Whether the topic brings readings in our own JSON."""
        try:
            dialect, address = self._address(topic)
        except RefusedError:
            return False
        return address.subject == dialect.plain_subject

    def judge(self, message: Message, registered: Registered) -> Judged:
        """Take a message apart and judge every part."""
        judged = Judged(message)
        try:
            addressed = self._addressed(message, registered)
            judged.type = addressed.known.type
            payload = decoding.decode(message.payload)
            for told in addressed.dialect.read(addressed.address, payload):
                self._judge_part(judged, addressed.known, told)
        except RefusedError as refused:
            judged.refuse(refused)
        return judged

    def _addressed(self, message: Message, registered: Registered) -> _Addressed:
        dialect, address = self._address(message.topic)
        known = registered.get(address.serial)
        if known is None or known.type not in self._catalogue:
            raise RefusedError(
                Reason.DEVICE_UNKNOWN,
                f"no appliance has the serial number {address.serial!r}"
                if known is None
                else f"{address.serial} is a {known.type}, which the catalogue does not have",
            )
        if known.retired:
            raise RefusedError(Reason.DEVICE_RETIRED, f"{address.serial} is out of service")
        if len(message.payload) > PAYLOAD_BYTES:
            raise RefusedError(
                Reason.PAYLOAD_TOO_LARGE,
                f"{len(message.payload)} bytes, at most {PAYLOAD_BYTES} are read",
            )
        return _Addressed(dialect, address, known)

    def _address(self, topic: str) -> tuple[Dialect, Address]:
        for dialect in self._dialects:
            address = dialect.address(topic)
            if address is not None:
                return dialect, address
        raise RefusedError(Reason.TOPIC_UNKNOWN, f"nothing reads the topic {topic!r:.200}")

    def _judge_part(self, judged: Judged, known: Known, told: Told) -> None:
        match told:
            case ToldReading():
                self._judge_reading(judged, known, told)
            case ToldEvent():
                judged.events.append(self._event(judged.message, known, told))
            case ToldPresence():
                judged.presences.append(_presence(judged.message, known, told))
            case Unreadable():
                judged.refuse(told, told.part)
            case _:
                raise RefusedError(
                    Reason.COMMAND_UNKNOWN, f"no command {told.command_id!r:.100} was sent"
                )

    def _judge_reading(self, judged: Judged, known: Known, told: ToldReading) -> None:
        try:
            time = self.span.believed(told.time, judged.message.received_at)
        except RefusedError as refused:
            judged.refuse(refused, told.part)
            return
        values = measured.sort(told.values, self._limits[known.type])
        if values.known:
            judged.readings.append(Reading(known.id, time, values.known))
            judged.parts.append(told.part)
        if values.unknown:
            judged.unknown.append(Unknown(known.id, time, values.unknown))
        complaint = values.complaint
        if complaint is None and not (values.known or values.unknown):
            complaint = RefusedError(Reason.EMPTY, "the reading has no value")
        if complaint:
            judged.refuse(complaint, told.part)

    def _event(self, message: Message, known: Known, told: ToldEvent) -> Event:
        if told.state not in get_args(fault_event.State):
            raise RefusedError(
                Reason.WRONG_SHAPE, f"`state` is {told.state!r:.100}, not raised or cleared"
            )
        if not isinstance(told.code, str):
            raise RefusedError(Reason.WRONG_SHAPE, f"`code` is {told.code!r:.100}, not a text")
        if told.code not in self._catalogue[known.type].fault_codes:
            raise RefusedError(
                Reason.CODE_UNKNOWN, f"a {known.type} has no fault code {told.code!r:.100}"
            )
        time = self.span.believed(told.time, message.received_at)
        return Event(known.id, time, told.code, cast("fault_event.State", told.state))


def _presence(message: Message, known: Known, told: ToldPresence) -> Presence:
    if told.state not in get_args(presence.State):
        raise RefusedError(
            Reason.WRONG_SHAPE, f"`state` is {told.state!r:.100}, not online or offline"
        )
    return Presence(known.id, message.received_at, cast("presence.State", told.state))
