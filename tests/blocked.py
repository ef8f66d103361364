"""Waits until one transaction waits for another, so that a test knows who came first."""

from __future__ import annotations

import pytest

from storage.pool import Connection

LOOKS = 1200
"""At twenty a second: a minute."""


def until_blocked(observer: Connection) -> None:
    """Look, on a connection of nobody's, until some transaction waits for another one."""
    for _ in range(LOOKS):
        waiting = observer.execute(
            "SELECT count(*), pg_sleep(0.05) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
        observer.rollback()
        if waiting and waiting[0]:
            return
    pytest.fail("nobody waits")
