"""Which database this process uses: the one set, or the embedded one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from runtime.settings import Settings
from storage import embedded


@contextmanager
def opened(settings: Settings) -> Iterator[str]:
    """Yield the URL of the database; an embedded server runs as long as someone uses it."""
    if settings.database_url:
        yield settings.database_url
        return
    with embedded.running(settings.home / "postgres") as url:
        yield url
