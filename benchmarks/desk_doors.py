"""How long each page and list that a desk looks at takes, asked over HTTP as people ask."""

from __future__ import annotations

import os
import secrets
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from api import app, door, token, user
from api.token import Purpose
from api.user import Role
from benchmarks import cost
from benchmarks.desk_seed import NOW, Size, region_of
from devices.catalogue.folder import Catalogue
from runtime.clock import SetClock
from runtime.errors import HearthwatchError
from runtime.settings import Settings
from runtime.stopping import Stop
from storage.pool import Connection, Pool

WAIT_S = 600.0
TELLS, READS, PARTNER = "dora", "ingrid", "paul"
"""A dispatcher of all regions, an administrator, and a partner's dispatcher of one region."""


@dataclass(frozen=True)
class Took:
    """One door, asked several times after a first time that is not counted."""

    median_ms: float
    worst_ms: float
    cpu_ms: float
    """Of the server's process, a time."""
    database_ms: float | None
    """CPU of the database server, a time; None if it runs elsewhere."""
    bytes: int


def measure(opened: Pool, catalogue: Catalogue, size: Size, repeats: int) -> dict[str, Took]:
    """Ask every door as one who may."""
    settings = Settings(secret_key=secrets.token_hex())
    with opened.connection() as connection:
        _add_users(connection, size)
        asked = dict(_doors(connection, size))
    with _serving(opened, catalogue, settings) as address, _server(opened) as server:
        return {
            name: _ask(_client(settings, address, who), path, repeats, server)
            for name, (who, path) in asked.items()
        }


def _doors(connection: Connection, size: Size) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name, who asks and for what."""
    home = size.households // 2
    region = region_of(home, size)
    ticket = _one(connection, "SELECT max(ticket_id) FROM hearthwatch.visits WHERE state = 'done'")
    waiting = _one(connection, "SELECT max(id) FROM hearthwatch.tickets WHERE state = 'triaged'")
    visit = _one(connection, "SELECT max(id) FROM hearthwatch.visits WHERE state = 'planned'")
    deep = 18 * size.households
    yield "queue", (TELLS, "/console/")
    yield "queue of a partner", (PARTNER, "/console/")
    yield "queue, filtered by region", (TELLS, f"/console/?region={region}")
    yield "ticket, closed", (TELLS, f"/console/tickets/{ticket}")
    yield "ticket, open", (TELLS, f"/console/tickets/{waiting}")
    yield "customer", (TELLS, f"/console/customers/{home}")
    yield "customers", (TELLS, f"/console/customers?after={home}")
    yield "customer's data and consents", (TELLS, f"/console/customers/{home}/privacy")
    yield "duplicates", (TELLS, "/console/customers/duplicates")
    for what, words in _sought(size).items():
        yield f"find by {what}", (TELLS, f"/console/find?q={quote(words)}")
    yield "find by name, a partner", (PARTNER, "/console/find?q=Baker")
    yield "board of a region", (TELLS, f"/console/board?region={region}")
    yield "visits", (TELLS, "/console/visits")
    yield "visit", (TELLS, f"/console/visits/{visit}")
    yield "outbox", (TELLS, "/console/outbox")
    yield "outbox, failed", (TELLS, "/console/outbox?state=failed")
    yield "outbox of a partner", (PARTNER, "/console/outbox")
    yield "outbox of a partner, failed", (PARTNER, "/console/outbox?state=failed")
    yield "figures, 28 days", (TELLS, "/console/figures?days=28")
    yield "figures, 28 days by region", (TELLS, "/console/figures?days=28&by=region")
    yield "figures of a partner", (PARTNER, "/console/figures?days=28")
    month = "since=2026-05-01T00:00:00Z&until=2026-06-01T00:00:00Z"
    yield "/v1/kpis, a month", (TELLS, f"/v1/kpis?{month}")
    yield "/v1/kpis, a month by region", (TELLS, f"/v1/kpis?{month}&by=region")
    yield "/v1/events, deep in", (TELLS, f"/v1/events?after={deep}")
    yield "/v1/events, deep in, a partner", (PARTNER, f"/v1/events?after={deep}")
    yield "/v1/events, a kind there is none of", (TELLS, "/v1/events?after=0&kinds=review.opened")
    yield "/v1/tickets", (TELLS, "/v1/tickets")
    yield "/v1/tickets, a state of a partner", (PARTNER, "/v1/tickets?state=waiting_for_customer")
    yield "/v1/tickets/{id}", (TELLS, f"/v1/tickets/{ticket}")
    yield "/v1/notices", (TELLS, "/v1/notices")
    day = "since=2026-06-16T00:00:00Z&until=2026-06-17T00:00:00Z"
    yield "/v1/visits, a day", (TELLS, f"/v1/visits?{day}")
    yield "/v1/alerts", (TELLS, "/v1/alerts")
    yield "/v1/sla/in-danger", (TELLS, "/v1/sla/in-danger")
    yield "/v1/customers/{id}", (TELLS, f"/v1/customers/{home}")
    yield "/v1/audit", (READS, "/v1/audit")
    yield "/v1/audit, a customer", (READS, f"/v1/audit?household_id={home}")
    yield "/metrics", (TELLS, "/metrics")


def _sought(size: Size) -> dict[str, str]:
    number = size.households // 2 + 1
    return {
        "name": "Amelia Baker",
        "a first name": "Amelia",
        "phone": f"+44770{number:07d}",
        "e-mail": f"home{number}.0@example.org",
        "customer number": f"H-{number:08d}",
        "ticket": f"#{number}",
        "serial": f"D-{number:08d}",
        "nothing there": "Zebulon",
    }


def _one(connection: Connection, question: str) -> object:
    row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def _add_users(connection: Connection, size: Size) -> None:
    people = {
        TELLS: (Role.DISPATCHER, None),
        READS: (Role.ADMIN, None),
        PARTNER: (Role.DISPATCHER, region_of(1, size)),
    }
    for name, (role, region) in people.items():
        with suppress(HearthwatchError):
            user.add(connection, name, f"correct horse {name}", role, region)


@contextmanager
def _serving(opened: Pool, catalogue: Catalogue, settings: Settings) -> Iterator[str]:
    stop = Stop()
    made = app.create(settings, catalogue, opened, SetClock(NOW), stop)
    with door.serving(made, "127.0.0.1", 0, stop) as address:
        yield address


@contextmanager
def _server(opened: Pool) -> Iterator[int | None]:
    with opened.connection() as connection:
        backend = connection.info.backend_pid
    yield cost.server_pid(backend)


def _client(settings: Settings, address: str, name: str) -> httpx.Client:
    made = httpx.Client(base_url=address, trust_env=False, timeout=WAIT_S)
    made.get(token.enter_url(settings, address, name))
    made.headers["Authorization"] = f"Bearer {token.issue(settings, name, Purpose.API)}"
    return made


def _ask(client: httpx.Client, path: str, repeats: int, server: int | None) -> Took:
    first = client.get(path)
    if first.is_error:
        raise HearthwatchError(f"{path} answers {first.status_code}: {first.text[:300]}")
    before = _used(server)
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        client.get(path)
        took.append((time.perf_counter() - began) * 1000)
    after = _used(server)
    client.close()
    ours, theirs = (
        round((late - early) * 1000 / repeats, 1) for early, late in zip(before, after, strict=True)
    )
    return Took(
        median_ms=round(statistics.median(took), 1),
        worst_ms=round(max(took), 1),
        cpu_ms=ours,
        database_ms=None if server is None else theirs,
        bytes=len(first.content),
    )


def _used(server: int | None) -> tuple[float, float]:
    """CPU seconds of this process, and of the database server."""
    own = os.times()
    return own.user + own.system, 0.0 if server is None else cost.cpu_seconds([server])
