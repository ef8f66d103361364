from __future__ import annotations

import numpy as np
import pytest

from models.arrays import Floats
from models.history.worn_life import End, Shown, Told, WornLife
from models.remaining_life import DAY_NS

LINE = np.linspace(0.0, 0.68, 35)
"""A life of 35 days that ends at about 70 % of its rating."""


def lives(used: Floats, told: Told | None = None, days: Floats | None = None) -> list[WornLife]:
    times = np.arange(len(used)) if days is None else days
    shown = Shown()
    shown.add(7, (times * DAY_NS).astype(np.int64), used, told or Told())
    return shown.found()


def ends(used: Floats, told: Told | None = None, days: Floats | None = None) -> list[End]:
    return [life.end for life in lives(used, told, days)]


def test_a_replacement_that_nobody_asked_for_ends_a_life() -> None:
    first, second = lives(np.concatenate((LINE, LINE[:10])))
    assert (first.end, first.ended, first.begun) == (End.UNASKED, True, False)
    assert first.used[-1] == pytest.approx(0.68)
    assert (second.end, second.ended, second.begun) == (End.RUNNING, False, True)
    assert second.device_id == 7


def test_a_life_ends_where_its_appliance_calls_it_spent_and_not_when_the_owner_acts() -> None:
    overdue = np.concatenate((np.linspace(0, 1, 51), np.full(6, 1.0), [0.0, 0.02]))
    first, second = lives(overdue)
    assert first.end == End.SPENT
    assert first.time_ns[-1] == 50 * DAY_NS
    assert second.end == End.RUNNING


def test_a_spent_one_that_is_still_in_use_has_ended() -> None:
    (only,) = lives(np.linspace(0.5, 1.1, 20))
    assert (only.end, only.ended) == (End.SPENT, True)
    assert only.used[-1] == pytest.approx(1.0, abs=0.04)


def test_a_replacement_after_our_reminder_says_only_that_it_lasted_so_long() -> None:
    told = Told(reminded=[30 * DAY_NS])
    first, _ = lives(np.concatenate((LINE, LINE[:10])), told)
    assert (first.end, first.ended) == (End.REMINDED, False)


def test_a_reminder_of_the_one_before_is_not_held_against_a_life() -> None:
    told = Told(reminded=[20 * DAY_NS])
    assert ends(np.concatenate((LINE, LINE, LINE[:3])), told) == [
        End.REMINDED,
        End.UNASKED,
        End.RUNNING,
    ]


def test_trouble_that_a_new_one_cures_is_an_end_even_after_a_reminder() -> None:
    used = np.concatenate((LINE, LINE[:10]))
    reminded = [25 * DAY_NS]
    for troubled, end in (
        ((28 * DAY_NS, 36 * DAY_NS), End.TROUBLED),
        ((10 * DAY_NS, 24 * DAY_NS), End.TROUBLED),
        ((1 * DAY_NS, 10 * DAY_NS), End.REMINDED),
        ((37 * DAY_NS, 40 * DAY_NS), End.REMINDED),
    ):
        assert ends(used, Told(troubled=[troubled], reminded=reminded))[0] == end


def test_a_technicians_word_is_an_end_even_after_a_reminder() -> None:
    told = Told(replaced=[36 * DAY_NS], reminded=[30 * DAY_NS])
    assert ends(np.concatenate((LINE, LINE[:10])), told) == [End.FOUND, End.RUNNING]


def test_a_counter_that_nobody_reset_goes_on_from_the_technicians_word() -> None:
    told = Told(replaced=[20 * DAY_NS])
    first, second = lives(np.linspace(0, 0.8, 41), told)
    assert (first.end, first.used[-1]) == (End.FOUND, pytest.approx(0.38))
    assert second.used[0] == pytest.approx(0.0, abs=1e-9)
    assert second.used[-1] == pytest.approx(0.4)
    assert second.end == End.RUNNING


def test_a_customers_word_begins_a_life_and_does_not_say_how_the_old_one_ended() -> None:
    told = Told(renewed=[20 * DAY_NS], reminded=[18 * DAY_NS])
    first, second = lives(np.linspace(0, 0.8, 41), told)
    assert (first.end, first.used[-1]) == (End.REMINDED, pytest.approx(0.38))
    assert second.used[0] == pytest.approx(0.0, abs=1e-9)
    assert second.begun


def test_a_replacement_within_a_long_silence_ended_nobody_knows_when() -> None:
    used, days = np.array([0.2, 0.22, 0.24, 0.1, 0.12]), np.array([0, 1, 2, 40, 41])
    used[:3] += 0.4
    assert ends(used, days=days) == [End.UNHEARD, End.RUNNING]


def test_a_fill_that_is_topped_up_when_it_suits_is_not_empty_then() -> None:
    day = 0.03
    topped_up = np.concatenate((np.arange(0.1, 0.6, day), np.arange(0.2, 0.7, day)))
    refilled = np.concatenate((topped_up, np.arange(0.05, 0.4, day)))
    assert ends(refilled) == [End.REFILLED, End.RUNNING]
    assert not any(life.ended for life in lives(refilled))
