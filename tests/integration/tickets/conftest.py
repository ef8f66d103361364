"""A house with a purifier and a fridge, and what a test makes happen to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from alerts import alert
from alerts.alert import AlertChange, Finding
from alerts.evidence import Evidence
from customers import contact, household, ownership
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from runtime.clock import SetClock
from storage import pool
from storage.pool import Connection, Pool
from tickets import opening
from tickets.opening import Opened
from tickets.watch import Watch

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class House:
    """The two appliances of the Li household; `C-1` is its contact."""

    connection: Connection
    catalogue: Catalogue
    fridge: int = field(init=False)
    purifier: int = field(init=False)
    household: int = field(init=False)

    def __post_init__(self) -> None:
        told = [Registration("RF-1", "refrigerator"), Registration("WP-1", "water_purifier")]
        ids = {each.serial: each.id for each in appliance.register(self.connection, told, START)}
        self.fridge, self.purifier = ids["RF-1"], ids["WP-1"]
        home = household.Entry("H-1", "Li", time_zone="Asia/Shanghai", tier="gold")
        self.household = household.upsert(self.connection, [home], START)["H-1"]
        self.live("en", "service", "reminders")
        owners = dict.fromkeys(ids.values(), self.household)
        ownership.assign(self.connection, owners, START)

    def live(self, language: str, *consents: str) -> None:
        """Let the contact speak a language and allow what is named, and nothing else."""
        entry = contact.Entry(
            self.household, "C-1", "Li Ming", language=language, consents=frozenset(consents)
        )
        contact.upsert(self.connection, [entry], START, source="test")

    def find(
        self,
        device: int,
        problem: str,
        minute: float = 0,
        *,
        fires: bool = True,
        severity: Severity = Severity.MEDIUM,
        signal: str = "alarm:test",
        metric: str | None = None,
    ) -> Finding:
        """A finding of a device."""
        at = START + minute * MINUTE
        return Finding(
            device_id=device,
            problem=problem,
            signal=signal,
            at=at,
            fires=fires,
            severity=severity,
            evidence=Evidence(
                kind="alarm" if metric else "silence",
                source="a rule of this test",
                since=at - 120 * MINUTE,
                until=at,
                metric=metric,
                observed=9.5,
                high=8.0,
            ),
        )

    def follow(self, *findings: Finding) -> tuple[list[Opened], list[AlertChange]]:
        """Record findings and open tickets for them."""
        changes = alert.record(self.connection, findings)
        return opening.follow(self.connection, self.catalogue, changes), changes

    def ask(self, statement: str) -> Sequence[tuple[object, ...]]:
        """What a query of the test's own gives."""
        return self.connection.execute(statement.encode()).fetchall()


@pytest.fixture
def house(connection: Connection, catalogue: Catalogue) -> House:
    """The house, committed."""
    made = House(connection, catalogue)
    connection.commit()
    return made


@pytest.fixture
def passing_house(module_database_url: str, catalogue: Catalogue) -> Iterator[House]:
    """The house for a test alone with its connection, which takes back whatever it did."""
    with pool.connect(module_database_url) as connection:
        yield House(connection, catalogue)
        connection.rollback()


@pytest.fixture
def watched(database_pool: Pool, catalogue: Catalogue) -> Watch:
    """A watch over the two types of the house, six hours after the start."""
    types = {name: catalogue[name] for name in ("refrigerator", "water_purifier")}
    return Watch(database_pool, types, SetClock(START + 360 * MINUTE), timedelta(hours=24))
