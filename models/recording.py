"""What units of one type reported, as arrays: the one form in which every model sees its data.

Made from hourly rollups in service and from files in an evaluation, so that both go through the
same features and models. Rows are ordered by unit and time, and no two share both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from models.arrays import Bools, Floats, Ints

HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True)
class Moments:
    """Units at times: the rows of whatever is computed about them; both of shape (moments,)."""

    unit: Ints
    """Position in the recording's `units`."""
    time_ns: Ints
    """Nanoseconds since the epoch."""

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def starts(self) -> Bools:
        """The first of each unit; they must be in order of unit."""
        starts = np.ones(len(self), dtype=np.bool_)
        starts[1:] = np.diff(self.unit) != 0
        return starts

    def only(self, chosen: Bools | Ints) -> Moments:
        """Take a part of them."""
        return Moments(self.unit[chosen], self.time_ns[chosen])


@dataclass(frozen=True)
class Log:
    """What happened to units now and then: fault codes, repairs, failures; by unit and time."""

    unit: Ints
    time_ns: Ints
    code: Ints
    """Position in `codes`; of shape (entries,) like the others."""
    codes: tuple[str, ...]

    @classmethod
    def empty(cls) -> Log:
        """Nothing happened, or nobody wrote it down."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, nothing, nothing, ())

    @classmethod
    def of(cls, unit: Ints, time_ns: Ints, code: Sequence[str], codes: Sequence[str] = ()) -> Log:
        """Bring entries into order; `codes` that are known already keep their positions."""
        new = sorted(set(code) - set(codes))
        known = (*codes, *new)
        position = {name: number for number, name in enumerate(known)}
        numbers = np.array([position[name] for name in code], dtype=np.int64)
        order = np.lexsort((numbers, time_ns, unit))
        return cls(unit[order], time_ns[order], numbers[order], known)

    def __len__(self) -> int:
        return len(self.unit)

    def only(self, chosen: Bools) -> Log:
        """Take a part of the entries; the codes stay."""
        return Log(self.unit[chosen], self.time_ns[chosen], self.code[chosen], self.codes)


@dataclass(frozen=True)
class Description:
    """What the catalogue, or a task, says about the metrics."""

    metrics: tuple[str, ...]
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each metric that a model watches: the metrics that explain it."""
    direction: Mapping[str, str] = field(default_factory=dict)
    """`high`, `low` or `both` (if not named): where trouble lies."""
    resolution: Mapping[str, float] = field(default_factory=dict)
    """The smallest departure worth a look, in the metric's unit."""
    unit_of_measure: Mapping[str, str] = field(default_factory=dict)
    """For people: W, °C, l/min."""

    @property
    def watched(self) -> tuple[str, ...]:
        """Metrics that are not only there to explain others."""
        if not self.context:
            return self.metrics
        return tuple(name for name in self.metrics if name in self.context)


@dataclass(frozen=True)
class Recording:
    """Readings and what is known beside them; `values` has shape (rows, metrics), NaN if missing.

    A row from a rollup carries the hour's mean in `values` and the rest in `last`, `low`, `high`
    and `deviation`; a reading as it came has none of these.
    """

    description: Description
    units: tuple[str, ...]
    unit: Ints
    time_ns: Ints
    values: Floats
    step_ns: int
    """The usual time from one row to the next."""
    last: Floats | None = None
    low: Floats | None = None
    high: Floats | None = None
    deviation: Floats | None = None
    events: Log = field(default_factory=Log.empty)
    maintenance: Log = field(default_factory=Log.empty)
    failures: Log = field(default_factory=Log.empty)
    traits: Floats | None = None
    """What does not change, (units, traits): age, power rating; NaN if unknown."""
    trait_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The columns of `values`."""
        return self.description.metrics

    @property
    def moments(self) -> Moments:
        """Every row as a moment."""
        return Moments(self.unit, self.time_ns)

    def column(self, metric: str) -> Floats:
        """One metric, (rows,)."""
        return self.values[:, self.metrics.index(metric)]

    def only(self, rows: Bools) -> Recording:
        """Take a part of the rows; logs and units stay."""
        return replace(
            self,
            unit=self.unit[rows],
            time_ns=self.time_ns[rows],
            values=self.values[rows],
            last=_part(self.last, rows),
            low=_part(self.low, rows),
            high=_part(self.high, rows),
            deviation=_part(self.deviation, rows),
        )

    def before(self, time_ns: int) -> Recording:
        """What was known then: rows and entries strictly earlier."""
        return replace(
            self.only(self.time_ns < time_ns),
            events=self.events.only(self.events.time_ns < time_ns),
            maintenance=self.maintenance.only(self.maintenance.time_ns < time_ns),
            failures=self.failures.only(self.failures.time_ns < time_ns),
        )

    def of_units(self, chosen: Bools) -> Recording:
        """Rows and entries of some units, by a mask of shape (units,); units keep their places."""
        return replace(
            self.only(chosen[self.unit]),
            events=self.events.only(chosen[self.events.unit]),
            maintenance=self.maintenance.only(chosen[self.maintenance.unit]),
            failures=self.failures.only(chosen[self.failures.unit]),
        )


def of_frame(
    frame: pd.DataFrame, description: Description, *, step_ns: int | None = None
) -> Recording:
    """Build a recording from columns `unit`, `time` (UTC) and the metrics; the last twin counts."""
    ordered = frame.drop_duplicates(["unit", "time"], keep="last").sort_values(["unit", "time"])
    codes, names = pd.factorize(ordered["unit"], sort=True)
    time_ns = ordered["time"].to_numpy("datetime64[ns]").astype(np.int64)
    unit = codes.astype(np.int64)
    return Recording(
        description=description,
        units=tuple(str(name) for name in names),
        unit=unit,
        time_ns=time_ns,
        values=ordered[list(description.metrics)].to_numpy(np.float64),
        step_ns=step_ns if step_ns is not None else usual_step(unit, time_ns),
    )


def usual_step(unit: Ints, time_ns: Ints) -> int:
    """The median time between two rows of a unit; an hour where there are no two."""
    steps = np.diff(time_ns)[np.diff(unit) == 0]
    return int(np.median(steps)) if len(steps) else HOUR_NS


def _part(values: Floats | None, rows: Bools) -> Floats | None:
    return None if values is None else values[rows]
