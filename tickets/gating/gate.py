"""Between a finding and a ticket: opens what is worth a visit now, and holds the rest.

Where no region enforces its budget, everything passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec

from alerts import budget, likelihood, worth
from alerts.alert import AlertChange
from alerts.evidence import Evidence
from alerts.likelihood import Band, Tally
from alerts.worth import Budget, Case, Decision
from devices import appliance
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
VERDICTS_OF = timedelta(days=365)
MONTH = timedelta(days=30.44)
_FIELDS = (
    "id", "alert_id", "device_id", "problem", "at", "change", "signal", "severity", "evidence",
)  # fmt: skip

Group = Sequence[AlertChange]
"""The firing changes of one device and problem."""


@dataclass(frozen=True)
class _Asked:
    """A group with what its decision rests on."""

    group: Group
    region: str
    case: Case


def admitted(connection: Connection, catalogue: Catalogue, groups: Sequence[Group]) -> list[Group]:
    """Groups that get a ticket now; the others' alerts are held, with the reason.

    A finding on a device and problem that has an open ticket needs no visit of its own.
    """
    enforced = budget.enforced(connection)
    if not enforced:
        return list(groups)
    appliances = appliance.by_ids(connection, [group[0].device_id for group in groups])
    joining = _with_open_ticket(connection, groups)
    asked, passing = [], []
    at = max(change.at for group in groups for change in group)
    known = likelihood.bands(tallies(connection, at))
    for group, seen in zip(groups, _with_earlier(connection, groups), strict=True):
        device = appliances[group[0].device_id]
        if device.region not in enforced or (device.id, group[0].problem) in joining:
            passing.append(group)
        else:
            problem = problem_of(catalogue[device.type], group[0].problem)
            told = [(change.evidence, change.severity) for change in seen]
            case = case_of(
                told, safety=problem.safety, installed_on=device.installed_on, known=known, at=at
            )
            asked.append(_Asked(group, device.region, case))
    return passing + _decided(connection, asked, enforced, at)


def release(connection: Connection, alert_ids: Sequence[int]) -> None:
    """Let go of alerts whose ticket was opened; what they showed while held is its evidence."""
    connection.execute(_SQL["release"], {"alert_ids": list(alert_ids)})


def any_held(connection: Connection) -> bool:
    """Whether there is anything to reconsider."""
    row = connection.execute(_SQL["any_held"]).fetchone()
    return bool(row and row[0])


def held(connection: Connection, catalogue: Catalogue) -> list[Group]:
    """Every held alert of the catalogue's types that is still open, with what fired."""
    connection.execute(_SQL["forget_cleared"])
    rows = connection.execute(_SQL["held"], {"types": list(catalogue)}).fetchall()
    return list(_by_alert(rows).values())


def tallies(connection: Connection, at: datetime) -> list[Tally]:
    """Verdicts of the year before `at`, by the kind and band of what opened the ticket."""
    rows = connection.execute(
        _SQL["tallies"], {"edges": list(likelihood.EDGES), "since": at - VERDICTS_OF}
    ).fetchall()
    return [Tally(*row) for row in rows]  # type: ignore[arg-type]


def case_of(
    seen: Sequence[tuple[Evidence, Severity]],
    *,
    safety: bool,
    installed_on: date | None,
    known: Sequence[Band],
    at: datetime,
) -> Case:
    """What is decided on: the likeliest and the worst of what fires, and how old the device is."""
    return Case(
        probability=max(likelihood.probability(evidence, known) for evidence, _ in seen),
        severity=max((severity for _, severity in seen), key=lambda each: each.rank),
        safety=safety,
        age_months=None if installed_on is None else (at.date() - installed_on) / MONTH,
    )


def _with_earlier(connection: Connection, groups: Sequence[Group]) -> list[Group]:
    """Each group with what fired before of an alert that is held."""
    ids = [group[0].alert_id for group in groups]
    earlier = _by_alert(connection.execute(_SQL["earlier"], {"alert_ids": ids}).fetchall())
    return [[*earlier.get(group[0].alert_id, ()), *group] for group in groups]


def _with_open_ticket(connection: Connection, groups: Sequence[Group]) -> set[tuple[int, str]]:
    rows = connection.execute(
        _SQL["open_tickets"],
        {
            "device_ids": [group[0].device_id for group in groups],
            "problems": [group[0].problem for group in groups],
        },
    ).fetchall()
    return {(int(str(device)), str(problem)) for device, problem in rows}


def _decided(
    connection: Connection, asked: Sequence[_Asked], enforced: Mapping[str, Budget], at: datetime
) -> list[Group]:
    """Groups that open; the others are noted as held."""
    by_region: dict[str, list[_Asked]] = defaultdict(list)
    for each in asked:
        by_region[each.region].append(each)
    given = _given(connection, list(by_region), at)
    passing, waiting = [], []
    for region, of_region in by_region.items():
        cases = [each.case for each in of_region]
        decisions = worth.decide(cases, enforced[region], given.get(region, 0))
        for each, decision in zip(of_region, decisions, strict=True):
            if decision.opens:
                passing.append(each.group)
            else:
                waiting.append((each, decision))
    if waiting:
        _hold(connection, waiting, at)
    return passing


def _given(connection: Connection, regions: Sequence[str], at: datetime) -> dict[str, int]:
    """Visits that were given on this day, by UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = connection.execute(_SQL["given"], {"regions": list(regions), "day": day}).fetchall()
    return {str(region): int(str(count)) for region, count in rows}


def _hold(connection: Connection, waiting: Sequence[tuple[_Asked, Decision]], at: datetime) -> None:
    connection.execute(
        _SQL["hold"],
        {
            "alert_ids": [each.group[0].alert_id for each, _ in waiting],
            "regions": [each.region for each, _ in waiting],
            "at": [at] * len(waiting),
            "probabilities": [each.case.probability for each, _ in waiting],
            "gains": [decision.gain for _, decision in waiting],
            "whys": [decision.why for _, decision in waiting],
        },
    )


def _by_alert(rows: Sequence[tuple[object, ...]]) -> dict[int, list[AlertChange]]:
    found: dict[int, list[AlertChange]] = defaultdict(list)
    for row in rows:
        change = msgspec.convert(dict(zip(_FIELDS, row, strict=True)), AlertChange)
        found[change.alert_id].append(change)
    return found
