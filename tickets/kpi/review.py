"""Reviews: ratings of a region that are too poor, until somebody has looked into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from psycopg.rows import class_row, scalar_row

from devices.catalogue.folder import Catalogue
from runtime.clock import Clock
from runtime.errors import ConflictError, NotFoundError
from storage import event, lock, query
from storage.event import Event
from storage.pool import Connection, Pool
from tickets.kpi import figure
from tickets.kpi.figure import Span
from tickets.sla import policy
from tickets.sla.policy import Reviews

_SQL = query.beside(__file__)
LOOK = "tickets.kpi.review.look"
EVERY_HOUR = "37 * * * *"
FIGURES = ("nps", "csat")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Review:
    """A figure of a region that fell below what is acceptable."""

    id: int
    figure: str
    region: str
    value: float
    threshold: float
    ratings: int
    since: datetime
    """Ratings given from then on count."""
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    note: str


@dataclass(frozen=True)
class Rated:
    """Where customers gave ratings, and when the last review of such a figure was closed there."""

    region: str
    figure: str
    closed_at: datetime | None


def look(pool: Pool, catalogue: Catalogue, clock: Clock, timestamp: int = 0) -> None:
    """Open what is to be opened; one worker at a time."""
    log.debug("ratings are looked at", due=timestamp)
    with pool.connection() as connection:
        if lock.try_acquire(connection, LOOK):
            for each in open_due(connection, catalogue, clock.now()):
                log.warning(
                    "review opened", figure=each.figure, region=each.region, value=each.value
                )


def open_due(connection: Connection, catalogue: Catalogue, at: datetime) -> list[Review]:
    """Open a review of each region's figure that is below its threshold and under none.

    What was rated before a review was closed does not open the next one.
    """
    rules = policy.current(connection).policy.reviews
    since = at - timedelta(days=rules.days)
    with connection.cursor(row_factory=class_row(Rated)) as cursor:
        rated = cursor.execute(_SQL["rated"], {"since": since, "until": at}).fetchall()
    made = [
        _open(connection, review)
        for each in rated
        for review in _due(connection, catalogue, rules, each, at)
    ]
    event.append(connection, [_event("review.opened", each, at) for each in made])
    return made


def _due(
    connection: Connection, catalogue: Catalogue, rules: Reviews, rated: Rated, at: datetime
) -> Iterator[Review]:
    since = at - timedelta(days=rules.days)
    if rated.closed_at is not None:
        since = max(since, rated.closed_at)
    span = Span(since, at, rated.region)
    found = figure.measure(connection, catalogue, span, names=[rated.figure])[rated.figure].whole
    below = rules.nps_below if rated.figure == "nps" else rules.csat_below
    if found.value is not None and found.cases >= rules.fewest and found.value < below:
        yield Review(
            id=0,
            figure=rated.figure,
            region=rated.region,
            value=found.value,
            threshold=below,
            ratings=found.cases,
            since=since,
            opened_at=at,
            closed_at=None,
            closed_by=None,
            note="",
        )


def _open(connection: Connection, review: Review) -> Review:
    with connection.cursor(row_factory=class_row(Review)) as cursor:
        return cursor.execute(_SQL["open"], vars(review)).fetchall()[0]


def page(connection: Connection, region: str | None, most: int = 100) -> list[Review]:
    """Reviews of a region, or of all: open ones first, then the newest."""
    with connection.cursor(row_factory=class_row(Review)) as cursor:
        return cursor.execute(_SQL["page"], {"region": region, "most": most}).fetchall()


def get(connection: Connection, review_id: int) -> Review:
    """One review; NotFoundError if there is none."""
    with connection.cursor(row_factory=class_row(Review)) as cursor:
        found = cursor.execute(_SQL["get"], {"id": review_id}).fetchone()
    if found is None:
        raise NotFoundError(f"there is no review {review_id}")
    return found


def close(connection: Connection, review_id: int, actor: str, note: str, at: datetime) -> Review:
    """Say what came of it; ConflictError if somebody has done so already."""
    asked = {"id": review_id, "actor": actor, "note": note, "at": at}
    with connection.cursor(row_factory=scalar_row) as cursor:
        closed = cursor.execute(_SQL["close"], asked).fetchone()
    found = get(connection, review_id)
    if closed is None:
        raise ConflictError(
            f"review {review_id} was closed by {found.closed_by}", hint="nothing is left to do"
        )
    event.append(connection, [_event("review.closed", found, at)])
    return found


def _event(kind: str, about: Review, at: datetime) -> Event:
    facts = {
        "figure": about.figure,
        "value": about.value,
        "threshold": about.threshold,
        "ratings": about.ratings,
    }
    return Event(kind, f"review:{about.id}", at, region=about.region, facts=facts)
