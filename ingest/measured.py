"""Whether values can be true: each one held against its metric in the catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.catalogue.appliance_type import ApplianceType, Storage
from devices.telemetry import Value
from ingest.reason import Reason, RefusedError


@dataclass(frozen=True)
class Limit:
    """What a metric's value may be."""

    storage: Storage
    low: float
    high: float


Limits = Mapping[str, Limit]


@dataclass
class Sorted:
    """A reading's values: those to store, those without a column, and what is wrong."""

    known: dict[str, Value] = field(default_factory=dict)
    unknown: dict[str, object] = field(default_factory=dict)
    wrong: list[tuple[str, RefusedError]] = field(default_factory=list)

    @property
    def complaint(self) -> RefusedError | None:
        """Every wrong value in one refusal, under the first one's reason."""
        if not self.wrong:
            return None
        detail = "; ".join(f"{metric} {error.detail}" for metric, error in self.wrong)
        return RefusedError(self.wrong[0][1].reason, detail)


def limits(description: ApplianceType) -> Limits:
    """The limits of every metric of a type."""
    return {
        name: Limit(
            metric.storage,
            metric.bounds.low if metric.bounds else -math.inf,
            metric.bounds.high if metric.bounds else math.inf,
        )
        for name, metric in description.metrics.items()
    }


def sort(values: Mapping[str, object], allowed: Limits) -> Sorted:
    """Judge each value by itself; null means not measured, and is left out."""
    result = Sorted()
    for metric, value in values.items():
        if value is None:
            continue
        limit = allowed.get(metric)
        try:
            if limit is None:
                result.unknown[metric] = _finite(value)
            else:
                result.known[metric] = accepted(value, limit)
        except RefusedError as error:
            result.wrong.append((metric, error))
    return result


def accepted(value: object, limit: Limit) -> Value:
    """The value as its column takes it. Raises RefusedError; the detail follows a metric's name."""
    if limit.storage is Storage.BOOLEAN:
        return _boolean(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(Reason.VALUE_NOT_NUMBER, f"is {value!r:.100}, not a number")
    _finite(value)
    if not limit.low <= value <= limit.high:
        raise RefusedError(
            Reason.VALUE_OUT_OF_RANGE,
            f"is {value!r:.100}, outside {limit.low:g} to {limit.high:g}",
        )
    if limit.storage is not Storage.INTEGER:
        return float(value)
    if value != int(value):
        raise RefusedError(Reason.VALUE_NOT_WHOLE, f"is {value!r}, not a whole number")
    return int(value)


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, int | float):
        raise RefusedError(Reason.VALUE_NOT_NUMBER, f"is {value!r:.100}, not true or false")
    _finite(value)
    if value not in {0, 1}:
        raise RefusedError(Reason.VALUE_OUT_OF_RANGE, f"is {value!r:.100}, not 0 or 1")
    return bool(value)


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise RefusedError(Reason.VALUE_NOT_FINITE, f"is {value!r}")
    return value
