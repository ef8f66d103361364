"""Where a page of a list ends, and whether another one follows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from api import cursor


@dataclass(frozen=True)
class Row:
    id: int


@pytest.mark.parametrize(
    ("found", "shown", "last"),
    [
        ([], [], None),
        ([9, 8], [9, 8], None),
        ([9, 8, 7], [9, 8, 7], None),
        ([9, 8, 7, 6], [9, 8, 7], 7),
    ],
)
def test_another_page_follows_only_if_there_is_more(
    found: list[int], shown: list[int], last: int | None
) -> None:
    rows, ends_at = cursor.cut([Row(number) for number in found], limit=3)
    assert [row.id for row in rows] == shown
    assert ends_at == last
