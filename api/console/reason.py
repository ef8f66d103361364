"""Why a ticket exists, told once for each rule or detector however often it spoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api import wording
from devices.catalogue.appliance_type import ApplianceType
from tickets.ticket import Proof

FIRES = frozenset({"raised", "joined"})


@dataclass(frozen=True)
class Finding:
    """A piece of evidence in words."""

    proof: Proof
    sentence: str
    also: Sequence[str] = ()
    """Other metrics that moved at the same time."""


@dataclass(frozen=True)
class Reason:
    """What one rule or detector found, in order of time."""

    first: Finding
    findings: Sequence[Finding]
    self_help: Sequence[str]
    """What the customer can do, where the appliance shows a code."""

    @property
    def times(self) -> int:
        """How often it began to fire."""
        return sum(each.proof.change in FIRES for each in self.findings)

    @property
    def lasts(self) -> bool:
        """Whether it still fires."""
        return self.findings[-1].proof.change in FIRES


def reasons(
    proofs: Sequence[Proof], description: ApplianceType | None, spoken: str
) -> list[Reason]:
    """The reasons of a ticket, the one that spoke first on top."""
    by_signal: dict[str, list[Proof]] = {}
    for proof in proofs:
        by_signal.setdefault(proof.signal, []).append(proof)
    return [_reason(of_signal, description, spoken) for of_signal in by_signal.values()]


def _reason(proofs: Sequence[Proof], description: ApplianceType | None, spoken: str) -> Reason:
    told = [
        Finding(
            proof,
            wording.finding(proof.evidence, description, spoken),
            wording.also(proof.evidence, description, spoken),
        )
        for proof in proofs
    ]
    fault = None
    if description is not None:
        fault = description.fault_codes.get(proofs[0].evidence.code or "")
    return Reason(told[0], told, fault.self_help.language(spoken) if fault else ())
