"""What every request needs: settings, catalogue, database and clock of this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request

from devices.catalogue.folder import Catalogue
from runtime.clock import Clock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage.pool import Connection, Pool

MOST_WAIT_S = 10.0
"""For a connection; a request that waits longer is told that the database is away."""


@dataclass(frozen=True)
class House:
    """Made once a process, by `api.app.create`."""

    settings: Settings
    catalogue: Catalogue
    pool: Pool
    clock: Clock
    stop: Stop = field(default_factory=Stop)
    """Ends streams that would otherwise stay open."""


def of(request: Request) -> House:
    """The house that serves this request."""
    return cast("House", request.app.state.house)


def transaction(request: Request) -> Iterator[Connection]:
    """One request is one transaction: it commits after the endpoint, before the answer is sent."""
    with of(request).pool.connection(timeout=MOST_WAIT_S) as connection:
        yield connection


Served = Annotated[House, Depends(of)]
# Without the scope, the commit would come after the answer: a failed one would still say 200.
Transaction = Annotated[Connection, Depends(transaction, scope="function")]
