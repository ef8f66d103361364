"""What ingest workers are called: by number, so that one that starts again finds its own things."""

from __future__ import annotations

import re

_NUMBERED = re.compile(r"ingest-(\d+)")


def of(number: int) -> str:
    """The name of worker `number`, from 1 on."""
    return f"ingest-{number}"


def number(name: str) -> int | None:
    """Its number; None for a name that somebody chose."""
    found = _NUMBERED.fullmatch(name)
    return int(found[1]) if found else None


FIRST = of(1)
