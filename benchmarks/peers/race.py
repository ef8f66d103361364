"""The peers one after the other, each on a broker and a table of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import database, load, mosquitto
from benchmarks.database import Server
from benchmarks.load import Pace
from benchmarks.mosquitto import BenchError
from benchmarks.peers import collectd, mq_bridge, node_red, peer, plain_python, readings
from benchmarks.peers.peer import Peer, Place
from benchmarks.window import Watch, Window
from storage import pool
from storage.pool import Connection

PEERS = (mq_bridge.PEER, node_red.PEER, collectd.PEER, plain_python.PEER)


@dataclass(frozen=True)
class PeerFigures:
    """What a run of a peer showed."""

    messages_per_s: float
    ours_to_it: float
    """Our rate to its own."""
    acknowledges: str
    cpu_us_per_message: dict[str, float]
    p50_ms: float | None
    p99_ms: float | None
    lost: int
    rss_mb: int


@dataclass(frozen=True)
class Course:
    """What all of them run on."""

    server: Server
    scratch: Path
    devices: int
    frame_bytes: int
    seconds: float
    rate: float | None


def run(
    course: Course,
    tools: Path | None,
    ours_per_s: float,
    tell: Callable[[str], None],
    peers: Sequence[Peer] = PEERS,
) -> dict[str, PeerFigures | str]:
    """Figures by name, or why there are none."""
    found: dict[str, PeerFigures | str] = {}
    for each in peers:
        tell(each.name)
        found[each.name] = _figures(each, course, tools, ours_per_s)
    return found


def _figures(
    each: Peer, course: Course, tools: Path | None, ours_per_s: float
) -> PeerFigures | str:
    program = each.find(tools)
    if program is None:
        return f"not installed: {each.install}"
    with pool.connect(course.server.url, autocommit=True) as connection:
        database.settle(connection)
        return _measured(each, program, course, connection, ours_per_s)


def _measured(
    each: Peer, program: Path, course: Course, connection: Connection, ours_per_s: float
) -> PeerFigures | str:
    frames = each.frames(course.devices, course.frame_bytes)
    folder = course.scratch / each.name.replace(" ", "-")
    shared = load.counters()
    with (
        mosquitto.running(folder / "broker") as broker,
        readings.table(connection) as counter,
    ):
        place = Place(folder / "work", broker.port, course.server.url)
        with peer.started(each, program, place) as process:
            try:
                broker.wait_for_subscriptions(1, alive=lambda: process.poll() is None)
            except BenchError:
                return f"does not subscribe; it said: {peer.last_words(place)}"
            pace = Pace(each.backlog, course.rate)
            with load.running(broker.port, frames, shared, pace) as generator:
                pids = {
                    "peer": [process.pid],
                    "broker": [broker.pid],
                    "database": [course.server.pid] if course.server.pid else [],
                    "load": [generator.pid or 0],
                }
                watch = Watch(shared, counter, pids, weighed="peer")
                window = watch.measure(course.seconds)
            watch.drain()
        # Some commit the last of it only when they are ended.
        lost = shared.acknowledged.value - counter.exact()
        return _summary(each, window, lost, readings.delays_ms(connection), ours_per_s)


def _summary(
    each: Peer,
    window: Window,
    lost: int,
    delays: tuple[float, float] | tuple[None, None],
    ours_per_s: float,
) -> PeerFigures:
    return PeerFigures(
        messages_per_s=round(window.per_s),
        ours_to_it=round(ours_per_s / window.per_s, 2) if window.messages else 0.0,
        acknowledges=each.acknowledges,
        cpu_us_per_message=window.cpu_us_per_message,
        p50_ms=delays[0],
        p99_ms=delays[1],
        lost=lost,
        rss_mb=window.memory.last,
    )
