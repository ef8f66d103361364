"""A database without events and endpoints, a receiver, and a desk that sends to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.catalogue.folder import Catalogue
from storage.pool import Connection, Pool
from tests.feed_database import emptied
from tests.integration.tickets.outside.receiving_desk import LOOPBACK, QUICK, Desk
from tests.receiver import Receiver, receiving
from tickets.outside.delivery import Sender


@pytest.fixture
def database_url(module_database_url: str) -> Iterator[str]:
    """One database for all tests here, without events and endpoints."""
    with emptied(module_database_url):
        yield module_database_url


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def sender(database_pool: Pool, catalogue: Catalogue) -> Sender:
    return Sender(database_pool, catalogue, LOOPBACK, patience=QUICK)


@pytest.fixture
def desk(sender: Sender, connection: Connection) -> Desk:
    return Desk(sender, connection)
