"""The simulated customers: read their letters, follow the links in them, call when it hurts."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import httpx
import numpy as np

from simulator import page, workbench
from simulator.fleet import Fleet
from simulator.line import Line
from simulator.mailbox import Letter, Mailbox
from simulator.page import Form

LINK = re.compile(r"https?://[^\s<>\"]*(/my/[^\s<>\".,]+(?:\.[^\s<>\".,]+)*)")
SERIAL = re.compile(r"[A-Z]{2}-\d{4}-\d{5}")
READS_AFTER_H = (0.5, 8.0)
"""Hours until somebody opens a letter."""
CALLS_AFTER_H = (3.0, 30.0)
"""Hours that somebody lives with a fault that hurts before they call."""
KNOWS_FOR = timedelta(days=6)
"""Who was told of a trouble so lately trusts that somebody sees to it."""
FOLLOWS = 0.85
"""Of the letters with a link, those whose link is opened."""
MOVES = 0.12
"""Of the appointments, those that somebody wants at another time."""
CONTENT_FOR = timedelta(days=3)
"""Who has agreed to a time does not look for a better one so soon."""
ORDERS = 0.7
"""Of the reminders, those after which somebody buys what they name."""
COMES_AFTER_H = (20.0, 70.0)
"""Hours until it has come and somebody puts it in."""
PRICE, CURRENCY = "19.90", "EUR"
WORDS = "It does not work as it should."


@dataclass(frozen=True)
class Lines:
    """How customers reach the service, and it them."""

    mailbox: Mailbox
    web: Line
    """The pages that letters link to; nobody signs in there."""
    desk: Line
    """The hotline's people and the shop's, who write down what a customer says or buys."""


@dataclass(order=True)
class _Errand:
    """Something that waits until somebody has time: a letter, or a filter to be put in."""

    due_at: datetime
    do: Callable[[datetime], None] = field(compare=False)


@dataclass
class _Case:
    """What a household knows of an appliance of its own."""

    hurts_since: datetime | None = None
    patience: timedelta = timedelta()
    told_at: datetime | None = None
    called: bool = False
    agreed_at: datetime | None = None
    """When somebody said that a time suits."""

    def content(self, now: datetime) -> bool:
        """Whether a time that suits was found lately."""
        return self.agreed_at is not None and now - self.agreed_at < CONTENT_FOR


class Neighbourhood:
    """All customers; a letter and the appliance in the kitchen are all they know."""

    def __init__(self, lines: Lines, fleet: Fleet, supplies: Mapping[str, str], seed: int) -> None:
        self._lines, self._fleet, self._supplies = lines, fleet, supplies
        self._rng = np.random.default_rng([seed, 96])
        self._table: list[_Errand] = []
        self._cases: dict[str, _Case] = {}
        self._bought = 0

    def look_at_list(self, now: datetime) -> None:
        """Fetch the letters, and notice what does not work at home."""
        for letter in self._lines.mailbox.take():
            self._later(now + self._hours(READS_AFTER_H), partial(self._open, letter))
        for group in self._fleet.groups:
            for serial in group.serials:
                self._notice(serial, now)

    def step(self, now: datetime) -> None:
        """Do the next thing that somebody has time for."""
        if self._table and self._table[0].due_at <= now:
            heapq.heappop(self._table).do(now)

    def _later(self, due_at: datetime, do: Callable[[datetime], None]) -> None:
        heapq.heappush(self._table, _Errand(due_at, do))

    def _notice(self, serial: str, now: datetime) -> None:
        case = self._cases.setdefault(serial, _Case())
        fault = workbench.look(self._fleet, serial, now, least=workbench.HURTS)
        if fault is None:
            case.hurts_since, case.called = None, False
            return
        if case.hurts_since is None:
            case.hurts_since, case.patience = now, self._hours(CALLS_AFTER_H)
        told = case.told_at is not None and now - case.told_at < KNOWS_FOR
        if not told and not case.called and now - case.hurts_since >= case.patience:
            case.called = True
            said = {"channel": "hotline", "serial": serial, "text": WORDS}
            self._lines.desk.send("POST", "/v1/interactions", said | {"problem": fault.problems[0]})

    def _open(self, letter: Letter, now: datetime) -> None:
        serial = next(iter(SERIAL.findall(letter.text)), "")
        link = LINK.search(letter.text)
        path = link.group(1) if link else ""
        parts = [part for part in self._supplies if part in letter.text]
        if parts and serial:
            self._order(letter, serial, parts[0], path, now)
            return
        self._cases.setdefault(serial, _Case()).told_at = now
        if path and self._rng.random() < FOLLOWS:
            self._visit(path, serial, now)

    def _order(self, letter: Letter, serial: str, part: str, path: str, now: datetime) -> None:
        """Buy what a reminder names, and put it in once it has come."""
        if self._rng.random() >= ORDERS:
            return
        self._bought += 1
        bought = {
            "purchase_id": f"{letter.reader}-{now:%Y%m%d%H%M%S}-{self._bought}",
            "household_id": f"H{letter.reader[1:]}",
            "part_number": part,
            "amount": PRICE,
            "currency": CURRENCY,
            "bought_at": now.isoformat(),
            "serial": serial,
        }
        self._lines.desk.send("POST", "/v1/purchases", [bought])
        put_in = partial(self._put_in, serial, self._supplies[part], path)
        self._later(now + self._hours(COMES_AFTER_H), put_in)

    def _put_in(self, serial: str, consumable: str, path: str, now: datetime) -> None:
        """Replace it, and mostly say so on the page of the reminder."""
        workbench.renew(self._fleet, serial, consumable)
        if path and self._rng.random() < FOLLOWS:
            self._visit(path, serial, now)

    def _visit(self, path: str, serial: str, now: datetime) -> None:
        """Open the page and use the form on it that is meant for this moment."""
        offered = {form.leads_to: form for form in page.forms(self._page(path))}
        case = self._cases.setdefault(serial, _Case())
        moves = "book" in offered and self._rng.random() < MOVES
        if "replaced" in offered:
            self._submit(offered["replaced"], {})
        elif "rate" in offered:
            self._submit(offered["rate"], self._rating(offered["rate"], serial, now))
        elif "confirm" in offered and not moves:
            self._submit(offered["confirm"], {})
            case.agreed_at = now
        elif "book" in offered and offered["book"].choices and not case.content(now):
            case.agreed_at = now
            name, keys = next(iter(offered["book"].choices.items()))
            self._submit(offered["book"], {name: keys[int(self._rng.integers(len(keys)))]})

    def _rating(self, form: Form, serial: str, now: datetime) -> dict[str, str]:
        """By what somebody lived through: whether it works, and whether they had to call."""
        case = self._cases.get(serial, _Case())
        broken = serial and workbench.look(self._fleet, serial, now) is not None
        best = 4 if broken else 7 if case.hurts_since or case.called else 10
        nps = int(np.clip(best - self._rng.integers(0, 3), 0, 10))
        csat = int(np.clip(round(nps / 2), 1, 5))
        return {name: str(nps if name == "nps" else csat) for name in form.choices}

    def _page(self, path: str) -> str:
        try:
            answer = self._lines.web.client.get(path)
        except httpx.TransportError:
            return ""
        return answer.text if answer.is_success else ""

    def _submit(self, form: Form, filled: dict[str, str]) -> None:
        try:
            self._lines.web.client.post(form.action, data=form.fields | filled)
        except httpx.TransportError:
            return

    def _hours(self, span: tuple[float, float]) -> timedelta:
        return timedelta(hours=float(self._rng.uniform(span[0], span[1])))
