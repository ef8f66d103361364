"""Which tickets belong together with one: merged ones, parts, its parent, what may be merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api import wording
from api.console.reason import Reason
from api.user import Role, User
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import SHARED
from storage.pool import Connection
from tickets import ticket
from tickets.conversation import interaction
from tickets.conversation.interaction import Kept
from tickets.kinship import kin
from tickets.lifecycle import OPEN, State
from tickets.ticket import Ticket


@dataclass(frozen=True)
class Named:
    """A ticket with the title of its problem."""

    ticket: Ticket
    title: str


@dataclass(frozen=True)
class Kin:
    """What the card shows and offers."""

    parent: Named | None
    children: Sequence[Named]
    merged: Sequence[Named]
    """Those whose findings this one took over."""
    into: Named | None
    outbreak_id: int | None
    """The problem of the fleet that it is a part of."""
    mergeable: Sequence[Named]
    problems: Mapping[str, str]
    """What may be split off, by name."""
    separable: Sequence[tuple[str, str]]
    """What rules and detectors found, as ids with commas between them, each in a sentence."""
    said: Sequence[Kept]
    """What was said to the customer and by them, which may be split off too."""


def of(
    connection: Connection,
    catalogue: Catalogue,
    found: Ticket,
    reasons: Sequence[Reason],
    asking: User,
    spoken: str,
) -> Kin:
    """The card of a ticket for this user, who sees tickets of their region only."""

    def named(tickets: Sequence[Ticket]) -> list[Named]:
        return [
            Named(each, wording.problem_title(catalogue.get(each.type), each.problem, spoken))
            for each in tickets
            if asking.sees(each.region)
        ]

    def one(ticket_id: int | None) -> Named | None:
        return next(iter(named([ticket.get(connection, ticket_id)])), None) if ticket_id else None

    below = named(ticket.children(connection, found.id))
    may_change = asking.role.covers(Role.DISPATCHER) and State(found.state) in OPEN
    return Kin(
        parent=one(found.parent_id),
        children=[each for each in below if each.ticket.parent_id == found.id],
        merged=[each for each in below if each.ticket.merged_into == found.id],
        into=one(found.merged_into),
        outbreak_id=kin.outbreak_of(connection, found.id),
        mergeable=named(kin.beside(connection, found)) if may_change else [],
        problems=_problems(catalogue, found, spoken) if may_change else {},
        separable=_separable(reasons) if may_change else [],
        said=interaction.of_ticket(connection, found.id) if may_change else [],
    )


def _problems(catalogue: Catalogue, found: Ticket, spoken: str) -> dict[str, str]:
    description = catalogue.get(found.type)
    names = [*(description.problems if description else ()), *sorted(SHARED)]
    return {
        name: wording.problem_title(description, name, spoken)
        for name in names
        if name != found.problem
    }


def _separable(reasons: Sequence[Reason]) -> list[tuple[str, str]]:
    return [
        (
            ",".join(str(each.proof.alert_change_id) for each in reason.findings),
            reason.first.sentence,
        )
        for reason in reasons
    ]
