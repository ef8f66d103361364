"""Models are fitted anew by themselves: once a week of event time, and when the world has moved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from devices import watermark
from devices.catalogue.folder import Catalogue
from models import drift, shelf
from models.promotion import release, retraining
from models.promotion.retraining import Plan
from models.shelf import Model
from runtime.clock import SetClock
from runtime.stopping import Stop
from storage import lock, pool, queue
from storage.pool import Connection, Pool
from tests.integration.fridge_hours import FAMILY, at, store
from tickets import errands
from tickets.errands import Orders
from tickets.fleet import model_care

DAY = 24
LEARNED = 5 * DAY
DEADLINE_S = 60.0
PLAN = Plan(history=timedelta(days=14), every=timedelta(days=7), frozen=timedelta(days=2))
TYPE = "refrigerator"


@pytest.fixture
def types(catalogue: Catalogue) -> Catalogue:
    """The one type that these tests are about."""
    return {TYPE: catalogue[TYPE]}


@pytest.fixture
def champion(connection: Connection, types: Catalogue) -> Model:
    """What five healthy days taught."""
    store(connection, range(LEARNED))
    ruled = release.of_type(connection, types, TYPE, (at(0), at(LEARNED)), at(LEARNED))
    connection.commit()
    return next(each.model for each in ruled if each.model.family == FAMILY)


def reach(connection: Connection, days: float) -> None:
    """Let ingest have come so far since the training."""
    watermark.advance(connection, "test", at(LEARNED + days * DAY))
    connection.commit()


def versions(connection: Connection) -> list[int]:
    found = shelf.versions(connection, TYPE)
    return [each.version for each in found if each.family == FAMILY]


def retrainings(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT type, why, promoted FROM hearthwatch.retrainings ORDER BY at"
    ).fetchall()


def test_a_type_is_due_when_its_last_training_is_a_week_old(
    connection: Connection, champion: Model
) -> None:
    def due(days: float, plan: Plan = PLAN) -> str | None:
        return retraining.due(connection, TYPE, champion.trained_at + timedelta(days=days), plan)

    assert due(6.9) is None
    assert due(7) == "schedule"
    assert due(99, Plan(every=timedelta(0))) is None


def test_a_type_that_nobody_has_trained_yet_is_not_due(connection: Connection) -> None:
    assert retraining.due(connection, TYPE, at(0), PLAN) is None


def test_a_world_that_has_moved_is_learned_the_next_day_and_once_a_day(
    connection: Connection, types: Catalogue, champion: Model
) -> None:
    store(connection, range(LEARNED, LEARNED + 3 * DAY), lambda _fridge, _hour: 14.0)

    def due(hours: float) -> str | None:
        return retraining.due(connection, TYPE, at(LEARNED + hours), PLAN)

    assert due(72) is None
    drift.measure(connection, types[TYPE], at(LEARNED + 72))
    reason = due(72)
    assert reason is not None
    assert reason.startswith("drift of ")
    retraining.retrain(connection, types, TYPE, at(LEARNED + 72), PLAN, reason)
    assert retrainings(connection)[0][1] == reason
    assert due(73) is None
    assert champion.version == 1


def test_what_is_due_is_queued_once_and_done_once(
    connection: Connection, types: Catalogue, champion: Model, database_pool: Pool
) -> None:
    reach(connection, 7)
    for _ in range(2):
        model_care.find_due(database_pool, types, PLAN)
    jobs = connection.execute("SELECT task_name, args FROM procrastinate_jobs").fetchall()
    assert jobs == [(model_care.RETRAIN, {"type_name": TYPE})]
    for _ in range(2):
        model_care.retrain(database_pool, types, PLAN, TYPE)
    assert versions(connection) == [2, 1]
    assert retrainings(connection) == [(TYPE, "schedule", 0)]
    assert shelf.get(connection, champion.id).serving


def test_where_there_was_too_little_to_learn_from_it_is_tried_again_after_a_week(
    connection: Connection, types: Catalogue, champion: Model, database_pool: Pool
) -> None:
    reach(connection, 60)
    model_care.retrain(database_pool, types, PLAN, TYPE)
    assert retrainings(connection) == [(TYPE, "schedule", 0)]
    now = champion.trained_at + timedelta(days=60)
    assert retraining.due(connection, TYPE, now, PLAN) is None
    assert retraining.due(connection, TYPE, now + timedelta(days=7), PLAN) == "schedule"


def test_a_type_that_somebody_retrains_right_now_is_left_to_them(
    connection: Connection, types: Catalogue, champion: Model, database_pool: Pool
) -> None:
    reach(connection, 7)
    lock.acquire(connection, f"retrain:{TYPE}")
    model_care.retrain(database_pool, types, PLAN, TYPE)
    assert versions(connection) == [champion.version]
    connection.rollback()
    model_care.retrain(database_pool, types, PLAN, TYPE)
    assert versions(connection) == [2, 1]


def test_nothing_is_due_before_the_first_reading_or_for_a_type_that_is_gone(
    connection: Connection, types: Catalogue, database_pool: Pool
) -> None:
    model_care.find_due(database_pool, types, PLAN)
    model_care.retrain(database_pool, types, PLAN, TYPE)
    reach(connection, 9)
    model_care.retrain(database_pool, types, PLAN, "toaster")
    assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
    assert versions(connection) == []


def test_the_worker_retrains_what_is_queued(
    connection: Connection,
    types: Catalogue,
    champion: Model,
    database_url: str,
    database_pool: Pool,
) -> None:
    reach(connection, 7)
    queue.defer_once(connection, model_care.RETRAIN, "once", type_name=TYPE)
    connection.commit()
    with worked(database_url, database_pool, types):
        wait_until_queue_is_empty(database_url)
    assert versions(connection) == [2, champion.version]


@contextmanager
def worked(url: str, connections: Pool, types: Catalogue) -> Iterator[None]:
    """The errands of `work`, in a thread that is stopped at the end."""
    stop = Stop()
    asked = (url, connections, SetClock(at(0)), stop, Orders(types, PLAN))
    thread = threading.Thread(target=errands.run, args=asked)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(DEADLINE_S)
    assert not thread.is_alive()


def wait_until_queue_is_empty(url: str) -> None:
    """A job that is done is deleted, and only then."""
    pause = Stop()
    with pool.connect(url) as connection:
        connection.autocommit = True
        for _ in range(int(DEADLINE_S / 0.1)):
            left = connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s",
                (model_care.RETRAIN,),
            ).fetchone()
            if left == (0,):
                return
            pause.wait(0.1)
    pytest.fail("the job is still there")
