"""Whatever workers do at once, a problem of a device has one open ticket, and a finding one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import alert
from alerts.alert import Finding
from alerts.evidence import Evidence
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from runtime.errors import HearthwatchError
from storage import pool
from storage.pool import Connection
from tests.integration.tickets.conftest import MINUTE, START
from tickets import opening, ticket
from tickets.conversation import intake
from tickets.conversation.caller import Told
from tickets.conversation.intake import Report
from tickets.kinship import merging
from tickets.kinship.merging import Asked
from tickets.lifecycle import State
from tickets.ticket import Move, Ticket

NUMBERS = itertools.count()
PROBLEMS = ("poor_cooling", "weak_airflow", "ice_build_up")
Deed = Literal["fires", "eases", "calls", "ends", "reopens", "merges", "takes_back"]
DEEDS: tuple[Deed, ...] = ("fires", "eases", "calls", "ends", "reopens", "merges", "takes_back")
SCRIPTS = st.lists(
    st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 5)), min_size=3, max_size=7),
    min_size=3,
    max_size=3,
)


@dataclass(frozen=True)
class Worker:
    """Somebody with a connection of their own; what is refused is taken back and let be."""

    connection: Connection
    catalogue: Catalogue
    device: int
    serial: str
    name: str

    def work(self, script: Sequence[tuple[Deed, int]]) -> None:
        for minute, (deed, which) in enumerate(script):
            try:
                getattr(self, deed)(minute, which)
                self.connection.commit()
            except HearthwatchError:
                self.connection.rollback()

    def _tickets(self) -> list[Ticket]:
        return ticket.page(self.connection, device_id=self.device)

    def _find(self, minute: int, which: int, *, fires: bool) -> None:
        at = START + minute * MINUTE
        seen = Evidence("silence", "a rule of this test", at, at)
        told = Finding(
            self.device,
            PROBLEMS[which % len(PROBLEMS)],
            f"alarm:{self.name}",
            at,
            fires,
            Severity.MEDIUM,
            seen,
        )
        opening.follow(self.connection, self.catalogue, alert.record(self.connection, [told]))

    def fires(self, minute: int, which: int) -> None:
        self._find(minute, which, fires=True)

    def eases(self, minute: int, which: int) -> None:
        self._find(minute, which, fires=False)

    def calls(self, minute: int, which: int) -> None:
        told = Told(serial=self.serial, problem=PROBLEMS[which % len(PROBLEMS)])
        call = Report("hotline", "It hums.", self.name, told)
        intake.report(self.connection, self.catalogue, call, START + minute * MINUTE)

    def ends(self, minute: int, which: int) -> None:
        self._move(State.CANCELLED, minute, which)

    def reopens(self, minute: int, which: int) -> None:
        self._move(State.REOPENED, minute, which)

    def _move(self, state: State, minute: int, which: int) -> None:
        known = self._tickets()
        if known:
            found = known[which % len(known)]
            asked = Move(state, found.version, self.name)
            ticket.move(self.connection, found.id, asked, START + minute * MINUTE)

    def merges(self, minute: int, which: int) -> None:
        known = self._tickets()
        if len(known) > 1:
            one, other = known[which % len(known)], known[(which + 1) % len(known)]
            asked = Asked(one.id, one.version, other.id, other.version, self.name)
            merging.merge(self.connection, asked, START + minute * MINUTE)

    def takes_back(self, minute: int, which: int) -> None:
        merged = [each for each in self._tickets() if each.merged_into]
        if merged:
            one = merged[which % len(merged)]
            at = START + minute * MINUTE
            merging.undo(self.connection, self.catalogue, one.id, one.version, self.name, at)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scripts=SCRIPTS)
def test_workers_at_once_never_leave_two_open_or_a_finding_twice(
    module_database_url: str, catalogue: Catalogue, scripts: list[list[tuple[Deed, int]]]
) -> None:
    serial = f"RF-{next(NUMBERS)}"
    with pool.connect(module_database_url) as connection:
        (device,) = appliance.register(connection, [Registration(serial, "refrigerator")], START)
    failures = _all_at_once(module_database_url, catalogue, device.id, serial, scripts)
    assert failures == []
    with pool.connect(module_database_url) as connection:
        assert _broken_rules(connection, device.id) == []


def _all_at_once(
    url: str,
    catalogue: Catalogue,
    device: int,
    serial: str,
    scripts: Sequence[Sequence[tuple[Deed, int]]],
) -> list[BaseException]:
    failures: list[BaseException] = []
    begin = threading.Barrier(len(scripts))

    def run(number: int, script: Sequence[tuple[Deed, int]]) -> None:
        try:
            with pool.connect(url) as connection:
                begin.wait(60)
                Worker(connection, catalogue, device, serial, f"w{number}").work(script)
        except BaseException as error:  # noqa: BLE001 - told by the test that started the thread
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=(number, script)) for number, script in enumerate(scripts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return failures


def _broken_rules(connection: Connection, device: int) -> list[tuple[object, ...]]:
    """Problems with two open tickets, findings that fired and are of no ticket or of two."""
    return connection.execute(
        """
        SELECT 'two open', problem, count(*) FROM hearthwatch.tickets
        WHERE device_id = %(device)s AND state NOT IN ('resolved', 'closed', 'cancelled')
        GROUP BY problem HAVING count(*) > 1
        UNION ALL
        SELECT 'findings', change.id::text, count(proof.ticket_id)
        FROM hearthwatch.alert_changes AS change
        JOIN hearthwatch.alerts AS alert ON alert.id = change.alert_id
        LEFT JOIN hearthwatch.ticket_evidence AS proof ON proof.alert_change_id = change.id
        WHERE alert.device_id = %(device)s
        GROUP BY change.id, change.change
        HAVING count(proof.ticket_id) > 1
            OR (count(proof.ticket_id) = 0 AND change.change IN ('raised', 'joined'))
        UNION ALL
        SELECT 'versions', ticket.id::text, ticket.version
        FROM hearthwatch.tickets AS ticket
        WHERE ticket.device_id = %(device)s
            AND ticket.version < (
                SELECT count(*) FROM hearthwatch.ticket_changes AS change
                WHERE change.ticket_id = ticket.id
            )
        UNION ALL
        SELECT 'merged and open', ticket.id::text, ticket.merged_into
        FROM hearthwatch.tickets AS ticket
        WHERE ticket.device_id = %(device)s AND ticket.merged_into IS NOT NULL
            AND ticket.state <> 'cancelled'
        """,
        {"device": device},
    ).fetchall()
