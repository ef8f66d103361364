"""Whatever two people ask for, and however old what they saw is, a ticket keeps its rules."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from psycopg import Connection as RawConnection

from devices import appliance
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from runtime.errors import ConflictError, HearthwatchError, InvalidError
from storage import event, pool
from storage.pool import Connection
from tests.integration.tickets.conftest import MINUTE, START
from tickets import ticket, verdict
from tickets.conversation import intake
from tickets.conversation.caller import Told
from tickets.conversation.intake import Report
from tickets.lifecycle import TRANSITIONS, State, TransitionError
from tickets.ticket import Move
from tickets.verdict import Finding, Verdict

NUMBERS = itertools.count()
USUAL = (State.TRIAGED, State.SCHEDULED, State.DISPATCHED, State.ON_SITE)
NEEDS_A_VISIT = {State.SCHEDULED, State.DISPATCHED, State.ON_SITE}


@dataclass(frozen=True)
class Ask:
    """What somebody asks for next."""

    pick: int
    """Which of the states that are possible now."""
    anything: State | None
    """Or this one, possible or not."""
    is_late: bool
    assigns: bool
    sets: bool


ASKS = st.builds(
    Ask,
    pick=st.integers(0, 5),
    anything=st.sampled_from([*[None] * 24, *State]),
    is_late=st.sampled_from([False, False, False, True]),
    assigns=st.sampled_from([True, True, False]),
    sets=st.sampled_from([True, True, False]),
)


class Life(RuleBasedStateMachine):
    """One ticket, two people with a connection each, and what it must be like by now."""

    desks: ClassVar[tuple[Connection, Connection]]
    catalogue: ClassVar[Catalogue]
    seen = Bundle("versions that somebody saw")

    @initialize(target=seen, steps=st.integers(0, len(USUAL)))
    def open(self, steps: int) -> int:
        """A customer calls, and the ticket goes so far as tickets usually go."""
        serial = f"RF-{next(NUMBERS)}"
        connection = self.desks[0]
        appliance.register(connection, [Registration(serial, "refrigerator")], START)
        call = Report("hotline", "It hums.", "mei", Told(serial=serial))
        taken = intake.report(connection, self.catalogue, call, START)
        connection.commit()
        self.number = taken.ticket_id or 0
        self.state, self.version, self.minute = State.NEW, 1, 0
        self.steps: list[str] = ["new"]
        self.assigned = self.unjudged = False
        for wanted in USUAL[:steps]:
            visit = START + timedelta(days=1)
            asked = Move(
                wanted, self.version, "mei", assignee=f"wang {self.number}", visit_at=visit
            )
            ticket.move(connection, self.number, asked, START)
            self._moved(asked)
        connection.commit()
        return self.version

    @rule(target=seen, old=seen, desk=st.integers(0, 1), ask=ASKS)
    def move(self, old: int, desk: int, ask: Ask) -> int:
        """Ask for a state, with the newest version or whatever was seen at some time."""
        self.minute += 1
        at = START + self.minute * MINUTE
        version = old if ask.is_late else self.version
        allowed = sorted(TRANSITIONS[self.state])
        wanted = ask.anything or allowed[ask.pick % len(allowed)]
        asked = Move(
            wanted,
            version,
            ("mei", "li")[desk],
            assignee=f"wang {self.number}" if ask.assigns else None,
            visit_at=at + timedelta(days=1) if ask.sets else None,
        )
        refusal = self._refusal(asked)
        connection = self.desks[desk]
        if refusal is not None:
            with pytest.raises(refusal):
                ticket.move(connection, self.number, asked, at)
            connection.rollback()
            return version
        after = ticket.move(connection, self.number, asked, at)
        connection.commit()
        self._moved(asked)
        assert (after.state, after.version) == (self.state, self.version)
        return self.version

    @rule(desk=st.integers(0, 1))
    def judge(self, desk: int) -> None:
        """Say what was found."""
        connection = self.desks[desk]
        found = ticket.get(connection, self.number)
        told = Verdict(Finding.NO_FAULT_FOUND)
        at = START + self.minute * MINUTE
        try:
            verdict.record(connection, found, self.catalogue["refrigerator"], told, "wang", at)
        except HearthwatchError:
            connection.rollback()
            return
        connection.commit()
        self.unjudged = False

    def _refusal(self, asked: Move) -> type[HearthwatchError] | None:
        if asked.state not in TRANSITIONS[self.state]:
            return TransitionError
        if asked.state in NEEDS_A_VISIT and not self._has_details(asked):
            return InvalidError
        if asked.state is State.RESOLVED and self.unjudged:
            return ConflictError
        return ConflictError if asked.version != self.version else None

    def _has_details(self, asked: Move) -> bool:
        keeps = self.state in NEEDS_A_VISIT
        if asked.state is State.SCHEDULED:
            keeps = self.state is State.SCHEDULED
        return (asked.assignee is not None or self.assigned) and (
            asked.visit_at is not None or keeps
        )

    def _moved(self, asked: Move) -> None:
        self.assigned = asked.state is not State.NEW and (
            self.assigned or asked.assignee is not None
        )
        self.unjudged |= asked.state is State.ON_SITE
        self.state, self.version = asked.state, self.version + 1
        self.steps.append(asked.state)

    @invariant()
    def history_and_version_tell_of_every_change(self) -> None:
        connection = self.desks[0]
        found = ticket.get(connection, self.number)
        history = ticket.history(connection, self.number)
        told = event.of_subject(connection, f"ticket:{self.number}")
        connection.rollback()
        assert (found.state, found.version) == (self.state, self.version)
        assert [step.state_after for step in history] == self.steps
        for step in history[1:]:
            assert State(step.state_after) in TRANSITIONS[State(step.state_before or "")]
        moves = [each.kind for each in told if each.kind.removeprefix("ticket.") in set(State)]
        assert moves == [f"ticket.{state}" for state in self.steps[1:]]


@pytest.fixture
def desks(module_database_url: str) -> Iterator[tuple[Connection, Connection]]:
    with (
        pool.connect(module_database_url) as one,
        pool.connect(module_database_url) as other,
    ):
        yield one, other


def test_a_ticket_lives_by_its_table_whoever_moves_it(
    desks: tuple[RawConnection, RawConnection], catalogue: Catalogue
) -> None:
    Life.desks = desks  # type: ignore[assignment]
    Life.catalogue = catalogue
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life, settings=settings(max_examples=30, stateful_step_count=20)
    )
