"""The rule of a contest: better at something that matters, worse at nothing, beyond chance."""

from __future__ import annotations

import numpy as np
import pytest

from models.promotion import contest
from models.promotion.contest import Aspect, Skill

RNG = np.random.default_rng(3)
TRIES = range(200)


def aspect(gain: float, noise: float = 1.0, *, indirect: bool = False) -> Aspect:
    return Aspect("alarms", 1.0, 1.0, gain, noise, 10, indirect)


def test_whoever_is_worse_at_anything_never_serves() -> None:
    for _ in TRIES:
        gains = RNG.normal(0, 2, 5)
        ruling = contest.rule([aspect(float(gain)) for gain in gains])
        assert ruling.serves == bool((gains >= -1).all() and (gains > 1).any())
        assert ruling.decided
        if (gains < -1).any():
            assert ruling.reason.startswith("worse: ")


def test_what_is_indirect_counts_only_where_all_else_is_alike() -> None:
    for direct, indirect, serves in ((2, -2, True), (-2, 2, False), (0, 2, True), (0, -2, False)):
        ruling = contest.rule([aspect(direct), aspect(indirect, indirect=True)])
        assert ruling.serves is serves


def test_with_nothing_to_judge_by_nothing_is_decided() -> None:
    for known in ([], [None, None]):
        ruling = contest.rule(known)
        assert not ruling.serves
        assert not ruling.decided


def test_what_is_unknown_does_not_hinder() -> None:
    ruling = contest.rule([None, aspect(2.0)])
    assert ruling.serves
    assert ruling.reason == "better: alarms 1, before 1 (10 cases)"


def test_two_that_are_alike_are_rarely_told_apart() -> None:
    told = [contest.paired("loss", RNG.normal(0, 1, 30), RNG.normal(0, 1, 30), 0.0) for _ in TRIES]
    apart = sum(each is not None and (each.better or each.worse) for each in told)
    assert 0 < apart < 0.1 * len(told)


@pytest.mark.parametrize("lower_is_better", [True, False])
def test_who_is_better_does_not_hang_on_who_is_asked_first(*, lower_is_better: bool) -> None:
    for _ in TRIES:
        ours, theirs = RNG.normal(0, 1, 8), RNG.normal(0.8, 1, 8)
        one = contest.paired("loss", ours, theirs, 0.1, lower_is_better=lower_is_better)
        other = contest.paired("loss", theirs, ours, 0.1, lower_is_better=lower_is_better)
        assert one is not None
        assert other is not None
        assert one.gain == pytest.approx(-other.gain)
        assert (one.better, one.worse) == (other.worse, other.better)


def test_a_hand_worked_comparison() -> None:
    """Gains 1, 2, 3: mean 2, standard error 1 / sqrt 3, t of two degrees at 97.5 % is 4.303."""
    found = contest.paired("found", np.array([2.0, 4, 6]), np.array([1.0, 2, 3]), 0.0)
    assert found is not None
    assert found.gain == pytest.approx(2.0)
    assert found.noise == pytest.approx(4.303 / 3**0.5, rel=1e-3)
    assert not found.better


def test_a_difference_that_does_not_matter_does_not_count_however_sure_it_is() -> None:
    theirs = np.linspace(1, 2, 500)
    found = contest.paired("loss", theirs - 0.01, theirs, 0.02, lower_is_better=True)
    assert found is not None
    assert found.gain == pytest.approx(0.01)
    assert not found.better


def test_cases_that_either_cannot_say_are_left_out() -> None:
    ours, theirs = np.array([1.0, np.nan, 1, 1, 1]), np.array([2.0, 2, np.nan, 2, 2])
    found = contest.paired("loss", ours, theirs, 0.0, lower_is_better=True)
    assert found is not None
    assert found.cases == 3
    assert contest.paired("loss", ours[:3], theirs[:3], 0.0) is None


def test_skills_are_compared_with_what_chance_makes_of_so_few_cases() -> None:
    many = contest.of_skills(Skill(0.8, 100, "PR-AUC"), Skill(0.6, 100, "PR-AUC"))
    few = contest.of_skills(Skill(0.8, 9, "PR-AUC"), Skill(0.6, 9, "PR-AUC"))
    assert many is not None
    assert few is not None
    assert (many.better, few.better) == (True, False)
    assert many.gain == pytest.approx(0.2)


@pytest.mark.parametrize(
    "skill", [None, Skill(0.9, 4, "PR-AUC"), Skill(float("nan"), 90, "PR-AUC")]
)
def test_without_a_skill_on_both_sides_there_is_no_comparison(skill: Skill | None) -> None:
    assert contest.of_skills(skill, Skill(0.5, 50, "PR-AUC")) is None
