"""The hand-made week, for all tests of a module: nobody writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.catalogue.folder import Catalogue
from storage import pool
from storage.pool import Connection
from tests.integration.tickets.kpi import hand_made_service, hand_made_week
from tests.integration.tickets.kpi.asking import WEEK, Ask
from tickets.kpi import figure
from tickets.kpi.definition import By
from tickets.kpi.figure import Figure, Span


@pytest.fixture(scope="module")
def week(module_database_url: str, catalogue: Catalogue) -> Iterator[Connection]:
    """The week, in a transaction that is never committed."""
    with pool.connect(module_database_url) as connection:
        hand_made_week.store(connection)
        hand_made_service.store(connection, catalogue)
        yield connection
        connection.rollback()


@pytest.fixture
def ask(week: Connection, catalogue: Catalogue) -> Ask:
    """One figure of the week, or of another span."""

    def measured(name: str, span: Span = WEEK, by: By | None = None) -> Figure:
        return figure.measure(week, catalogue, span, by, [name])[name]

    return measured
