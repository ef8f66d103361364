"""Of those who change what serves at once, each sees the other or is told."""

from __future__ import annotations

import threading

from models import shelf
from models.shelf import Model
from runtime.errors import ConflictError
from storage import pool
from storage.pool import Connection
from tests.integration.models.shelf.shelved import ORIGIN, WHY, Put, states


def test_of_many_promotions_at_once_each_sees_the_one_before(
    connection: Connection, put: Put, database_url: str
) -> None:
    models = [put(seed)[1] for seed in (1, 2, 3, 4)]
    connection.commit()
    failed: list[BaseException] = []
    begin = threading.Barrier(len(models), timeout=60)

    def run(model: Model) -> None:
        try:
            with pool.connect(database_url) as own:
                begin.wait()
                shelf.promote(own, model.id, WHY)
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=run, args=(model,)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(states(connection)) == ["champion", "retired", "retired", "retired"]
    replaced = [model.replaced_id for model in shelf.versions(connection, "refrigerator")]
    assert replaced.count(None) == 1
    assert len(set(replaced)) == len(models)


def test_of_two_rollbacks_at_once_one_is_told_that_it_came_too_late(
    connection: Connection, put: Put, database_url: str
) -> None:
    first, second, third = (put(seed)[1] for seed in (1, 2, 3))
    for model in (first, second, third):
        shelf.promote(connection, model.id)
    connection.commit()
    told: list[str] = []
    begin = threading.Barrier(2, timeout=60)

    def run() -> None:
        with pool.connect(database_url) as own:
            begin.wait()
            try:
                told.append(shelf.rollback(own, third.id, WHY).name)
            except ConflictError as error:
                told.append(error.message)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    family = "context_residual:duty"
    assert sorted(told) == [f"{family} v2", f"{family} v3 of refrigerator does not serve"]
    assert states(connection) == ["retired", "champion", "retired"]


def test_versions_put_at_once_get_numbers_of_their_own(
    connection: Connection, put: Put, database_url: str
) -> None:
    detector, _ = put(1)
    connection.commit()
    begin = threading.Barrier(3, timeout=60)

    def run() -> None:
        with pool.connect(database_url) as own:
            begin.wait()
            shelf.put(own, detector, ORIGIN, {})

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    numbers = [model.version for model in shelf.versions(connection, "refrigerator")]
    assert numbers == [4, 3, 2, 1]
