"""What a technician goes through at a visit, from the catalogue, and what of it is done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.offline import OFFLINE, problem_of
from devices.catalogue.part import Text
from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection
from tickets.visits.visit import Visit

_SQL = query.beside(__file__)
ALWAYS_FIRST = {
    "isolate": Text(
        en="Make it safe: off, unplugged or its breaker open, water and gas shut",
        zh="确保安全：关机并断开电源；接有水、气的，关闭水阀和气阀",
    ),
    "customer": Text(
        en="Ask the customer what they have noticed, and since when",
        zh="询问客户发现了什么现象、从何时开始",
    ),
}
ALWAYS_LAST = {
    "test": Text(
        en="Let it run and see that it works as it should",
        zh="试运行，确认工作正常",
    ),
    "tidy": Text(
        en="Leave the place clean, and tell the customer what was done",
        zh="清理现场，并向客户说明处理结果",
    ),
}


@dataclass(frozen=True)
class Step:
    """One line of the list; its name stays the same in every language."""

    name: str
    text: Text


def of(description: ApplianceType | None, problem: str, codes: Sequence[str]) -> list[Step]:
    """The steps for a problem, with what the catalogue says of these fault codes.

    First that it is safe, then each likely cause to look at, and last that it works again.
    """
    steps = [Step(name, text) for name, text in ALWAYS_FIRST.items()]
    if description is not None:
        steps += _causes(description, problem, codes)
    return [*steps, *(Step(name, text) for name, text in ALWAYS_LAST.items())]


def _causes(description: ApplianceType, problem: str, codes: Sequence[str]) -> Iterator[Step]:
    """Each cause once, however many codes have it."""
    told: set[str] = set()
    known = problem == OFFLINE or problem in description.problems
    named = [("cause", problem_of(description, problem).causes)] if known else []
    faults = description.fault_codes
    named += [(f"code:{code}", faults[code].causes) for code in codes if code in faults]
    for source, causes in named:
        for number, cause in enumerate(causes, 1):
            if cause.en not in told:
                told.add(cause.en)
                text = Text(en=f"Check: {cause.en}", zh=f"检查：{cause.zh}")
                yield Step(f"{source}:{number}", text)


def done(connection: Connection, visit_id: int) -> set[str]:
    """The names of the steps that are ticked."""
    rows = connection.execute(_SQL["done"], {"visit_id": visit_id}).fetchall()
    return {str(name) for (name,) in rows}


def tick(
    connection: Connection,
    visit: Visit,
    steps: Sequence[Step],
    ticked: Collection[str],
    at: datetime,
) -> None:
    """Keep which of the steps are done, and which are not any more.

    InvalidError for one that is not on the list.
    """
    unknown = sorted(set(ticked) - {step.name for step in steps})
    if unknown:
        known = ", ".join(step.name for step in steps)
        raise InvalidError(f"there is no step {unknown[0]!r}", hint=f"one of: {known}")
    asked = {"visit_id": visit.id, "steps": sorted(set(ticked)), "at": at}
    connection.execute(_SQL["forget"], asked)
    connection.execute(_SQL["keep"], asked)
