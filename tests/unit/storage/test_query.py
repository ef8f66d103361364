"""Named blocks of SQL in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import query


def test_each_block_has_its_name_and_its_text(tmp_path: Path) -> None:
    path = tmp_path / "kettle.sql"
    path.write_text("-- name: boil\n-- Why.\nSELECT 1\n\n-- name: cool\nSELECT 2\n")
    assert query.blocks(path) == {"boil": "-- Why.\nSELECT 1", "cool": "SELECT 2"}
    assert query.beside(str(tmp_path / "kettle.py")) == query.blocks(path)


def test_two_blocks_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "kettle.sql"
    path.write_text("-- name: boil\nSELECT 1\n-- name: boil\nSELECT 2\n")
    with pytest.raises(ValueError, match="two blocks of one name"):
        query.blocks(path)
