"""How bad a ticket is by itself, without what it took over from others that were merged into it.

A merge raises the severity of the ticket that takes over. What it was before is kept with the
merge, and where the stream of changes stood, so that taking it back can tell what came since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import reduce

from psycopg.rows import class_row

from devices.catalogue.appliance_type import ApplianceType, Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import has_problem, problem_of
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
KEPT = "before"
"""Its name among what a merge keeps."""


@dataclass(frozen=True)
class Stakes:
    """How bad it is, whether people are in danger, and what is lost until somebody comes."""

    severity: Severity
    safety: bool
    at_stake: str | None

    def joined(self, other: Stakes) -> Stakes:
        """Both together."""
        return Stakes(
            max(self.severity, other.severity, key=lambda each: each.rank),
            self.safety or other.safety,
            self.at_stake or other.at_stake,
        )

    def within(self, most: Stakes) -> Stakes:
        """No worse than `most`."""
        return Stakes(
            min(self.severity, most.severity, key=lambda each: each.rank),
            self.safety and most.safety,
            self.at_stake if most.at_stake else None,
        )


@dataclass(frozen=True)
class Before:
    """What a ticket was before it took over others, and the newest of each kind then."""

    stakes: Stakes
    change: int
    interaction: int
    event: int

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> Before:
        """As a merge has kept it."""
        severity, at_stake = Severity(str(kept["severity"])), kept["at_stake"]
        stakes = Stakes(severity, bool(kept["safety"]), str(at_stake) if at_stake else None)
        return cls(stakes, *(int(str(kept[name])) for name in ("change", "interaction", "event")))

    def written(self) -> dict[str, object]:
        """As a merge keeps it."""
        marks = {"change": self.change, "interaction": self.interaction, "event": self.event}
        return asdict(self.stakes) | marks


@dataclass(frozen=True)
class _Since:
    """A finding, or somebody who got in touch, since then."""

    type: str
    problem: str
    severity: str | None
    """Of the finding; None for a customer's word."""
    code: str | None


def of(connection: Connection, ticket_id: int) -> Stakes:
    """How bad a ticket is, with all that it took over."""
    (found,) = _stakes(connection, "of", {"id": ticket_id})
    return found


def before(connection: Connection, ticket_id: int) -> Before:
    """What the ticket was before it took over any other that still stands."""
    row = connection.execute(_SQL["kept"], {"id": ticket_id}).fetchone()
    if row is not None:
        return Before.read(row[0])  # type: ignore[arg-type]
    change, interaction, event = (
        int(str(each)) for each in connection.execute(_SQL["marks"]).fetchall()[0]
    )
    return Before(of(connection, ticket_id), change, interaction, event)


def give_back(
    connection: Connection, catalogue: Catalogue, one_id: int, other_id: int, was: Before
) -> None:
    """Set right both tickets of a merge that was taken back: findings since go where they belong.

    The other is what it was, with what came since and what is merged into it still; the one
    gets what came for its own problem meanwhile.
    """
    asked = {"one": one_id, "other": other_id, "change": was.change}
    connection.execute(_SQL["move_since"], asked)
    own = of(connection, one_id)
    _keep(connection, one_id, _sum(own, _since(connection, catalogue, was, one_id, other_id)))
    kin = _stakes(connection, "merged_into", {"id": other_id})
    since = _since(connection, catalogue, was, other_id, other_id)
    _keep(connection, other_id, _sum(was.stakes, [*kin, *since]).within(of(connection, other_id)))


def _sum(first: Stakes, others: Iterable[Stakes]) -> Stakes:
    return reduce(Stakes.joined, others, first)


def _since(
    connection: Connection, catalogue: Catalogue, was: Before, ticket_id: int, told_to: int
) -> list[Stakes]:
    """What findings of a ticket since then, and customers who named its problems, make of it."""
    asked = {
        "id": ticket_id,
        "told_to": told_to,
        "subject": f"ticket:{told_to}",
        "change": was.change,
        "interaction": was.interaction,
        "event": was.event,
    }
    with connection.cursor(row_factory=class_row(_Since)) as cursor:
        rows = cursor.execute(_SQL["since"], asked).fetchall()
    known = [(each, catalogue.get(each.type)) for each in rows]
    return [
        _weight(each, description)
        for each, description in known
        if description is not None and has_problem(description, each.problem)
    ]


def _weight(came: _Since, description: ApplianceType) -> Stakes:
    """As `tickets.opening` and `tickets.conversation.intake` weigh it when it comes."""
    problem = problem_of(description, came.problem)
    code = description.fault_codes.get(came.code or "")
    safety = problem.safety or (code is not None and code.safety)
    severity = Severity(came.severity) if came.severity else problem.severity
    return Stakes(Severity.CRITICAL if safety else severity, safety, problem.at_stake)


def _stakes(connection: Connection, block: str, asked: Mapping[str, object]) -> list[Stakes]:
    rows = connection.execute(_SQL[block], asked).fetchall()
    return [
        Stakes(Severity(str(severity)), bool(safety), str(at_stake) if at_stake else None)
        for severity, safety, at_stake in rows
    ]


def _keep(connection: Connection, ticket_id: int, stakes: Stakes) -> None:
    connection.execute(_SQL["keep"], {"id": ticket_id} | asdict(stakes))
