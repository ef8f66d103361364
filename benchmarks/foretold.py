"""How the tickets of a simulated service compare with its hidden truth, a day ahead."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scipy import stats

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
    share_ahead_95: tuple[float, float]
    """Between what the share would be with 95 % confidence in many such fleets."""
    median_lead_h: float | None
    tickets: int
    false_tickets: int
    misnamed_tickets: int
    false_per_100_months: float
    false_per_100_months_95: tuple[float, float]
    by_fault: dict[str, str]
    """Of each type and fault: how many were ticketed a day ahead of how many failures."""
    false_by_problem: dict[str, int]
    """Of each type and problem."""
    models_promoted: int = 0
    """By retraining, and how many it fitted in vain."""
    models_refused: int = 0
    took_s: float = 0.0


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
        share_ahead_95=_share_95(len(ahead), len(failures)),
        median_lead_h=card.median_lead_h,
        tickets=card.tickets,
        false_tickets=card.false_tickets,
        misnamed_tickets=card.misnamed_tickets,
        false_per_100_months=round(100 * card.false_tickets / months, 3),
        false_per_100_months_95=_rate_95(card.false_tickets, months / 100),
        by_fault=_by_fault(failures, ahead),
        false_by_problem=dict(sorted(Counter(map(_type_and_problem, card.false)).items())),
    )


def _share_95(ahead: int, failures: int) -> tuple[float, float]:
    """Exact interval of a share (Clopper and Pearson)."""
    low = stats.beta.ppf(0.025, ahead, failures - ahead + 1) if ahead else 0.0
    high = stats.beta.ppf(0.975, ahead + 1, failures - ahead) if ahead < failures else 1.0
    return round(float(low), 4), round(float(high), 4)


def _rate_95(events: int, exposure: float) -> tuple[float, float]:
    """Exact interval of a Poisson rate (Garwood)."""
    low = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    return round(float(low) / exposure, 3), round(float(high) / exposure, 3)


def _type_and_problem(false: str) -> str:
    serial, problem = false.split(" ", 1)
    return f"{serial[:2]} {problem}"


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
