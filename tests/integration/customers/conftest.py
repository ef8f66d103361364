"""One database for all tests of a module that leave nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage import pool
from storage.pool import Connection


@pytest.fixture(scope="module")
def opened(module_database_url: str) -> Iterator[Connection]:
    with pool.connect(module_database_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def shared(opened: Connection) -> Iterator[Connection]:
    """One database for all tests of this module: nothing is kept."""
    with opened.transaction(force_rollback=True):
        yield opened
