"""Recorded data through the real platform: broker, ingest, database, rules, models, tickets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.judges.anomaly import FAMILY
from cli import platform
from cli.platform import Platform
from devices import telemetry, watermark
from devices.watermark import Tally
from models.promotion import release
from models.serving import scoring
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator import recorded, replay, timeline
from simulator.mapping import Plan
from simulator.publisher import Publisher
from simulator.recorded import Score, Span
from simulator.replay import Sent
from tickets import backlog

NEVER_LATE = timedelta(days=365_000)
"""A replay runs ahead of its judges; its event times are its present."""
PATIENCE_S = 600.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What came of a replay."""

    published: int
    tally: Tally
    rows: int
    alerts: int
    tickets: int
    failures: int
    scores: list[Score]


@dataclass
class _Replay:
    """A replay under way."""

    plan: Plan
    opened: Platform
    stop: Stop
    say: Say
    before: Tally

    def published(self, sent: Sent) -> None:
        self.say(f"{sent.last_at:%Y-%m-%d %H:%M}  {sent.messages:,} messages published")

    def wait_until_taken_in(self, messages: int) -> None:
        """Wait until ingest has settled every message of the replay so far."""
        self._wait(lambda: self.taken().received >= messages, "not all that was published came in")

    def wait_until_judged(self) -> None:
        """Wait until the watch has nothing left to look at."""

        def judged() -> bool:
            with self.opened.pool.connection() as connection:
                return backlog.waiting(connection, self.opened.catalogue) == 0

        self._wait(judged, "the watch is behind")

    def taken(self) -> Tally:
        """What ingest has taken in since the replay began."""
        with self.opened.pool.connection() as connection:
            return watermark.tally(connection) - self.before

    def _wait(self, done: Callable[[], bool], complaint: str) -> None:
        children = self.opened.children
        platform.wait_until(done, children, self.stop, complaint, PATIENCE_S)


def run(
    plan: Plan, settings: Settings, stop: Stop, say: Say, *, speed: float | None, limit: int | None
) -> Outcome:
    """Publish the part to learn from, fit the models, publish the rest, and count."""
    settings = settings.model_copy(
        update={"idle_after_s": 0.0, "late_after_s": NEVER_LATE.total_seconds()}
    )
    with platform.opened(settings) as opened:
        with opened.pool.connection() as connection:
            replay.register(connection, plan, clock.WallClock().now())
            before = watermark.tally(connection)
        platform.start_ingest(opened, stop)
        opened.children.start("watch", "watch")
        opened.children.start("work", "work")
        under_way = _Replay(plan, opened, stop, say, before)
        address = BrokerAddress.parse(opened.settings.mqtt_url)
        with Publisher(address, "replay") as publisher:
            sent = _play(under_way, publisher, speed=speed, limit=limit)
        under_way.wait_until_judged()
        return _counted(under_way, sent)


def _play(
    under_way: _Replay, publisher: Publisher, *, speed: float | None, limit: int | None
) -> Sent:
    plan, train_until = under_way.plan, under_way.plan.mapping.train_until
    if train_until is None:
        sent = replay.publish(
            plan,
            publisher,
            speed=speed,
            limit=limit,
            stop=under_way.stop,
            on_progress=under_way.published,
        )
        under_way.wait_until_taken_in(sent.messages)
        return sent
    under_way.say(f"publishing what was recorded before {train_until:%Y-%m-%d}")
    history = replay.publish(
        plan,
        publisher,
        until=train_until,
        limit=limit,
        stop=under_way.stop,
        on_progress=under_way.published,
    )
    under_way.wait_until_taken_in(history.messages)
    under_way.wait_until_judged()
    under_way.say("learning from it")
    if history.first_at is not None:
        _learn(under_way, history.first_at, train_until)
    under_way.say("publishing the rest")
    left = None if limit is None else max(limit - history.messages, 0)
    rest = replay.publish(
        plan,
        publisher,
        since=train_until,
        speed=speed,
        limit=left,
        stop=under_way.stop,
        on_progress=under_way.published,
    )
    messages = history.messages + rest.messages
    under_way.wait_until_taken_in(messages)
    return replace(rest, messages=messages, last_at=rest.last_at or history.last_at)


def _learn(under_way: _Replay, start: datetime, end: datetime) -> None:
    """Fit the models of the plan's type; hours that they learned from are not judged by them."""
    description = under_way.plan.description
    first_hour = start.replace(minute=0, second=0, microsecond=0)
    with under_way.opened.pool.connection() as connection:
        for name, models in release.release(
            connection, {description.type: description}, first_hour, end, end
        ):
            scoring.advance(connection, name, FAMILY, end)
            under_way.say(f"{len(models)} models in service for {name}")


def _counted(under_way: _Replay, sent: Sent) -> Outcome:
    plan = under_way.plan
    serials = tuple(timeline.serials(plan))
    since = plan.mapping.train_until or sent.first_at
    with under_way.opened.pool.connection() as connection:
        alerts, tickets = recorded.counts(connection, serials)
        scores = []
        if since is not None and sent.last_at is not None:
            scores = recorded.score(connection, plan, Span(since, sent.last_at, serials))
        return Outcome(
            published=sent.messages,
            tally=under_way.taken(),
            rows=telemetry.count(connection, plan.description.type),
            alerts=alerts,
            tickets=tickets,
            failures=len(recorded.failures(plan)),
            scores=scores,
        )
