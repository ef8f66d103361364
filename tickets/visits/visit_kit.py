"""What a visit needs and what was done at it: parts, checklist, verdict, pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.catalogue.appliance_type import ApplianceType, Problem
from devices.catalogue.offline import OFFLINE, problem_of
from devices.catalogue.part import Text
from storage.pool import Connection
from tickets import ticket, verdict
from tickets.routing import van
from tickets.ticket import Proof
from tickets.verdict import Recorded
from tickets.visits import checklist, part_use, photo
from tickets.visits.checklist import Step
from tickets.visits.photo import Photo
from tickets.visits.visit import Visit


@dataclass(frozen=True)
class Part:
    """A part that the problem may take."""

    part_number: str
    in_van: int
    """How many the technician's van holds."""


@dataclass(frozen=True)
class Kit:
    """All that a technician's page shows beside the evidence."""

    causes: Sequence[Text]
    parts: Sequence[Part]
    steps: Sequence[Step]
    done: frozenset[str]
    """Names of the steps that are ticked."""
    used: Mapping[str, int]
    photos: Sequence[Photo]
    verdict: Recorded | None


def of(
    connection: Connection, visit: Visit, description: ApplianceType | None, proofs: Sequence[Proof]
) -> Kit:
    """Everything about one visit; `proofs` are the findings of its ticket."""
    codes = sorted({each.evidence.code for each in proofs if each.evidence.code})
    wrong = _problem(description, visit.problem)
    return Kit(
        causes=wrong.causes if wrong else (),
        parts=_parts(connection, visit, _numbers(description, wrong, codes)),
        steps=checklist.of(description, visit.problem, codes),
        done=frozenset(checklist.done(connection, visit.id)),
        used=part_use.of_visits(connection, [visit.id])[visit.id],
        photos=photo.of_visit(connection, visit.id),
        verdict=verdict.of_visit(connection, visit.id),
    )


def steps(connection: Connection, visit: Visit, description: ApplianceType | None) -> list[Step]:
    """The checklist of a visit."""
    found = (each.evidence.code for each in ticket.proofs(connection, visit.ticket_id))
    return checklist.of(description, visit.problem, sorted({code for code in found if code}))


def _problem(description: ApplianceType | None, name: str) -> Problem | None:
    if description is None or (name != OFFLINE and name not in description.problems):
        return None
    return problem_of(description, name)


def _numbers(
    description: ApplianceType | None, wrong: Problem | None, codes: Sequence[str]
) -> list[str]:
    """What the catalogue names for the problem and for the codes, each once."""
    faults = description.fault_codes if description else {}
    named = [*(wrong.parts if wrong else ())]
    for code in codes:
        named += faults[code].parts if code in faults else ()
    return list(dict.fromkeys(named))


def _parts(connection: Connection, visit: Visit, numbers: Sequence[str]) -> list[Part]:
    held: Mapping[str, int] = {}
    if visit.technician and numbers:
        held = van.stock(connection, [visit.technician]).get(visit.technician, {})
    return [Part(number, held.get(number, 0)) for number in numbers]
