"""What a simulated fleet sends: reports as MQTT messages, live or as a stored-up history.

An appliance that lost its connection keeps its readings and sends them as one list when it is
back, as real ones do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np

from simulator.fleet import Report
from simulator.physics.home import Bools, Floats

MOST_KEPT = 200
"""Readings that an appliance keeps while it has no connection; the oldest are lost first."""

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True)
class Outgoing:
    """A message to publish."""

    topic: str
    payload: bytes
    retain: bool = False


class Transmission:
    """Turns reports into messages, in order; remembers what each appliance could not send yet."""

    def __init__(self) -> None:
        self._kept: dict[str, list[dict[str, object]]] = defaultdict(list)
        self._online: dict[str, bool] = {}

    def live(self, report: Report) -> Iterator[Outgoing]:
        """The messages of one report: presence that changed, codes, and readings."""
        millis = _millis(report.at)
        for unit, reading in enumerate(_readings(report)):
            serial = report.serials[unit]
            connected = bool(report.connected[unit])
            if self._online.get(serial) is not connected:
                self._online[serial] = connected
                yield _presence(serial, report.at, online=connected)
            kept = self._kept[serial]
            kept.append(reading)
            if connected:
                yield Outgoing(
                    f"appliances/{serial}/telemetry",
                    _ENCODER.encode(kept[0] if len(kept) == 1 else kept),
                )
                kept.clear()
            del kept[:-MOST_KEPT]
        yield from _codes(report.serials, report.raised, "raised", millis)
        yield from _codes(report.serials, report.cleared, "cleared", millis)

    def keep(self, report: Report) -> None:
        """Store a report up for `send_kept`: how a history is handed over."""
        for serial, reading in zip(report.serials, _readings(report), strict=True):
            self._kept[serial].append(reading)

    def send_kept(self) -> Iterator[Outgoing]:
        """One list message an appliance, with everything it stored up."""
        for serial, kept in self._kept.items():
            if kept:
                yield Outgoing(f"appliances/{serial}/telemetry", _ENCODER.encode(kept))
        self._kept.clear()


def stray(at: datetime) -> Iterator[Outgoing]:
    """What reaches any real broker besides: an unknown appliance, and broken firmware."""
    millis = _millis(at)
    yield Outgoing(
        "appliances/NOT-REGISTERED-1/telemetry",
        _ENCODER.encode({"ts": millis, "values": {"power_w": 12.5}}),
    )
    yield Outgoing("appliances/NOT-REGISTERED-1/events", b'{"ts": ' + str(millis).encode())


def _readings(report: Report) -> Iterator[dict[str, object]]:
    """One reading a unit, rounded."""
    names = list(report.values)
    table = np.column_stack([rounded(report.values[name]) for name in names]).tolist()
    millis = _millis(report.at)
    for row in table:
        yield {"ts": millis, "values": dict(zip(names, row, strict=True))}


def rounded(values: Floats) -> Floats:
    """To five significant digits and at most six decimals, as firmware would round."""
    with np.errstate(divide="ignore"):
        magnitude = np.floor(np.log10(np.abs(values)))
    digits = np.clip(4 - np.where(np.isfinite(magnitude), magnitude, 0.0), 0, 6)
    factor = 10.0**digits
    return np.asarray(np.round(values * factor) / factor, dtype=np.float64)


def _presence(serial: str, at: datetime, *, online: bool) -> Outgoing:
    state = "online" if online else "offline"
    payload = {"ts": _millis(at), "state": state, "session": serial}
    return Outgoing(f"appliances/{serial}/presence", _ENCODER.encode(payload), retain=True)


def _codes(
    serials: Sequence[str], which: dict[str, Bools], state: str, millis: int
) -> Iterator[Outgoing]:
    for code, units in which.items():
        for unit in np.flatnonzero(units).tolist():
            yield Outgoing(
                f"appliances/{serials[unit]}/events",
                _ENCODER.encode({"ts": millis, "code": code, "state": state}),
            )


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)
