"""Finds where a fault is on the rise: in which cohort, and how sure that is. Pure.

A cohort is conspicuous when the fault comes more often than in the rest of the fleet in the same
weeks, and more often than in its own past even if that is raised as much as the rest was: neither a
season nor a model that was always weak is a rise. Chances allow for all that was tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from alerts import excess
from alerts.cohort import Cells, Cohort, Counts, Split, members
from models.arrays import Bools, Floats

LEAST_DEVICES = 10
"""Of a cohort, and of the rest that it is held against."""
LEAST_CASES = 3
FALSE_FINDS = 0.05
"""Of all that one look finds, at most this share is luck. Looks repeat, so it is a small one."""
SEASON_CASES = 5.0
"""A season is believed in as far as it shows in more cases than these elsewhere."""
OVER = 0.05
"""A chance above this is no excess any more."""


@dataclass(frozen=True)
class Question:
    """One fault of one type; the arrays are as long as there are cells.

    Cases are appliances on which it was newly found: each counts once a window.
    """

    type: str
    problem: str
    cells: Cells
    splits: Sequence[Split]
    cases: Floats
    past_cases: Floats
    known: Sequence[Cohort] = ()
    """Cohorts that are looked after already: what they have explains no other."""


@dataclass(frozen=True)
class Found:
    """A cohort in which the fault rises."""

    type: str
    problem: str
    cohort: Cohort
    chance: float
    """Of seeing so much by luck, allowing for all that was tried."""


@dataclass(frozen=True)
class _Candidate:
    question: Question
    split: Split
    place: int
    chance: float

    @property
    def cohort(self) -> Cohort:
        return self.split.cohorts[self.place]

    @property
    def inside(self) -> Bools:
        return np.asarray(self.split.of_cell == self.place, dtype=np.bool_)


def search(questions: Sequence[Question]) -> list[Found]:
    """Every cohort that is on the rise; of nested ones the narrowest that explains the rise."""
    tried = 0
    candidates: list[_Candidate] = []
    for question in questions:
        tested, found = _try(question)
        tried += tested
        candidates += found
    chances = np.array([each.chance for each in candidates], dtype=np.float64)
    sound = excess.adjusted(chances, tried)
    sure = [i for i in range(len(candidates)) if sound[i] <= FALSE_FINDS]
    bound = max((candidates[i].chance for i in sure), default=0.0)
    adjusted = {id(candidates[i]): float(sound[i]) for i in sure}
    found_all: list[Found] = []
    for question in questions:
        own = [candidates[i] for i in sure if candidates[i].question is question]
        for each in _explain(question, own, bound):
            chance = adjusted[id(each)]
            found_all.append(Found(question.type, question.problem, each.cohort, chance))
    return found_all


def count(question: Question, inside: Bools) -> Counts:
    """Sum up over some cells, as arrays of one."""
    return Counts(*(np.array([values[inside].sum()]) for values in _values(question)))


def chances(inside: Counts, rest: Counts) -> Floats:
    """How likely so many cases are by luck, against the own past and against the rest.

    The less sure of the two counts. A cohort that is too new to have a past has the rest only.
    """
    against_rest = excess.chance(inside.cases, inside.exposure, rest.cases, rest.exposure)
    against_past = excess.chance(
        inside.cases, inside.exposure * _season(rest), inside.past_cases, inside.past_exposure
    )
    both = np.maximum(against_past, against_rest)
    return np.asarray(np.where(has_past(inside), both, against_rest), dtype=np.float64)


def _season(rest: Counts) -> Floats:
    """How many times as many cases as before are to be expected, as elsewhere; at least as many."""
    share = np.divide(
        rest.exposure,
        rest.past_exposure,
        out=np.zeros_like(rest.exposure),
        where=rest.past_exposure > 0,
    )
    usual = np.where(share > 0, rest.past_cases * share, rest.cases)
    grown = (rest.cases + SEASON_CASES) / (usual + SEASON_CASES)
    return np.asarray(np.maximum(grown, 1.0), dtype=np.float64)


def has_past(inside: Counts) -> Bools:
    """Whether there was at least as much of the cohort before as there is now."""
    return np.asarray(inside.past_exposure >= inside.exposure, dtype=np.bool_)


def _free(question: Question) -> Bools:
    """The cells that no known cohort has."""
    taken = np.zeros(len(question.cases), dtype=np.bool_)
    for cohort in question.known:
        taken |= members(question.cells, cohort)
    return ~taken


def _values(question: Question) -> tuple[Floats, ...]:
    """What is counted, in the order of `Counts`."""
    cells = question.cells
    return (
        cells.devices,
        question.cases,
        cells.exposure,
        question.past_cases,
        cells.past_exposure,
    )


def _try(question: Question) -> tuple[int, list[_Candidate]]:
    """How many cohorts were large enough to try, and those that may be conspicuous."""
    free = _free(question)
    if question.cases[free].sum() < LEAST_CASES:
        return 0, []
    inside = _count_each(question, free)
    rest = count(question, free).without(inside)
    large = (inside.devices >= LEAST_DEVICES) & (rest.devices >= LEAST_DEVICES)
    hopeful = np.flatnonzero(large & (inside.cases >= LEAST_CASES))
    places = [(split, place) for split in question.splits for place in range(len(split.cohorts))]
    found = zip(hopeful, chances(inside.at(hopeful), rest.at(hopeful)), strict=True)
    return int(large.sum()), [
        _Candidate(question, *places[which], float(chance)) for which, chance in found
    ]


def _count_each(question: Question, free: Bools) -> Counts:
    """Sum up over every cohort of every split, one split after the other."""
    return Counts(
        *(
            np.concatenate([split.total(values * free) for split in question.splits])
            for values in _values(question)
        )
    )


def _explain(
    question: Question, candidates: Sequence[_Candidate], bound: float
) -> Iterator[_Candidate]:
    """The fewest cohorts without which nothing is conspicuous any more."""
    free = _free(question)
    left = sorted(candidates, key=_rank)
    while left:
        chosen = _narrowed(left[0], left, free)
        yield chosen
        free = free & ~chosen.inside
        left = [each for each in left if _chance(each, free) <= bound]
        left.sort(key=_rank)


def _rank(candidate: _Candidate) -> tuple[float, int]:
    """The least likely first; of the same appliances the one that is named in fewest words."""
    traits = sum(value is not None for value in vars(candidate.cohort).values())
    return candidate.chance, traits


def _narrowed(wide: _Candidate, others: Sequence[_Candidate], free: Bools) -> _Candidate:
    """The least likely cohort within `wide` that accounts for its whole excess; else `wide`."""
    for narrow in others:
        if narrow is not wide and _accounts_for(narrow, wide, free):
            return _narrowed(narrow, others, free)
    return wide


def _accounts_for(narrow: _Candidate, wide: _Candidate, free: Bools) -> bool:
    """Whether the rest of `wide` is as sound as the fleet, and less affected than `narrow`."""
    within, around = narrow.inside & free, wide.inside & free
    if (within & ~around).any() or (within == around).all():
        return False
    question = wide.question
    remaining, inner = count(question, around & ~within), count(question, within)
    sound = excess.chance(
        remaining.cases,
        remaining.exposure,
        *_others(question, free & ~around),
    )
    apart = excess.chance(inner.cases, inner.exposure, remaining.cases, remaining.exposure)
    return bool(sound[0] > OVER and apart[0] <= OVER)


def _others(question: Question, inside: Bools) -> tuple[Floats, Floats]:
    counted = count(question, inside)
    return counted.cases, counted.exposure


def _chance(candidate: _Candidate, free: Bools) -> float:
    inside = count(candidate.question, candidate.inside & free)
    if inside.devices[0] < LEAST_DEVICES or inside.cases[0] < LEAST_CASES:
        return 1.0
    rest = count(candidate.question, free).without(inside)
    return float(chances(inside, rest)[0])
