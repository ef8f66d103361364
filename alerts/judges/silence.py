"""Judges silence: an appliance in service that was heard once and is not heard any more."""

from __future__ import annotations

from datetime import timedelta

from alerts import signal
from alerts.alert import Finding
from alerts.evidence import Evidence
from alerts.horizon import Horizon
from alerts.rule import Standing
from alerts.signal import Key
from devices import presence
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.offline import OFFLINE, problem_of
from devices.presence import Heard
from storage.pool import Connection

NAME = "silence"


def judge(connection: Connection, description: ApplianceType, horizon: Horizon) -> list[Finding]:
    """Find appliances of a type that went quiet, or came back."""
    heard = presence.last_heard(connection, description.type)
    kept = signal.standings(connection, [each.device_id for each in heard], NAME)
    limit = timedelta(hours=description.silent_after_h)
    findings: list[Finding] = []
    changed: dict[Key, Standing] = {}
    for each in heard:
        silent = horizon.watermark - each.last_reading_at > limit
        standing = kept.get((each.device_id, NAME), Standing())
        if silent is not standing.firing:
            changed[Key(each.device_id, NAME, OFFLINE)] = Standing(silent)
            findings.append(_finding(each, description, horizon, limit, silent=silent))
    if changed:
        signal.keep(connection, changed)
    return findings


def _finding(
    heard: Heard, description: ApplianceType, horizon: Horizon, limit: timedelta, *, silent: bool
) -> Finding:
    at = heard.last_reading_at + limit if silent else heard.last_reading_at
    return Finding(
        device_id=heard.device_id,
        problem=OFFLINE,
        signal=NAME,
        at=min(at, horizon.watermark),
        fires=silent,
        severity=problem_of(description, OFFLINE).severity,
        evidence=Evidence(
            kind="silence",
            source=f"silent for more than {description.silent_after_h:g} h",
            since=heard.last_reading_at,
            until=max(horizon.watermark, heard.last_reading_at),
        ),
    )
