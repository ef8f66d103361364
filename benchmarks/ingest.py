"""`hearthwatch bench ingest`: what goes through, and what broker and database could at most."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import broker_limit, database, fleet, ours
from benchmarks.database import Server
from benchmarks.ours import Outcome
from benchmarks.peers import race
from benchmarks.peers.race import Course, PeerFigures
from benchmarks.window import Memory
from devices.catalogue import folder

DEVICES = 5000
LIMIT_SHARE = 0.25
"""Of the time asked for, each limit gets this part, but not more than is of use."""
LIMIT_MOST_S = 15.0


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    seconds: float
    workers: int
    rate: float | None = None
    """Messages a second; None for as many as go through."""
    database_url: str | None = None
    """A server to make a database on; None for an embedded one."""
    peers: bool = False
    tools: Path | None = None
    """The folder of the peers' programs."""
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Is told what comes next."""


@dataclass(frozen=True)
class Figures:
    """What one run showed."""

    messages_per_s: int
    readings_per_s: int
    broker_limit: int
    """The larger of the next."""
    broker_limits: dict[str, int]
    database_limit: int
    ratio: float
    """Ours to the lower limit."""
    cpu_us_per_message: dict[str, float]
    p50_ms: float | None
    p99_ms: float | None
    """From publishing to the commit; None if the server notes no commit times."""
    lost: int
    duplicates: int
    rss_mb: int
    """Memory of all our processes together at the end."""
    rss_mb_over_time: Memory
    seconds: float
    workers: int
    rate: float | None
    server: dict[str, str]
    peers: dict[str, PeerFigures | str]


def run(plan: Plan) -> Figures:
    """Measure the limits, then ours, then the peers, on parts of its own."""
    catalogue = folder.load()
    frames = fleet.frames(catalogue, DEVICES)
    limit_s = min(plan.seconds * LIMIT_SHARE, LIMIT_MOST_S)
    with ExitStack() as stack:
        scratch = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="hearthwatch-bench-"))
        )
        server = stack.enter_context(
            database.given(plan.database_url, catalogue, DEVICES)
            if plan.database_url
            else database.own(scratch / "postgres", catalogue, DEVICES)
        )
        plan.tell("the broker's own limit")
        brokers = broker_limit.measure(scratch / "limit", frames, limit_s)
        plan.tell("the database's own limit")
        rows_per_s = database.rows_per_second(server.url, catalogue, plan.workers, limit_s)
        plan.tell("ours")
        outcome = ours.measure(
            ours.Task(frames, server, min(catalogue), plan.workers, plan.seconds, plan.rate),
            scratch / "ours",
        )
        per_s = outcome.window.per_s
        course = Course(
            server, scratch / "peers", DEVICES, frames.bytes.shape[1], plan.seconds, plan.rate
        )
        peers = race.run(course, plan.tools, per_s, plan.tell) if plan.peers else {}
        return _figures(plan, server, outcome, brokers, rows_per_s, peers)


def _figures(
    plan: Plan,
    server: Server,
    outcome: Outcome,
    brokers: dict[str, float],
    rows_per_s: float,
    peers: dict[str, PeerFigures | str],
) -> Figures:
    window, broker_limit = outcome.window, max(brokers.values())
    limit = min(broker_limit, rows_per_s)
    return Figures(
        messages_per_s=round(window.per_s),
        readings_per_s=round(window.per_s * fleet.METRICS),
        broker_limit=round(broker_limit),
        broker_limits={name: round(each) for name, each in brokers.items()},
        database_limit=round(rows_per_s),
        ratio=round(window.per_s / limit, 3) if limit else 0.0,
        cpu_us_per_message=window.cpu_us_per_message,
        p50_ms=outcome.p50_ms,
        p99_ms=outcome.p99_ms,
        lost=outcome.lost,
        duplicates=outcome.duplicates,
        rss_mb=window.memory.last,
        rss_mb_over_time=window.memory,
        seconds=round(window.seconds, 1),
        workers=plan.workers,
        rate=plan.rate,
        server=server.settings,
        peers=peers,
    )
