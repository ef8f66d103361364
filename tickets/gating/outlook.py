"""What a region's budget trades: the findings of the last weeks, judged by other settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts import likelihood, trade
from alerts.evidence import Evidence
from alerts.likelihood import Band
from alerts.trade import Point
from alerts.worth import Budget, Case
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import OFFLINE
from storage import query
from storage.pool import Connection
from tickets.gating import gate

_SQL = query.beside(__file__)
WEEKS = 8
MOST = 20_000
"""Findings that are judged, the newest; more say the same."""
ENOUGH_VERDICTS = 20
"""With fewer the page says that the figures rest on our guess."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of each setting."""

    findings: int
    days: float
    bands: Sequence[Band]
    points: Sequence[Point]
    curve: Sequence[Point]

    @property
    def verdicts(self) -> int:
        """How many verdicts the probabilities rest on."""
        return sum(band.verdicts for band in self.bands)

    @property
    def guessed(self) -> bool:
        """Whether the stated priors carry the figures."""
        return self.verdicts < ENOUGH_VERDICTS


def of_region(
    connection: Connection, catalogue: Catalogue, region: str, budget: Budget, at: datetime
) -> Outlook:
    """Judge a region's findings of the last weeks, as likely as verdicts make them now."""
    known = likelihood.bands(gate.tallies(connection, at))
    since = at - timedelta(weeks=WEEKS)
    rows = connection.execute(
        _SQL["past"], {"region": region, "since": since, "limit": MOST}
    ).fetchall()
    cases = [_case(catalogue, known, *row) for row in rows]  # type: ignore[arg-type]
    first = min((row[4] for row in rows), default=since)  # type: ignore[type-var]
    days = max((at - first) / DAY, 1.0)  # type: ignore[operator]
    return Outlook(
        findings=len(cases),
        days=days,
        bands=known,
        points=trade.points(cases, budget, days),
        curve=trade.curve(cases, budget, days),
    )


def _case(
    catalogue: Catalogue,
    known: Sequence[Band],
    type_name: str,
    problem: str,
    installed_on: date | None,
    severity: str,
    at: datetime,
    evidence: object,
) -> Case:
    return gate.case_of(
        [(Evidence.decode(evidence), Severity(severity))],
        safety=_is_safety(catalogue, type_name, problem),
        installed_on=installed_on,
        known=known,
        at=at,
    )


def _is_safety(catalogue: Catalogue, type_name: str, problem: str) -> bool:
    """A type or problem that the catalogue has no more endangers nobody that we know of."""
    description = catalogue.get(type_name)
    if description is None or problem == OFFLINE or problem not in description.problems:
        return False
    return description.problems[problem].safety
