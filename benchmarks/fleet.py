"""A fleet for measuring: its appliances, and one PUBLISH frame for each, ready to be sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from devices import appliance
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType, Metric, Storage
from devices.catalogue.folder import Catalogue
from storage.pool import Connection

METRICS = 10
"""Metrics a message; the shipped types have a few more, whose columns stay empty."""
HEADER_BYTES = 3
"""The first byte of a PUBLISH and a length of two bytes."""
DIGITS = 13
"""Epoch milliseconds, as text."""
REGISTERED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Frames:
    """One frame a device, all of one length, and where its packet id and time stand in it."""

    bytes: NDArray[np.uint8]
    packet_id_at: int
    digits_at: NDArray[np.intp]
    """Of each digit of the time in epoch milliseconds."""


def serials(catalogue: Catalogue, devices: int) -> dict[str, str]:
    """Serial number and type of each device, the types in turn."""
    types = sorted(catalogue)
    return {f"B{number:07d}": types[number % len(types)] for number in range(devices)}


def register(connection: Connection, catalogue: Catalogue, devices: int) -> None:
    """Make the fleet known."""
    fleet = [Registration(serial, name) for serial, name in serials(catalogue, devices).items()]
    appliance.register(connection, fleet, REGISTERED_AT)


def frames(catalogue: Catalogue, devices: int, seed: int = 1) -> Frames:
    """A frame for each device, with values of its own within what is usual."""
    chance = np.random.default_rng(seed)
    fleet = serials(catalogue, devices).items()
    return framed(
        [
            (f"appliances/{serial}/telemetry", _payload(catalogue[name], chance))
            for serial, name in fleet
        ],
        len('{"ts":') + np.arange(DIGITS),
    )


def framed(
    messages: Sequence[tuple[str, str]], digits_at: NDArray[np.intp], least_bytes: int = 0
) -> Frames:
    """Frames of topics and payloads, with white space up to one length of at least so many bytes.

    All topics have one length; `digits_at` counts from the payload's first byte.
    """
    bodies = [_body(topic, payload) for topic, payload in messages]
    length = max(*map(len, bodies), least_bytes - HEADER_BYTES)
    head = bytes([0x32, length & 0x7F | 0x80, length >> 7])
    # White space after a payload is JSON too, and makes all frames one length.
    whole = b"".join(head + body.ljust(length) for body in bodies)
    matrix = np.frombuffer(whole, dtype=np.uint8).reshape(-1, HEADER_BYTES + length).copy()
    packet_id_at = HEADER_BYTES + 2 + len(messages[0][0].encode())
    return Frames(matrix, packet_id_at, packet_id_at + 2 + digits_at)


def _body(topic: str, payload: str) -> bytes:
    name = topic.encode()
    return len(name).to_bytes(2, "big") + name + b"\0\0" + payload.encode()


def _payload(description: ApplianceType, chance: np.random.Generator) -> str:
    values: dict[str, float] = {}
    for name, metric in _reported(description):
        between = metric.usual or metric.bounds
        value = chance.uniform(between.low, between.high) if between else 0.0
        if metric.storage is Storage.BOOLEAN:
            values[name] = bool(chance.integers(2))
        elif metric.storage is Storage.INTEGER:
            values[name] = round(value)
        else:
            values[name] = round(value, 1)
    # No time is known yet; the digits are filled in when it is sent.
    return f'{{"ts":{"1" * DIGITS},"values":{json.dumps(values, separators=(",", ":"))}}}'


def _reported(description: ApplianceType) -> list[tuple[str, Metric]]:
    """The metrics with the shortest names: makers of devices save bytes too."""
    return sorted(description.metrics.items(), key=lambda each: len(each[0]))[:METRICS]
