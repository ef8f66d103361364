"""One look at the whole fleet: opens parent problems, lets them grow, and closes what is over.

It judges by event time, and the same look twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from psycopg.rows import class_row

from alerts import cohort, excess, outbreak
from alerts.cohort import TRAITS, Cells, Cohort, Counts
from alerts.outbreak import OVER, Found, Question
from devices.catalogue.folder import Catalogue
from storage import lock, query
from storage.pool import Connection
from tickets.fleet.outbreak import Row

_SQL = query.beside(__file__)
RECENT = timedelta(days=28)
"""What counts as now: long enough for small cohorts, short enough to act."""
PAST = 4 * RECENT
"""What that is held against."""
SETTLING = timedelta(days=7)
"""Tickets from the first days after registration tell of old faults, now seen, not of new ones."""
QUIET = timedelta(days=28)
"""An outbreak without excess for so long is over."""


@dataclass(frozen=True)
class Review:
    """What a look changed."""

    opened: int = 0
    closed: int = 0
    joined: int = 0
    """Single tickets that got a parent."""


def review(connection: Connection, catalogue: Catalogue, at: datetime) -> Review:
    """Look at everything up to `at`, in the caller's transaction, one such at a time."""
    lock.acquire(connection, "outbreaks")
    if _was_judged(connection, at):
        return Review()
    with connection.cursor(row_factory=class_row(Row)) as cursor:
        running = cursor.execute(_SQL["running"]).fetchall()
    questions = _questions(connection, catalogue, running, at)
    closed = sum(_follow(connection, questions, each, running, at) for each in running)
    opened = sum(
        _open(connection, questions[each.type, each.problem], each, at)
        for each in outbreak.search(list(questions.values()))
    )
    joined = connection.execute(_SQL["hold"], {"at": at}).rowcount
    return Review(opened, closed, joined)


def _was_judged(connection: Connection, at: datetime) -> bool:
    row = connection.execute(_SQL["judged_at"]).fetchone()
    return bool(row and isinstance(row[0], datetime) and row[0] > at)


Questions = dict[tuple[str, str], Question]


def _questions(
    connection: Connection, catalogue: Catalogue, running: Sequence[Row], at: datetime
) -> Questions:
    """One for each fault that was found anywhere lately, or that an outbreak is about."""
    asked = {
        "types": list(catalogue),
        "until": at,
        "since": at - RECENT,
        "start": at - RECENT - PAST,
        "recent": RECENT,
        "settling": SETTLING,
    }
    cells = _frame(connection, "cells", asked)
    cases = _frame(connection, "cases", asked)
    questions: Questions = {}
    for name, fleet in cells.groupby("type"):
        own = cases[cases["type"] == name]
        known = [each for each in running if each.type == name]
        for each in _of_type(str(name), fleet, own, known):
            questions[each.type, each.problem] = each
    return questions


def _of_type(
    name: str, fleet: pd.DataFrame, cases: pd.DataFrame, running: Sequence[Row]
) -> Iterator[Question]:
    made = _cells(fleet)
    splits = cohort.splits(made)
    for problem in sorted(set(cases["problem"]) | {each.problem for each in running}):
        counted = fleet[list(TRAITS)].merge(
            cases[cases["problem"] == problem], on=list(TRAITS), how="left"
        )
        yield Question(
            name,
            problem,
            made,
            splits,
            counted["cases"].fillna(0).to_numpy(np.float64),
            counted["past_cases"].fillna(0).to_numpy(np.float64),
            [each.cohort for each in running if each.problem == problem],
        )


def _frame(connection: Connection, block: str, asked: dict[str, object]) -> pd.DataFrame:
    cursor = connection.execute(_SQL[block], asked)
    names = [column.name for column in cursor.description or ()]
    return pd.DataFrame(cursor.fetchall(), columns=names)


def _cells(fleet: pd.DataFrame) -> Cells:
    return Cells(
        {trait: fleet[trait].astype(str).tolist() for trait in TRAITS},
        *(fleet[each].to_numpy(np.float64) for each in ("devices", "exposure", "past_exposure")),
    )


def _open(connection: Connection, question: Question, found: Found, at: datetime) -> bool:
    inside, rest = _sides(question, found.cohort, question.known)
    told = {
        **vars(found.cohort),
        **_figures(inside, rest),
        "type": found.type,
        "problem": found.problem,
        "chance": found.chance,
        "past_cases": float(inside.past_cases[0]),
        "past_exposure": float(inside.past_exposure[0]),
        "at": at,
        "since": at - RECENT,
        "settling": SETTLING,
    }
    return connection.execute(_SQL["open"], told).rowcount > 0


def _follow(
    connection: Connection, questions: Questions, row: Row, running: Sequence[Row], at: datetime
) -> bool:
    """Bring an outbreak up to date; whether it is over now.

    It is held against what was before it began, for by now it is part of its own past.
    """
    question = questions.get((row.type, row.problem))
    if question is None:
        return False
    others = [
        each.cohort
        for each in running
        if (each.type, each.problem) == (row.type, row.problem) and each.id != row.id
    ]
    inside, rest = _sides(question, row.cohort, others)
    before = np.array([row.past_cases]), np.array([row.past_exposure])
    inside = Counts(inside.devices, inside.cases, inside.exposure, *before)
    goes_on = outbreak.chances(inside, rest)[0] <= OVER
    quiet_since = None if goes_on else row.quiet_since or at
    over = quiet_since is not None and at - quiet_since >= QUIET
    told = {
        **_figures(inside, rest),
        "id": row.id,
        "at": at,
        "quiet_since": quiet_since,
        "closed_at": at if over else None,
    }
    connection.execute(_SQL["update"], told)
    return over


def _sides(question: Question, chosen: Cohort, others: Sequence[Cohort]) -> tuple[Counts, Counts]:
    """The cohort, and the fleet without it and without the other outbreaks of the problem."""
    within = cohort.members(question.cells, chosen)
    elsewhere = ~within
    for other in others:
        elsewhere &= ~cohort.members(question.cells, other)
    return outbreak.count(question, within), outbreak.count(question, elsewhere)


def _figures(inside: Counts, rest: Counts) -> dict[str, float | None]:
    """What an outbreak tells, by the columns of its row."""
    cases, exposure = float(inside.cases[0]), max(float(inside.exposure[0]), 1e-9)
    others, other_exposure = float(rest.cases[0]), max(float(rest.exposure[0]), 1e-9)
    against_rest = excess.ratio(cases, exposure, others, other_exposure)
    further = excess.coming(cases, exposure, max(float(inside.devices[0]) - cases, 0.0))
    usual = others / other_exposure * exposure
    past: dict[str, float | None] = dict.fromkeys(("past_ratio", "past_low", "past_high"))
    if outbreak.has_past(inside)[0]:
        before = float(inside.past_cases[0]), float(inside.past_exposure[0])
        against_past = excess.ratio(cases, exposure, *before)
        usual = before[0] / before[1] * exposure
        past = {
            "past_ratio": against_past.value,
            "past_low": against_past.low,
            "past_high": against_past.high,
        }
    return {
        **past,
        "devices": int(inside.devices[0]),
        "cases": int(cases),
        "usual": usual,
        "rest_ratio": against_rest.value,
        "rest_low": against_rest.low,
        "rest_high": against_rest.high,
        "coming": further.expected,
        "coming_low": further.low,
        "coming_high": further.high,
    }
