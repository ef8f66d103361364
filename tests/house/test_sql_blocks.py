"""Every named SQL block must be valid on the migrated database: each one EXPLAINs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import pool, query
from storage.pool import Connection

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "alerts", "api", "customers", "devices", "ingest", "models", "simulator", "storage", "tickets",
)  # fmt: skip
_PARAMETER = re.compile(r"%\((\w+)\)s|%s")
_PLACE = re.compile(r"\{\w*\}")


def _blocks() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.sql")):
            if path.parent.name != "migrations":
                for name, text in query.blocks(path).items():
                    if not _PLACE.search(text):
                        yield f"{path.relative_to(ROOT)}:{name}", text


BLOCKS = dict(_blocks())
"""Those that stand as they are; blocks with places for a type's columns run in their own tests."""


@pytest.fixture(scope="module")
def migrated(module_database_url: str) -> Iterator[Connection]:
    """One database for all blocks: nothing is kept."""
    with pool.connect(module_database_url) as connection:
        connection.execute(
            "CREATE TEMPORARY TABLE staged (position int, device_id int, time timestamptz)"
        )
        connection.commit()
        yield connection
        connection.rollback()


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_block_is_valid_on_the_migrated_database(name: str, migrated: Connection) -> None:
    code = _PARAMETER.sub("NULL", re.sub(r"--[^\n]*", "", BLOCKS[name]).strip())
    explains = code.upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"))
    with migrated.transaction(force_rollback=True):
        migrated.execute((b"EXPLAIN " if explains else b"") + code.encode())


def test_there_are_blocks_to_look_at() -> None:
    assert len(BLOCKS) > 40
