"""The module's database, put back as it was after each test, the master keys too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from customers.secrecy import master_keys
from storage.pool import Connection


@pytest.fixture
def base(opened: Connection) -> Iterator[Connection]:
    yield opened
    opened.rollback()
    master_keys.use(None)
