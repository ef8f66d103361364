"""What came of a demo: what was stored, how the desk did, and how it compares with the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from devices.watermark import Tally
from simulator.line import Line
from simulator.scorer import Scorecard
from simulator.service_week import Week

FIGURES = {
    "routed_without_human": "tickets routed without a human",
    "first_time_fix": "repaired at the first visit",
    "first_response_kept": "first answer in time",
    "resolution_kept": "solved in time",
    "proactive_share": "tickets before the customer called",
    "no_fault_found": "visits that found nothing",
    "reordered": "supplies bought after a reminder",
    "csat": "customers who are content",
    "nps": "net promoter score",
}
"""Those of `/v1/kpis` that a demo tells."""

Figures = Mapping[str, float | None]


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    published: int
    tally: Tally
    reminders: int
    first_ticket_s: float | None
    simulated_days: float
    card: Scorecard
    week: Week
    figures: Figures

    def as_json(self) -> dict[str, object]:
        """The last line of `--json`."""
        return {
            "published": self.published,
            "stored": self.tally.stored,
            "dead_lettered": self.tally.dead_lettered,
            "duplicates": self.tally.duplicates,
            "readings": self.tally.readings,
            "tickets": self.card.tickets,
            "reminders": self.reminders,
            "faults_injected": self.card.faults_injected,
            "faults_ticketed": self.card.faults_ticketed,
            "failures": self.card.failures,
            "failures_ticketed_before": self.card.failures_ticketed_before,
            "failures_prevented": self.card.prevented,
            "median_lead_h": self.card.median_lead_h,
            "false_tickets": self.card.false_tickets,
            "misnamed_tickets": self.card.misnamed_tickets,
            "missed": self.card.missed,
            "false": self.card.false,
            "first_ticket_s": self.first_ticket_s,
            "simulated_days": self.simulated_days,
            "service": asdict(self.week) | {"figures": dict(self.figures)},
        }


def figures(line: Line, since: datetime, until: datetime) -> Figures:
    """The business's figures of a span, as the platform itself tells them."""
    asked = {"from": since.isoformat(), "until": until.isoformat()}
    said = line.get("/v1/kpis", **asked) if since < until else None
    told = said["figures"] if said is not None else {}
    return {name: told[name]["value"] if name in told else None for name in FIGURES}
