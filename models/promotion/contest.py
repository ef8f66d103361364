"""Whether a newly fitted model may serve instead of its family's champion. Pure.

Both are judged on the same cases, which the newer one has not learned from. It may serve if it is
better at something that matters and worse at nothing, each by more than chance makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isfinite, sqrt
from typing import Any

import numpy as np
from scipy.stats import t as student

from models.arrays import Floats

CONFIDENCE = 0.975
"""A difference this sure is not chance; on one side."""
FEWEST_PAIRS = 3
"""With fewer, nothing is known of how much chance makes."""
FEWEST_CASES = 5
"""A skill over fewer cases says nothing."""


@dataclass(frozen=True)
class Skill:
    """How well one model does on a frozen window; higher is better."""

    value: float
    cases: int
    """Troubles, lives or hours that it was judged by."""
    what: str
    """Of what the value speaks, in words: `PR-AUC`, `1 - error / error of the usual life`."""


@dataclass(frozen=True)
class Aspect:
    """One thing that matters, of both models over the same cases."""

    what: str
    challenger: float
    champion: float
    gain: float
    """How much better the challenger is; less than nothing where it is worse."""
    noise: float
    """A gain up to here may be chance, or does not matter."""
    cases: int
    indirect: bool = False
    """It speaks of the model and not of what people notice: it counts where nothing else does."""

    @property
    def better(self) -> bool:
        """The challenger is better by more than chance."""
        return self.gain > self.noise

    @property
    def worse(self) -> bool:
        """The challenger is worse by more than chance."""
        return self.gain < -self.noise

    @property
    def words(self) -> str:
        """For the audit: what, of both, over how many."""
        return f"{self.what} {self.challenger:.3g}, before {self.champion:.3g} ({self.cases} cases)"


@dataclass(frozen=True)
class Ruling:
    """What comes of a contest, and why."""

    serves: bool
    reason: str
    aspects: tuple[Aspect, ...] = ()
    decided: bool = True
    """False where there was too little to judge by: later there may be more."""

    def as_facts(self) -> dict[str, Any]:
        """As the model's row keeps it."""
        return asdict(self)


def rule(aspects: Sequence[Aspect | None]) -> Ruling:
    """Let the challenger serve if it is better at something and worse at nothing.

    What people would notice counts first; only where that is alike, what is indirect.
    """
    known = tuple(each for each in aspects if each is not None)
    if not known:
        return Ruling(serves=False, reason="too little to judge by yet", decided=False)
    for indirect in (False, True):
        told = [each for each in known if each.indirect is indirect]
        worse = [each.words for each in told if each.worse]
        better = [each.words for each in told if each.better]
        if worse:
            return Ruling(serves=False, reason=f"worse: {'; '.join(worse)}", aspects=known)
        if better:
            return Ruling(serves=True, reason=f"better: {'; '.join(better)}", aspects=known)
    return Ruling(serves=False, reason="no better than the champion", aspects=known)


def paired(
    what: str, challenger: Floats, champion: Floats, margin: float, *, lower_is_better: bool = False
) -> Aspect | None:
    """Compare (n,) values of both, a case each; None with too few to know what chance makes.

    Differences up to `margin` do not matter, however sure they are.
    """
    known = np.isfinite(challenger) & np.isfinite(champion)
    cases = int(known.sum())
    if cases < FEWEST_PAIRS:
        return None
    ours, theirs = challenger[known], champion[known]
    gains = theirs - ours if lower_is_better else ours - theirs
    error = float(gains.std(ddof=1)) / sqrt(cases)
    return Aspect(
        what=what,
        challenger=float(ours.mean()),
        champion=float(theirs.mean()),
        gain=float(gains.mean()),
        noise=max(float(student.ppf(CONFIDENCE, cases - 1)) * error, margin),
        cases=cases,
    )


def of_skills(challenger: Skill | None, champion: Skill | None) -> Aspect | None:
    """Compare two skills; None where either has too few cases.

    Only the number of cases is known of them, so chance is taken to make what it makes of a mean.
    """
    if challenger is None or champion is None:
        return None
    cases = min(challenger.cases, champion.cases)
    size = max(abs(challenger.value), abs(champion.value))
    if cases < FEWEST_CASES or not isfinite(size):
        return None
    return Aspect(
        what=challenger.what,
        challenger=challenger.value,
        champion=champion.value,
        gain=challenger.value - champion.value,
        noise=size / sqrt(cases),
        cases=cases,
    )
