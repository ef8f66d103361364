"""A visit as the API tells it, and what may be told of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api import wording
from api.finding import Finding as Seen
from api.finding import Words
from api.from_row import FromRow
from api.said import Kind
from api.said import Said as Word
from customers.contact import Contact
from customers.household import Household
from devices.catalogue.appliance_type import ApplianceType
from tickets import verdict
from tickets.conversation.interaction import Channel
from tickets.ticket import Proof
from tickets.verdict import Finding
from tickets.visits import part_use, visit, visit_report
from tickets.visits.visit_kit import Kit

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


@dataclass(frozen=True)
class Kept:
    """All that is known of a visit and that the asker may see."""

    visit: visit.Visit
    description: ApplianceType | None
    proofs: Sequence[Proof]
    kit: Kit
    customer: tuple[Household, Sequence[Contact]] | None
    said: Sequence[Word]


class Visit(FromRow):
    """A visit as lists show it."""

    id: int
    ticket_id: int
    number: int = Field(description="2 means that one visit was not enough")
    technician: str | None
    begins_at: datetime
    ends_at: datetime
    state: visit.State
    outcome: str | None = Field(description="of one that is done: resolved or return")
    set_out_at: datetime | None
    arrived_at: datetime | None
    finished_at: datetime | None
    serial: str
    type: str
    region: str
    problem: str
    severity: str
    safety: bool
    trace: UUID


class Part(FromRow):
    """A part that the problem may take."""

    part_number: str
    in_van: int


class Step(BaseModel):
    """A line of the checklist."""

    name: str
    text: Words
    done: bool


class Person(FromRow):
    """Whom to ring."""

    name: str
    phone: str | None
    language: str


class Customer(BaseModel):
    """Where to go and whom to ring."""

    name: str
    address: str
    time_zone: str
    contacts: list[Person]


class Said(FromRow):
    """Something that was said about the ticket."""

    at: datetime
    kind: Kind = Field(
        description="`inbound` is what the customer said, `outbound` what we said; `question` is"
        " what the desk asked the customer, `note` what it wrote down for colleagues"
    )
    channel: Channel | None = Field(description="Of what was said; null for questions and notes")
    actor: str = Field(description="Who took it down, or the system it came from")
    text: str


class Verdict(FromRow):
    """What was found."""

    at: datetime
    actor: str
    finding: Finding
    mode: str | None
    consumable: str | None
    note: str


class Picture(FromRow):
    """A picture of the visit."""

    id: int


class Detail(Visit):
    """A visit with everything for it."""

    title: Words | None = Field(description="null if the catalogue has the problem no more")
    causes: list[Words]
    parts: list[Part] = Field(description="To take along, and how many the van holds")
    checklist: list[Step]
    evidence: list[Seen]
    customer: Customer | None = Field(description="null once the visit is over")
    said: list[Said] = Field(description="The newest first; empty once the visit is over")
    verdict: Verdict | None
    parts_used: dict[str, int]
    photos: list[Picture]

    @classmethod
    def of(cls, kept: Kept) -> Detail:
        """All of a visit."""
        kit, wrong = kept.kit, wording.find_problem(kept.description, kept.visit.problem)
        return cls(
            **Visit.model_validate(kept.visit).model_dump(),
            title=Words.of(wrong.title) if wrong else None,
            causes=[Words.of(each) for each in kit.causes],
            parts=[Part.model_validate(each) for each in kit.parts],
            checklist=[
                Step(name=each.name, text=Words.of(each.text), done=each.name in kit.done)
                for each in kit.steps
            ],
            evidence=[Seen.of(each, kept.description) for each in kept.proofs],
            customer=_customer(kept),
            said=[Said.model_validate(each) for each in kept.said],
            verdict=Verdict.model_validate(kit.verdict) if kit.verdict else None,
            parts_used=dict(kit.used),
            photos=[Picture.model_validate(each) for each in kit.photos],
        )


def _customer(kept: Kept) -> Customer | None:
    if kept.customer is None:
        return None
    home, people = kept.customer
    return Customer(
        name=home.name,
        address=home.address,
        time_zone=home.time_zone,
        contacts=[Person.model_validate(each) for each in people],
    )


class Ticks(BaseModel):
    """Which steps of the checklist are done."""

    model_config = ConfigDict(extra="forbid")

    done: list[Name] = Field(max_length=100, examples=[["isolate", "cause:1"]])


class Report(BaseModel):
    """What a technician hands in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "finding": "confirmed",
                    "mode": "poor_cooling",
                    "parts": {"HW-RF-FAN-02": 1},
                    "note": "fan seized",
                },
                {"finding": "could_not_reproduce", "outcome": "return"},
            ]
        },
    )

    finding: Finding
    mode: str | None = Field(default=None, max_length=200, description="The problem confirmed")
    consumable: str | None = Field(default=None, max_length=200, description="What was replaced")
    parts: dict[Name, Annotated[int, Field(ge=1, le=part_use.MOST)]] = Field(
        default_factory=dict, max_length=50, description="How many of each part number were used"
    )
    note: str = Field(default="", max_length=2000)
    outcome: Literal["resolved", "return"] = Field(
        default="resolved", description="`return` if somebody has to come again"
    )

    def told(self) -> visit_report.Report:
        """The report as the desk takes it."""
        found = verdict.Verdict(self.finding, self.mode, self.consumable, self.note)
        return visit_report.Report(found, self.parts, self.outcome)
