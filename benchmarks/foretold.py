"""How the tickets of a simulated service compare with its hidden truth, a day ahead."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator import scorer
from simulator.fault_plan import LOST_CONNECTION
from simulator.scorer import Found
from simulator.truth import TrueFault, Truth

MONTH = timedelta(days=30.44)
AHEAD = timedelta(hours=24)


@dataclass(frozen=True)
class Outcome:
    """What the dispatchers and the customers of that fleet would have seen."""

    devices: int
    seed: int
    appliance_months: float
    failures: int
    """Without lost connections, which nothing foretells."""
    ticketed_ahead: int
    """With a right or joined ticket at least 24 hours before."""
    share_ahead: float
    median_lead_h: float | None
    tickets: int
    false_tickets: int
    misnamed_tickets: int
    false_per_100_months: float
    by_fault: dict[str, str]
    """Of each type and fault: how many were ticketed a day ahead of how many failures."""
    false_by_problem: dict[str, int]


def compare(hidden: Truth, found: Sequence[Found], *, seed: int) -> Outcome:
    """Count what was told a day ahead, and what was told for nothing."""
    card = scorer.compare(hidden, found)
    foretold = [fault for fault in hidden.faults if fault.fault != LOST_CONNECTION.name]
    failures = [fault for fault in foretold if fault.fails_at <= hidden.end]
    ahead = [fault for fault in failures if _told_by(fault, found, fault.fails_at - AHEAD)]
    months = len(hidden.serials) * ((hidden.end - hidden.start) / MONTH)
    return Outcome(
        devices=len(hidden.serials),
        seed=seed,
        appliance_months=round(months, 1),
        failures=len(failures),
        ticketed_ahead=len(ahead),
        share_ahead=round(len(ahead) / max(len(failures), 1), 4),
        median_lead_h=card.median_lead_h,
        tickets=card.tickets,
        false_tickets=card.false_tickets,
        misnamed_tickets=card.misnamed_tickets,
        false_per_100_months=round(100 * card.false_tickets / months, 3),
        by_fault=_by_fault(failures, ahead),
        false_by_problem=dict(sorted(Counter(one.split(" ", 1)[1] for one in card.false).items())),
    )


def _told_by(fault: TrueFault, found: Sequence[Found], until: datetime) -> bool:
    return any(
        each.serial == fault.serial
        and each.problem in fault.problems
        and fault.onset <= each.at <= until
        for each in found
    )


def _by_fault(failures: Sequence[TrueFault], ahead: Sequence[TrueFault]) -> dict[str, str]:
    kinds: dict[str, list[bool]] = defaultdict(list)
    for fault in failures:
        kinds[f"{fault.serial[:2]} {fault.fault}"].append(fault in ahead)
    return {kind: f"{sum(told)} of {len(told)}" for kind, told in sorted(kinds.items())}
