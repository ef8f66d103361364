"""Which time zones there are: those of the IANA that every machine and the database know alike."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

ITS_OWN = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the zones that mean what the machine was set to, or nothing yet."""


def is_known(name: str) -> bool:
    """Whether it is a zone such as Asia/Shanghai."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - ITS_OWN)
