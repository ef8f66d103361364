"""One connection for one thread: it tells why it cannot connect, and comes back by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from storage import pool
from storage.own_connection import OwnConnection
from storage.pool import Connection

DEADLINE_S = 60.0


@pytest.fixture
def own(database_url: str) -> Iterator[OwnConnection]:
    with closing(OwnConnection(database_url, statement_s=0.0)) as opened:
        yield opened


def _value(own: OwnConnection, question: bytes) -> object:
    with own.connection() as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def _store_a_new_one_and_an_old_one(connection: Connection) -> None:
    connection.execute("INSERT INTO public.kept VALUES (2)")
    connection.execute("INSERT INTO public.kept VALUES (1)")


def _store_one_in_a_savepoint_and_fail(connection: Connection) -> None:
    with connection.transaction():
        connection.execute("INSERT INTO public.kept VALUES (1)")
    raise ZeroDivisionError


def test_what_is_done_is_committed_and_an_error_undoes_it(
    own: OwnConnection, database_url: str
) -> None:
    with own.connection() as connection:
        connection.execute("CREATE TABLE public.kept (number integer PRIMARY KEY)")
        connection.execute("INSERT INTO public.kept VALUES (1)")
    with pytest.raises(errors.UniqueViolation), own.connection() as connection:
        _store_a_new_one_and_an_old_one(connection)
    with pool.connect(database_url) as other:
        assert other.execute("SELECT number FROM public.kept").fetchall() == [(1,)]


def test_a_connection_that_broke_is_replaced_the_next_time(
    own: OwnConnection, database_url: str
) -> None:
    before = _value(own, b"SELECT pg_backend_pid()")
    with pool.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 60000)", (before,))
    assert _value(own, b"SELECT pg_backend_pid()") not in {None, before}


def test_a_connection_that_breaks_while_it_is_used_says_so_and_is_replaced(
    own: OwnConnection,
) -> None:
    with pytest.raises(psycopg.OperationalError):
        _value(own, b"SELECT pg_terminate_backend(pg_backend_pid())")
    assert _value(own, b"SELECT 7") == 7


def test_a_savepoint_that_comes_first_is_undone_with_the_rest(
    own: OwnConnection, database_url: str
) -> None:
    with own.connection() as connection:
        connection.execute("CREATE TABLE public.kept (number integer PRIMARY KEY)")
    with pytest.raises(ZeroDivisionError), own.connection() as connection:
        _store_one_in_a_savepoint_and_fail(connection)
    with pool.connect(database_url) as other:
        assert other.execute("SELECT number FROM public.kept").fetchall() == []


def test_a_server_out_of_reach_is_told_with_the_reason(tmp_path: Path) -> None:
    own = OwnConnection(f"postgresql://nobody@/none?host={tmp_path}", statement_s=1.0)
    with pytest.raises(psycopg.OperationalError, match="No such file or directory"):
        _value(own, b"SELECT 1")
    own.cancel()
    own.close()


def test_a_statement_may_take_so_long_and_no_longer(database_url: str) -> None:
    with closing(OwnConnection(database_url, statement_s=0.05)) as own:
        with pytest.raises(errors.QueryCanceled):
            _value(own, b"SELECT pg_sleep(600)")
        assert _value(own, b"SELECT 7") == 7


def test_another_thread_may_break_off_what_takes_too_long(
    own: OwnConnection, database_url: str
) -> None:
    ended: list[BaseException] = []
    pid = _value(own, b"SELECT pg_backend_pid()")

    def sleep() -> None:
        try:
            _value(own, b"SELECT pg_sleep(600)")
        except psycopg.OperationalError as error:
            ended.append(error)

    sleeping = threading.Thread(target=sleep)
    sleeping.start()
    pause = threading.Event()
    with pool.connect(database_url, autocommit=True) as other:
        for _ in range(6000):
            row = other.execute(
                "SELECT wait_event FROM pg_stat_activity WHERE pid = %s", (pid,)
            ).fetchone()
            if row == ("PgSleep",):
                break
            pause.wait(0.01)
    own.close()
    own.cancel()
    sleeping.join(DEADLINE_S)
    assert isinstance(ended[0], errors.QueryCanceled)
