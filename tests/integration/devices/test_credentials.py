"""Credentials: one an appliance, shown once, until it is replaced, revoked or retired."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from devices import appliance, credentials
from devices.appliance import Registration
from runtime.errors import InvalidError, NotFoundError
from storage.pool import Connection

AT = datetime(2026, 3, 1, tzinfo=UTC)


def register(connection: Connection, *serials: str) -> None:
    entries = [Registration(serial, "refrigerator") for serial in serials]
    appliance.register(connection, entries, AT)


def test_a_secret_is_long_and_only_its_hash_is_kept(connection: Connection) -> None:
    register(connection, "RF-1")
    (issued,) = credentials.issue(connection, ["RF-1"], AT)
    assert len(issued.secret) >= 43
    (kept,) = credentials.hashes(connection).values()
    assert kept.startswith("$7$")
    assert issued.secret not in kept


def test_a_new_one_replaces_the_old_one(connection: Connection) -> None:
    register(connection, "RF-1")
    credentials.issue(connection, ["RF-1"], AT)
    before = credentials.hashes(connection)
    credentials.issue(connection, ["RF-1"], AT)
    assert credentials.hashes(connection).keys() == before.keys()
    assert credentials.hashes(connection) != before


def test_one_revoked_or_retired_holds_no_longer(connection: Connection) -> None:
    register(connection, "RF-1", "RF-2", "RF-3")
    credentials.issue(connection, ["RF-1", "RF-2", "RF-3"], AT)
    assert credentials.revoke(connection, ["RF-1", "unknown"], AT) == 1
    assert credentials.revoke(connection, ["RF-1"], AT) == 0
    appliance.retire_all_but(connection, ["RF-1", "RF-3"], AT)
    assert list(credentials.hashes(connection)) == ["RF-3"]
    credentials.issue(connection, ["RF-1"], AT)
    assert list(credentials.hashes(connection)) == ["RF-1", "RF-3"]


def test_those_that_lack_one_do_not_include_the_revoked(connection: Connection) -> None:
    register(connection, "RF-1", "RF-2", "serve")
    credentials.issue(connection, ["RF-1"], AT)
    credentials.revoke(connection, ["RF-1"], AT)
    assert credentials.lacking(connection) == ["RF-2"]


def test_an_unknown_appliance_gets_none(connection: Connection) -> None:
    register(connection, "RF-1")
    with pytest.raises(NotFoundError, match="RF-9"):
        credentials.issue(connection, ["RF-1", "RF-9"], AT)


def test_an_appliance_named_as_the_platform_gets_none(connection: Connection) -> None:
    register(connection, "ingest")
    with pytest.raises(InvalidError, match="ingest"):
        credentials.issue(connection, ["ingest"], AT)
