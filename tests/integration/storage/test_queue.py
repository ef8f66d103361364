"""Errands: they run once the caller's transaction has committed, and not at all if it has not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import procrastinate
import pytest

from runtime.stopping import Stop
from storage import pool, queue
from storage.pool import Connection
from storage.queue import Errand

DEADLINE_S = 60.0


@contextmanager
def worked(
    url: str, errands: dict[str, Errand], due: dict[str, str] | None = None
) -> Iterator[Stop]:
    """Work off the queue in a thread, stopped at the end."""
    stop = Stop()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            queue.work(url, errands, stop, due=due)
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(DEADLINE_S)
    assert not thread.is_alive()
    assert failed == []


def waiting(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT task_name, args FROM procrastinate_jobs ORDER BY id"
    ).fetchall()


def test_a_rollback_takes_a_queued_errand_back(connection: Connection) -> None:
    queue.defer(connection, "send", number=1)
    assert waiting(connection) == [("send", {"number": 1})]
    connection.rollback()
    assert waiting(connection) == []


def test_an_errand_runs_after_the_commit_with_its_arguments(
    connection: Connection, database_url: str
) -> None:
    done = threading.Event()
    told: list[tuple[int, str]] = []

    def send(number: int, word: str) -> None:
        told.append((number, word))
        done.set()

    queue.defer(connection, "send", number=7, word="filter")
    connection.commit()
    with worked(database_url, {"send": send}):
        assert done.wait(DEADLINE_S)
    assert told == [(7, "filter")]
    assert waiting(connection) == []


def test_an_errand_that_fails_is_tried_again(
    connection: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "RETRY", procrastinate.RetryStrategy(max_attempts=3, wait=0))
    monkeypatch.setattr(queue, "POLL_S", 0.2)
    tries: list[int] = []
    done = threading.Event()

    def send(number: int) -> None:
        tries.append(number)
        if len(tries) == 1:
            raise ConnectionError("the carrier is away")
        done.set()

    queue.defer(connection, "send", number=1)
    connection.commit()
    with worked(database_url, {"send": send}):
        assert done.wait(DEADLINE_S)
    assert tries == [1, 1]


def test_a_worker_that_is_asked_to_stop_finishes_the_errand_in_hand(
    connection: Connection, database_url: str
) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def send() -> None:
        begun.set()
        assert go_on.wait(DEADLINE_S)
        ended.set()

    queue.defer(connection, "send")
    connection.commit()
    with worked(database_url, {"send": send}) as stop:
        assert begun.wait(DEADLINE_S)
        stop.set()
        go_on.set()
    assert ended.is_set()
    with pool.connect(database_url) as after:
        assert waiting(after) == []


def test_an_errand_that_is_due_runs_by_itself_again_and_again(database_url: str) -> None:
    told: list[int] = []
    twice = threading.Event()

    def sweep(timestamp: int) -> None:
        told.append(timestamp)
        if len(set(told)) > 1:
            twice.set()

    every_second = "* * * * * *"
    with worked(database_url, {"sweep": sweep}, {"sweep": every_second}):
        assert twice.wait(DEADLINE_S)
    assert len(told) == len(set(told))
