"""Judges the fault codes that appliances raise and clear themselves."""

from __future__ import annotations

from collections.abc import Sequence

from alerts import signal
from alerts.alert import Finding
from alerts.evidence import Evidence
from alerts.horizon import Horizon
from alerts.rule import Standing
from alerts.signal import Key
from devices import fault_event
from devices.catalogue.appliance_type import FaultCode
from devices.catalogue.folder import Catalogue
from devices.fault_event import Unjudged
from storage.pool import Connection

PREFIX = "code:"


def judge(connection: Connection, catalogue: Catalogue, horizon: Horizon) -> list[Finding]:
    """Judge events that nobody has looked at; codes raised long ago are history.

    So are those that came in after a later event of their code was judged.
    """
    findings: list[Finding] = []
    changed: dict[Key, Standing] = {}
    events = fault_event.claim_unjudged(connection)
    raised = _raised(connection, events)
    for event in events:
        description = catalogue.get(event.type)
        fault = description.fault_codes.get(event.code) if description else None
        if fault is None or event.overtaken or event.time < horizon.oldest:
            continue
        finding = _finding(event, fault)
        if not _says_something(finding, raised):
            continue
        changed[Key(event.device_id, finding.signal, finding.problem)] = Standing(finding.fires)
        findings.append(finding)
    if changed:
        signal.keep(connection, changed)
    return findings


def _raised(connection: Connection, events: Sequence[Unjudged]) -> set[tuple[int, str]]:
    """The codes that stand raised on the devices of these events."""
    kept = signal.standings(connection, sorted({event.device_id for event in events}), PREFIX)
    return {key for key, standing in kept.items() if standing.firing}


def _says_something(finding: Finding, raised: set[tuple[int, str]]) -> bool:
    """Keep `raised` up to date; a code that is cleared without having been raised says nothing."""
    key = (finding.device_id, finding.signal)
    if finding.fires:
        raised.add(key)
        return True
    known = key in raised
    raised.discard(key)
    return known


def _finding(event: Unjudged, fault: FaultCode) -> Finding:
    return Finding(
        device_id=event.device_id,
        problem=fault.problem,
        signal=f"{PREFIX}{event.code}",
        at=event.time,
        fires=event.state == "raised",
        severity=fault.severity,
        evidence=Evidence(
            kind="code",
            source=f"fault code {event.code}",
            since=event.time,
            until=event.time,
            code=event.code,
        ),
    )
