"""Our own wire format, `appliances/{serial}/...`; docs/formats/wire.md describes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ingest.dialects.dialect import (
    NO_TIME,
    WHOLE,
    Address,
    Told,
    ToldEvent,
    ToldPresence,
    ToldReading,
    ToldReply,
    Unreadable,
)
from ingest.reason import Reason, RefusedError

ROOT = "appliances"
_SERIAL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SUBJECTS = {"telemetry", "events", "presence"}


class Native:
    """Telemetry, events, presence and replies to commands."""

    filters: tuple[str, ...] = (
        f"{ROOT}/+/telemetry",
        f"{ROOT}/+/events",
        f"{ROOT}/+/presence",
        f"{ROOT}/+/commands/+/reply",
    )
    bulk_filters: tuple[str, ...] = (f"{ROOT}/+/telemetry",)
    plain_subject: str | None = "telemetry"

    def address(self, topic: str) -> Address | None:
        """Whom the topic speaks of; None if it is not one of ours."""
        match topic.split("/"):
            case [root, serial, subject] if root == ROOT and subject in _SUBJECTS:
                return Address(_checked(serial), subject)
            case [root, serial, "commands", command_id, "reply"] if root == ROOT:
                return Address(_checked(serial), f"reply {command_id}")
            case _:
                return None

    def read(self, address: Address, payload: object) -> Iterable[Told]:
        """Take a payload apart; a list of readings part by part."""
        if address.subject == "telemetry":
            return _readings(payload)
        if not isinstance(payload, dict):
            raise RefusedError(Reason.WRONG_SHAPE, f"expected an object, got {_named(payload)}")
        if address.subject == "events":
            return [
                ToldEvent(payload.get("ts", NO_TIME), payload.get("code"), payload.get("state"))
            ]
        if address.subject == "presence":
            return [ToldPresence(payload.get("state"))]
        return [ToldReply(address.subject.removeprefix("reply "), payload.get("state"))]


def _checked(serial: str) -> str:
    if not _SERIAL.fullmatch(serial):
        raise RefusedError(
            Reason.TOPIC_MALFORMED,
            f"{serial!r} is no serial number: 1 to 64 of A-Z a-z 0-9 . _ - are allowed",
        )
    return serial


def _readings(payload: object) -> list[Told]:
    if isinstance(payload, list):
        if not payload:
            raise RefusedError(Reason.EMPTY, "an empty list")
        return [_reading(part) for part in payload]
    told = _reading(payload)
    if isinstance(told, Unreadable):
        raise RefusedError(told.reason, told.detail)
    return [replace(told, part=WHOLE)]


def _reading(part: object) -> ToldReading | Unreadable:
    if not isinstance(part, dict):
        return Unreadable(part, Reason.WRONG_SHAPE, f"expected a reading, got {_named(part)}")
    values = part.get("values")
    if not isinstance(values, dict):
        return Unreadable(
            part, Reason.WRONG_SHAPE, f"expected `values` as an object, got {_named(values)}"
        )
    return ToldReading(part.get("ts", NO_TIME), values, part)


def _named(value: object) -> str:
    return {type(None): "nothing", dict: "an object", list: "a list", str: "a text"}.get(
        type(value), "a number or boolean"
    )
