from __future__ import annotations

import itertools

import pytest

from tickets import lifecycle
from tickets.lifecycle import ENDED, OPEN, TRANSITIONS, State, TransitionError


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_a_transition_is_allowed_or_refused_with_what_is_possible(
    before: State, after: State
) -> None:
    if after in TRANSITIONS[before]:
        lifecycle.check(before, after)
        return
    with pytest.raises(TransitionError) as refusal:
        lifecycle.check(before, after)
    assert refusal.value.status == 409
    assert all(possible in str(refusal.value) for possible in TRANSITIONS[before])


def test_an_ended_ticket_opens_again_only_by_saying_so() -> None:
    assert {after for before in ENDED for after in TRANSITIONS[before]} & OPEN == {State.REOPENED}


def test_every_state_can_be_reached_and_every_open_one_can_end() -> None:
    assert {after for afters in TRANSITIONS.values() for after in afters} == set(State)
    for state in OPEN:
        assert TRANSITIONS[state] & {State.CANCELLED, State.RESOLVED}
