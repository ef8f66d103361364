"""The clocks of a ticket: what changes of its state and of its case do to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tickets.lifecycle import State as TicketState
from tickets.sla import clock, policy
from tickets.sla.clock import Clock, Kind, State
from tickets.sla.policy import Case

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 6, 1, 8, tzinfo=UTC)
"""The office opens, and closes ten hours later."""
MEDIUM = Case("medium", safety=False, tier="standard", region="", time_zone="UTC")
HIGH = Case("high", safety=False, tier="standard", region="", time_zone="UTC")
DANGER = Case("critical", safety=True, tier="standard", region="", time_zone="UTC")


def begun(kind: Kind = Kind.RESOLUTION, case: Case = HIGH, at: datetime = MONDAY) -> Clock:
    return clock.start(1, kind, case, policy.target(policy.shipped(), case), at)


def aimed(known: Clock, case: Case, at: datetime) -> Clock:
    return clock.aim(known, case, policy.target(policy.shipped(), case), at)


def test_a_clock_knows_when_it_is_due_and_when_to_warn() -> None:
    # 30 hours are three office days; three quarters of them are over at half past ten on Wednesday.
    made = begun()
    assert (made.state, made.target) == (State.RUNNING, 30 * HOUR)
    assert made.due_at == datetime(2026, 6, 3, 18, tzinfo=UTC)
    assert made.next_at == datetime(2026, 6, 3, 10, 30, tzinfo=UTC)
    assert made.share(datetime(2026, 6, 2, 13, tzinfo=UTC)) == 0.5


def test_a_ticket_from_the_night_waits_for_the_morning() -> None:
    made = begun(Kind.FIRST_RESPONSE, at=MONDAY - 6 * HOUR)
    assert made.due_at == MONDAY + 4 * HOUR


def test_it_warns_once_and_then_waits_for_the_breach() -> None:
    made = begun()
    assert clock.look(made, MONDAY + 50 * HOUR) == made
    assert made.next_at is not None
    warned = clock.look(made, made.next_at)
    assert (warned.warned_at, warned.state, warned.next_at) == (
        made.next_at,
        State.RUNNING,
        made.due_at,
    )
    assert clock.look(warned, made.next_at + HOUR) == warned
    assert made.due_at is not None
    breached = clock.look(warned, made.due_at + 9 * HOUR)
    assert (breached.state, breached.breached_at) == (State.BREACHED, made.due_at)
    assert breached.next_at is None
    assert clock.look(breached, made.due_at + 99 * HOUR) == breached


def test_whoever_looks_too_late_finds_the_breach_at_the_time_it_happened() -> None:
    made = begun()
    found = clock.look(made, MONDAY + 999 * HOUR)
    assert (found.breached_at, found.warned_at) == (made.due_at, None)


def test_the_first_response_ends_with_the_first_change_or_word_and_stays_so() -> None:
    made = begun(Kind.FIRST_RESPONSE)
    assert clock.follow(made, TicketState.NEW, MONDAY + HOUR) == made
    triaged = clock.follow(made, TicketState.TRIAGED, MONDAY + HOUR)
    assert (triaged.state, triaged.ended_at, triaged.spent) == (State.MET, MONDAY + HOUR, HOUR)
    assert clock.answer(made, MONDAY + HOUR) == triaged
    for later in (TicketState.NEW, TicketState.RESOLVED, TicketState.REOPENED):
        assert clock.follow(triaged, later, MONDAY + 9 * HOUR) == triaged


def test_a_word_to_the_customer_resolves_nothing() -> None:
    made = begun()
    assert clock.answer(made, MONDAY + HOUR) == made


def test_waiting_for_the_customer_stops_the_clock() -> None:
    waiting = clock.follow(begun(), TicketState.WAITING_FOR_CUSTOMER, MONDAY + 2 * HOUR)
    assert (waiting.state, waiting.spent, waiting.due_at) == (State.PAUSED, 2 * HOUR, None)
    assert clock.look(waiting, MONDAY + 999 * HOUR) == waiting
    # 28 of 30 hours are left on Thursday at 8: 10, 10, 4 on Saturday, and 4 on Monday.
    back = clock.follow(waiting, TicketState.TRIAGED, MONDAY + 72 * HOUR)
    assert back.due_at == datetime(2026, 6, 8, 12, tzinfo=UTC)
    assert back.state is State.RUNNING


def test_resolved_in_time_is_met_and_later_is_not() -> None:
    made = begun()
    assert made.due_at is not None
    met = clock.follow(made, TicketState.RESOLVED, made.due_at - HOUR)
    assert (met.state, met.spent, met.since) == (State.MET, 29 * HOUR, None)
    late = clock.follow(made, TicketState.RESOLVED, made.due_at + HOUR)
    assert (late.state, late.breached_at) == (State.BREACHED, made.due_at)
    assert late.ended_at == made.due_at + HOUR
    assert clock.follow(met, TicketState.CLOSED, made.due_at + 99 * HOUR) == met


def test_a_ticket_that_opens_again_goes_on_with_what_is_left() -> None:
    met = clock.follow(begun(), TicketState.RESOLVED, MONDAY + 4 * HOUR)
    again = clock.follow(met, TicketState.REOPENED, MONDAY + 48 * HOUR)
    assert (again.state, again.ended_at, again.spent) == (State.RUNNING, None, 4 * HOUR)
    # 26 hours from Wednesday at 8: two days of ten and six hours.
    assert again.due_at == datetime(2026, 6, 5, 14, tzinfo=UTC)


def test_a_cancelled_ticket_leaves_no_promise_unless_it_was_broken() -> None:
    made = begun()
    off = clock.follow(made, TicketState.CANCELLED, MONDAY + HOUR)
    assert (off.state, off.next_at, off.due_at) == (State.CANCELLED, None, None)
    assert clock.follow(made, TicketState.CANCELLED, MONDAY + 999 * HOUR).state is State.BREACHED


def test_what_was_used_stays_used_when_a_ticket_becomes_more_severe() -> None:
    # Of 50 hours 10 are used on Monday evening; 20 of 30 are left: Tuesday and Wednesday.
    made = aimed(begun(case=MEDIUM), HIGH, MONDAY + 12 * HOUR)
    assert (made.severity, made.spent, made.target) == ("high", 10 * HOUR, 30 * HOUR)
    assert made.due_at == datetime(2026, 6, 3, 18, tzinfo=UTC)


def test_a_danger_is_due_by_the_clock_on_the_wall() -> None:
    made = aimed(begun(case=MEDIUM), DANGER, MONDAY + 12 * HOUR)
    assert made.due_at == MONDAY + 12 * HOUR + 14 * HOUR


def test_a_case_that_should_have_been_done_by_now_is_due_at_once() -> None:
    on = MONDAY + 72 * HOUR + 5 * HOUR
    made = aimed(begun(case=MEDIUM), DANGER, on)
    assert made.due_at == on
    assert clock.look(made, on).breached_at == on


def test_the_same_case_changes_nothing_and_what_is_over_stays_as_it_was() -> None:
    made = begun()
    assert aimed(made, HIGH, MONDAY + HOUR) is made
    met = clock.follow(made, TicketState.RESOLVED, MONDAY + 4 * HOUR)
    assert aimed(met, DANGER, MONDAY + 5 * HOUR) is met


PAUSES = st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 3000)), max_size=4)


@given(PAUSES)
def test_a_pause_never_makes_it_due_earlier_and_the_time_worked_on_it_stays_the_same(
    pauses: list[tuple[int, int]],
) -> None:
    made, now = begun(), MONDAY
    for worked, waited in pauses:
        before = made
        now += timedelta(minutes=worked)
        made = clock.follow(made, TicketState.WAITING_FOR_CUSTOMER, now)
        assert made.spent == before.used(now)
        now += timedelta(minutes=waited)
        made = clock.follow(made, TicketState.TRIAGED, now)
        assert made.used(now) == before.used(now - timedelta(minutes=waited))
        if made.breached_at is None:
            assert made.due_at is not None
            assert before.due_at is not None
            assert made.due_at >= before.due_at


STATES = st.lists(
    st.tuples(st.sampled_from(list(TicketState)), st.integers(0, 5000)), min_size=1, max_size=8
)


@given(st.sampled_from(list(Kind)), STATES)
def test_through_whatever_a_ticket_goes_its_clock_adds_up(
    kind: Kind, steps: list[tuple[TicketState, int]]
) -> None:
    made, now = begun(kind), MONDAY
    for state, minutes in steps:
        now += timedelta(minutes=minutes)
        before, made = made, clock.follow(made, state, now)
        assert made.spent >= before.spent
        assert (made.since is None) == (made.due_at is None)
        assert (made.state is State.BREACHED) == (made.breached_at is not None)
        assert made.breached_at is not None or made.used(now) < made.target
        assert before.breached_at in {None, made.breached_at}
        assert made.next_at is None or (made.since is not None and made.next_at > now)
