"""The page on the wire explains every reason that a dead letter can have."""

from __future__ import annotations

from pathlib import Path

from ingest.reason import Reason

PAGE = Path(__file__).parents[3] / "docs" / "formats" / "wire.md"


def test_the_page_explains_every_reason() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [reason for reason in Reason if f"| `{reason}` |" not in text] == []
