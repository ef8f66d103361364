"""A database that tests of the event feed share: each finds it without events and endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage import pool


@contextmanager
def emptied(url: str) -> Iterator[None]:
    """Delete events, endpoints and their numbers before and after."""
    _empty(url)
    yield
    _empty(url)


def _empty(url: str) -> None:
    with pool.connect(url) as connection:
        connection.execute(
            "TRUNCATE hearthwatch.events, hearthwatch.webhook_endpoints RESTART IDENTITY CASCADE"
        )
        connection.execute(
            "UPDATE hearthwatch.event_feed SET last_position = 0, forgotten_position = 0"
        )
