"""What an endpoint is sent for an event: the event itself, or what its mapping makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import has_problem, problem_of
from storage.pool import Connection
from tickets import ticket as tickets
from tickets.lifecycle import State
from tickets.outside import link, message, rendering
from tickets.outside.endpoint import Keys
from tickets.outside.feed import Told
from tickets.outside.mapping import Outline, Outward
from tickets.outside.posting import Request
from tickets.outside.rendering import Facts, UnfitError
from tickets.ticket import Ticket

TICKET = "ticket:"
SHOWN = (
    "id", "serial", "type", "model", "region", "household_id", "tier", "problem", "state",
    "severity", "safety", "assignee", "version",
)  # fmt: skip
"""What templates may read of a ticket as it stands; nothing that names a customer."""


@dataclass(frozen=True)
class Outgoing:
    """A request, and what its answer is good for."""

    request: Request
    system: str | None = None
    ticket_id: int | None = None
    outline: Outline | None = None
    """The one that makes the ticket's record, if this does."""
    before: bool = False
    """The record is made first; the event itself is still to be told."""


def prepare(
    connection: Connection,
    catalogue: Catalogue,
    mapping: Outward | None,
    told: Told,
    base_url: str,
) -> Outgoing | None:
    """What to send; None if the mapping has nothing for this kind of event.

    Raises UnfitError where the mapping cannot be filled in.
    """
    if mapping is None or told.kind == "webhook.pinged":
        return Outgoing(Request("POST", base_url, rendering.JSON, message.body_of(told)))
    outline = mapping.outline_for(told.kind)
    if outline is None:
        return None
    found = _ticket_of(connection, told)
    record = link.external_id(connection, mapping.system, found.id) if found else None
    before = outline.needs_record and record is None
    if before and found is None:
        raise UnfitError(f"{told.subject} is no ticket and has no record")
    asked = mapping.create if before else outline
    facts = _facts(catalogue, mapping, told, found, record)
    request = rendering.render(mapping, asked, base_url, facts)
    makes = asked if asked.external_id and record is None and found else None
    return Outgoing(request, mapping.system, found.id if found else None, makes, before)


def sign(request: Request, told: Told, keys: Keys, at: datetime) -> Request:
    """The request with the endpoint's own headers and our signatures."""
    signed = message.signed(told.message_id, request.body, keys.secrets, at)
    headers = {**request.headers, **keys.headers, **signed}
    return Request(request.method, request.url, headers, request.body)


def _ticket_of(connection: Connection, told: Told) -> Ticket | None:
    if not told.subject.startswith(TICKET):
        return None
    return tickets.get(connection, int(told.subject.removeprefix(TICKET)))


def _facts(
    catalogue: Catalogue,
    mapping: Outward,
    told: Told,
    found: Ticket | None,
    record: str | None,
) -> Facts:
    happened = told.kind.partition(".")[2]
    state = happened if happened in set(State) else found.state if found else None
    facts: dict[str, object] = {
        "event": {
            "id": told.message_id,
            "position": told.position,
            "kind": told.kind,
            "subject": told.subject,
            "at": told.at.isoformat(timespec="seconds"),
            "trace": str(told.trace) if told.trace else None,
            "region": told.region,
            "facts": dict(told.facts),
            "state": "new" if told.kind == "ticket.opened" else state,
        }
    }
    if found is not None:
        facts["ticket"] = _shown(catalogue, found, mapping.language)
    if record is not None:
        facts["external_id"] = record
    return facts


def _shown(catalogue: Catalogue, found: Ticket, language: str) -> Mapping[str, object]:
    values = asdict(found)
    shown = {name: values[name] for name in SHOWN}
    description = catalogue.get(found.type)
    known = description is not None and has_problem(description, found.problem)
    problem = problem_of(description, found.problem) if known and description else None
    return shown | {
        "trace": str(found.trace),
        "visit_at": found.visit_at.isoformat() if found.visit_at else None,
        "opened_at": found.opened_at.isoformat(),
        "type_title": description.title.language(language) if description else found.type,
        "title": problem.title.language(language) if problem else found.problem,
        "advice": problem.advice.language(language) if problem else "",
        "causes": _words(problem.causes, language) if problem else [],
        "skills": list(problem.skills) if problem else [],
        "parts": list(problem.parts) if problem else [],
    }


def _words(texts: Sequence[object], language: str) -> list[str]:
    return [str(getattr(each, language)) for each in texts]
