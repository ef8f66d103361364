"""How long what a desk does by itself takes: the minute's errands, the night's, and letters."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from alerts.channels.null import Null
from alerts.notices import delivery, notice
from alerts.notices.delivery import Post
from benchmarks.desk_seed import NOW, Size, region_of
from customers import value
from customers.duplicates import likeness
from customers.imports import importing
from customers.privacy import erasure, export_bundle, signing, subject_export
from customers.privacy.erasure import Wish
from devices.catalogue.folder import Catalogue
from runtime.clock import SetClock
from storage import audit_chain
from storage.pool import Connection, Pool
from tickets import handed_over, weighing
from tickets.kpi import review
from tickets.outside import feed
from tickets.routing import dispatch
from tickets.sla import watching

MORNING = timedelta(hours=9)
"""Later, when the letters that were held back may leave, and before the evening."""
LETTERS = 500


@dataclass(frozen=True)
class Done:
    """An errand that was run once."""

    seconds: float
    of: int | None = None
    """So many letters, links or rows, where they are counted."""


def measure(opened: Pool, catalogue: Catalogue, size: Size, tell: Tell) -> dict[str, Done]:
    """Run each errand, those that change much last."""
    done = {}
    for name, act in _errands(opened, catalogue, size):
        tell(name)
        began = time.perf_counter()
        counted = act()
        done[name] = Done(round(time.perf_counter() - began, 2), counted)
    return done


Tell = Callable[[str], None]
Act = Callable[[], int | None]


def _errands(opened: Pool, catalogue: Catalogue, size: Size) -> Iterator[tuple[str, Act]]:
    clock, morning = SetClock(NOW), SetClock(NOW + MORNING)
    yield "minute: priorities", lambda: weighing.refresh(opened, clock)
    yield "minute: priorities, once more", lambda: weighing.refresh(opened, clock)
    yield "ten seconds: clocks", lambda: watching.look(opened, clock)
    yield "ten seconds: clocks, once more", lambda: watching.look(opened, clock)
    yield "ten seconds: letters to release", lambda: delivery.release(opened, clock)
    yield "ten minutes: handed over", lambda: handed_over.end(opened, clock)
    yield "hour: reviews", lambda: review.look(opened, catalogue, clock)
    yield "day: value of customers", lambda: value.reckon(opened, clock)
    yield "events given their places", lambda: _within(opened, feed.number)
    for again in ("", ", once more"):
        yield (
            f"minute: routing of a region{again}",
            lambda: _within(opened, lambda it: _routed(it, catalogue, size)),
        )
    yield "letters through the null channel", lambda: _delivered(opened, morning)
    yield "audit trail verified", lambda: _within(opened, _verified)
    yield "export of a customer", lambda: _within(opened, lambda it: _exported(it, size))
    yield "erasure of a customer", lambda: _within(opened, lambda it: _erased(it, size))
    yield "import of customers", lambda: _within(opened, lambda it: _imported(it, size))
    yield "day: duplicates", lambda: likeness.look(opened, clock)


def _within(opened: Pool, act: Callable[[Connection], int | None]) -> int | None:
    with opened.connection() as connection:
        return act(connection)


def _routed(connection: Connection, catalogue: Catalogue, size: Size) -> int:
    made = dispatch.route_region(connection, catalogue, region_of(0, size), NOW)
    return 0 if made is None else made.tickets


def _delivered(opened: Pool, morning: SetClock) -> int:
    with opened.connection() as connection:
        waiting = notice.due(connection, morning.now(), most=LETTERS)
    post = Post(channels={"null": Null()})
    return sum(delivery.deliver(opened, morning, each, post=post) for each in waiting)


def _verified(connection: Connection) -> int:
    return audit_chain.verify(connection, signing.signer(connection)).checked


def _exported(connection: Connection, size: Size) -> int:
    held = subject_export.collect(connection, size.households // 3, NOW)
    return sum(len(content) for content in export_bundle.files(held).values())


def _erased(connection: Connection, size: Size) -> None:
    erasure.erase(connection, Wish(size.households // 3, "bench", force=True), NOW)


def _imported(connection: Connection, size: Size) -> int:
    """New customers, a tenth of the desk's; each is held against all that are known."""
    text = io.StringIO()
    writer = csv.DictWriter(text, importing.COLUMNS)
    writer.writeheader()
    number = size.households // 10
    for each in range(number):
        writer.writerow(
            {
                "household_id": f"N-{each:07d}",
                "household_name": f"Newcomer {each}",
                "address": f"{each} New Street",
                "region": region_of(each, size),
                "time_zone": "Europe/London",
                "tier": "standard",
                "contact_id": f"NC-{each:07d}",
                "contact_name": f"Robin Newcomer{each}",
                "phone": f"+44790{each:07d}",
                "email": f"new{each}@example.org",
                "language": "en",
                "consents": "service",
            }
        )
    importing.import_customers(connection, [text.getvalue().encode()], NOW)
    return number
