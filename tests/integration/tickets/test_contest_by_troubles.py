"""Troubles that technicians confirmed tell a model that hears them from one that does not."""

from __future__ import annotations

from datetime import timedelta

from alerts import alert
from alerts.alert import Finding
from alerts.evidence import Evidence
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from models.promotion import release, retraining
from models.promotion.contest import Aspect
from models.promotion.retraining import Plan
from storage.pool import Connection
from tests.integration.fridge_hours import FAMILY, at, store
from tickets import opening, ticket, verdict
from tickets.lifecycle import State
from tickets.ticket import Move
from tickets.verdict import Verdict

DAY = 24
LEARNED = 6 * DAY
TYPE, PROBLEM = "refrigerator", "works_too_hard"
PLAN = Plan(history=timedelta(days=6), every=timedelta(days=7), frozen=timedelta(days=2))
SICK = {0, 1, 2}
SICK_FROM, TICKET, REPAIRED = LEARNED + 36, LEARNED + 60, LEARNED + 72


def wild(_fridge: int, hour: int) -> float:
    """Sensors that go up and down by far: who learns from them is deaf."""
    return 30.0 * ((hour % 7) - 3)


def sick(fridge: int, hour: int) -> float:
    """Three fridges work too hard for a day and a half, until somebody comes."""
    return 14.0 * (fridge in SICK and SICK_FROM <= hour < REPAIRED)


def confirmed(connection: Connection, catalogue: Catalogue, device: int) -> None:
    """A customer calls, and a technician finds what it was and repairs it."""
    evidence = Evidence(kind="alarm", source="a call", since=at(TICKET - 2), until=at(TICKET))
    found = Finding(
        device_id=device,
        problem=PROBLEM,
        signal="alarm:call",
        at=at(TICKET),
        fires=True,
        severity=Severity.HIGH,
        evidence=evidence,
    )
    (opened,) = opening.follow(connection, catalogue, alert.record(connection, [found]))
    asked = Move(State.TRIAGED, version=1, actor="dora", assignee="tom")
    given = ticket.move(connection, opened.id, asked, at(TICKET))
    told = Verdict(verdict.Finding.CONFIRMED, mode=PROBLEM)
    verdict.record(connection, given, catalogue[TYPE], told, "tom", at(REPAIRED))
    ticket.move(connection, opened.id, Move(State.RESOLVED, 2, "tom"), at(REPAIRED))
    alert.record(connection, [Finding(**{**vars(found), "fires": False, "at": at(REPAIRED)})])


def test_who_hears_the_confirmed_troubles_takes_over_from_who_does_not(
    connection: Connection, catalogue: Catalogue
) -> None:
    ids = store(connection, range(LEARNED), wild)
    release.of_type(connection, catalogue, TYPE, (at(0), at(LEARNED)), at(LEARNED))
    store(connection, range(LEARNED, LEARNED + 9 * DAY), sick)
    for fridge in SICK:
        confirmed(connection, catalogue, ids[fridge])
    now = at(LEARNED + 9 * DAY)
    ruled = retraining.retrain(connection, catalogue, TYPE, now, PLAN)
    duty = next(each for each in ruled if each.model.family == FAMILY)
    told: dict[str, Aspect] = {each.what: each for each in duty.ruling.aspects}
    caught = told["share of confirmed troubles found"]
    assert (caught.cases, caught.champion, caught.challenger) == (len(SICK), 0.0, 1.0)
    assert caught.better
    assert duty.ruling.serves
    assert duty.model.facts["hours_left_out"] > 0
