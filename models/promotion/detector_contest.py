"""Tells a new detector from the champion by hours and troubles that neither has learned.

What matters: how often a healthy appliance would have been called sick, and how near it came to
that; whether a departure planted into healthy hours is found, and confirmed troubles; and where
all that is alike, how well hours are foreseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models.arrays import Bools, Floats, Ints
from models.detectors.context_residual import ContextResidual
from models.features import hours
from models.features.hours import HOUR_NS
from models.history import labels
from models.history.trouble import Trouble
from models.promotion import frozen
from models.promotion.contest import Aspect, paired
from models.promotion.frozen import Frozen
from storage.pool import Connection

HOLD_H = 3
"""A score above the threshold for so long is an alarm, as in service."""
MONTH_H = 730.5
LEAST_SURPRISE = 0.05
"""Differences of the mean surprise of an hour, in nats, up to here do not matter."""
CALM = 0.5
"""A healthy appliance that stays under this share of the threshold is calm enough."""
LEAST_CALM = 0.05
"""Likewise of how near to the threshold healthy appliances come."""
LEAST_FOUND = 0.05
"""Likewise shares of planted departures and of troubles."""
TAILS = 4.0
"""Degrees of freedom of the t distribution that surprise is reckoned by: robust against spikes."""
PLANTED_SPREADS = np.array([1.0, 2.0, 4.0])
"""Appliances get departures of so many of the champion's spreads, in turn."""
PLANTED_FOR = timedelta(hours=48)
FOUND_AFTER = timedelta(hours=24)
"""A trouble counts as found until so long after its ticket: it may be the champion's own."""
FEW_DEVICES = 5
"""With fewer, a day of an appliance is a case, not the appliance."""


@dataclass(frozen=True)
class _Pair:
    challenger: ContextResidual
    champion: ContextResidual

    @property
    def columns(self) -> list[str]:
        each = (self.challenger, self.champion)
        return hours.columns(sorted({name for one in each for name in (one.metric, *one.context)}))

    @property
    def lookback(self) -> timedelta:
        return timedelta(hours=max(self.challenger.lookback_h, self.champion.lookback_h))


def aspects(
    connection: Connection,
    description: ApplianceType,
    challenger: ContextResidual,
    champion: ContextResidual,
    found: Frozen,
) -> list[Aspect | None]:
    """Compare two detectors of one metric in what matters; None where too little is known."""
    pair = _Pair(challenger, champion)
    frame = frozen.hours_of(connection, description, found, pair.columns, pair.lookback)
    if frame.empty:
        return []
    ours, theirs = (_healthy(each, frame, found) for each in (challenger, champion))
    return [
        _foresight(ours, theirs),
        _false_alarms(pair, ours, theirs),
        _calm(pair, ours, theirs),
        _planted(pair, frame, theirs, found),
        _troubles(connection, description, pair, found),
    ]


def _healthy(detector: ContextResidual, frame: pd.DataFrame, found: Frozen) -> pd.DataFrame:
    """Scores of the frozen hours that are not known to be of trouble."""
    scored = _since(detector.score(frame), found)
    return scored[labels.healthy_rows(scored, found.spans)].reset_index(drop=True)


def _since(scored: pd.DataFrame, found: Frozen) -> pd.DataFrame:
    return scored[scored["time"] >= found.since].reset_index(drop=True)


def _foresight(ours: pd.DataFrame, theirs: pd.DataFrame) -> Aspect | None:
    """How surprised each is by an hour, given what it expected and how sure it was."""
    both = pd.concat(
        [_surprise(each).rename(name) for name, each in (("ours", ours), ("theirs", theirs))],
        axis=1,
        join="inner",
    )
    cases = _cases(both.reset_index())
    means = both.groupby(cases).mean()
    challenger, champion = means["ours"].to_numpy(), means["theirs"].to_numpy()
    what = "surprise at an hour"
    told = paired(what, challenger, champion, LEAST_SURPRISE, lower_is_better=True)
    return replace(told, indirect=True) if told is not None else None


def _surprise(scored: pd.DataFrame) -> pd.Series[float]:
    z, spread = scored["z"].to_numpy(np.float64), scored["spread"].to_numpy(np.float64)
    values = np.log(spread) + (TAILS + 1) / 2 * np.log1p(z * z / TAILS)
    keys = pd.MultiIndex.from_frame(scored[["device_id", "time"]])
    return pd.Series(values, index=keys)


def _cases(rows: pd.DataFrame) -> Ints:
    """Which case each row belongs to: its appliance, or with few of them its day."""
    devices = rows["device_id"].to_numpy(np.int64)
    if len(np.unique(devices)) >= FEW_DEVICES:
        return devices
    day: Ints = rows["time"].to_numpy("datetime64[D]").astype(np.int64)
    return devices * 1_000_000 + day


def _false_alarms(pair: _Pair, ours: pd.DataFrame, theirs: pd.DataFrame) -> Aspect | None:
    """Alarms in 100 appliance-months of healthy hours, an appliance a case."""
    rates = []
    for detector, scored in ((pair.challenger, ours), (pair.champion, theirs)):
        devices = scored["device_id"]
        count = _alarms(detector, scored).groupby(devices).sum()
        rates.append(100 * MONTH_H * count / devices.groupby(devices).size())
    challenger, champion = rates[0].align(rates[1], join="inner")
    what = "false alarms in 100 appliance-months"
    return paired(what, challenger.to_numpy(), champion.to_numpy(), 0.0, lower_is_better=True)


def _calm(pair: _Pair, ours: pd.DataFrame, theirs: pd.DataFrame) -> Aspect | None:
    """How near to an alarm each healthy appliance came: its highest score, of the threshold."""
    peaks = [
        (scored.groupby("device_id")["score"].max() / detector.threshold).clip(lower=CALM)
        for detector, scored in ((pair.challenger, ours), (pair.champion, theirs))
    ]
    challenger, champion = peaks[0].align(peaks[1], join="inner")
    what = "highest score of a healthy appliance, of the threshold"
    return paired(
        what, challenger.to_numpy(), champion.to_numpy(), LEAST_CALM, lower_is_better=True
    )


def _alarms(detector: ContextResidual, scored: pd.DataFrame) -> pd.Series[bool]:
    """Rows, by appliance and time, at which an alarm begins; it ends under `clear_below`."""
    devices = scored["device_id"].to_numpy(np.int64)
    times = scored["time"].to_numpy("datetime64[ns]").astype(np.int64)
    score = scored["score"].to_numpy(np.float64)
    above = score > detector.threshold
    fires = _held(devices, times, above)
    told = np.flatnonzero(fires | (score <= detector.clear_below))
    begins = np.zeros(len(scored), dtype=np.bool_)
    another = np.ones(len(told), dtype=np.bool_)
    another[1:] = ~fires[told][:-1] | (np.diff(devices[told]) != 0)
    begins[told] = fires[told] & another
    return pd.Series(begins, index=scored.index)


def _held(devices: Ints, times: Ints, above: Bools) -> Bools:
    """Whether each row and all before it for `HOLD_H` are above."""
    if not len(above):
        return above
    begins = np.ones(len(above), dtype=np.bool_)
    begins[1:] = ~above[:-1] | (np.diff(devices) != 0)
    first = np.maximum.accumulate(np.where(begins, np.arange(len(above)), 0))
    held: Bools = above & (times - times[first] >= HOLD_H * HOUR_NS)
    return held


def _planted(
    pair: _Pair, frame: pd.DataFrame, theirs: pd.DataFrame, found: Frozen
) -> Aspect | None:
    """The share of healthy appliances on which a lasting departure would have been found."""
    until = min(found.since + PLANTED_FOR, found.until)
    sick = {each.device_id for each in found.spans}
    near = frame[(frame["time"] < until) & ~frame["device_id"].isin(sick)].reset_index(drop=True)
    if near.empty or theirs.empty:
        return None
    size = float(theirs["spread"].median())
    changed = _with_departure(near, pair.champion, size, found)
    shares = [_found(each, changed, found) for each in (pair.challenger, pair.champion)]
    challenger, champion = shares[0].align(shares[1], join="inner")
    what = "share of planted departures found"
    return paired(what, challenger.to_numpy(), champion.to_numpy(), LEAST_FOUND)


def _with_departure(
    frame: pd.DataFrame, detector: ContextResidual, size: float, found: Frozen
) -> pd.DataFrame:
    """The metric moved from the first frozen hour on, in the direction that is watched."""
    _, place = np.unique(frame["device_id"].to_numpy(np.int64), return_inverse=True)
    step: Floats = size * PLANTED_SPREADS[place % len(PLANTED_SPREADS)]
    away = -step if detector.direction == "low" else step
    late = (frame["time"] >= found.since).to_numpy()
    moved = {
        name: frame[name].to_numpy(np.float64) + np.where(late, away, 0.0)
        for name in hours.columns([detector.metric])
    }
    return frame.assign(**moved)


def _found(detector: ContextResidual, frame: pd.DataFrame, found: Frozen) -> pd.Series[float]:
    """By appliance, 1 where there was an alarm."""
    scored = _since(detector.score(frame), found)
    return _alarms(detector, scored).groupby(scored["device_id"]).any().astype("float64")


def _troubles(
    connection: Connection, description: ApplianceType, pair: _Pair, found: Frozen
) -> Aspect | None:
    """The share of the metric's confirmed troubles found by a day after their tickets."""
    problem = description.metrics[pair.champion.metric].problem
    mine = [each for each in found.troubles if each.mode == problem]
    shares = np.array(list(_caught(connection, description, pair, mine))).reshape(-1, 2)
    return paired("share of confirmed troubles found", shares[:, 0], shares[:, 1], LEAST_FOUND)


def _caught(
    connection: Connection, description: ApplianceType, pair: _Pair, troubles: list[Trouble]
) -> Iterator[tuple[float, float]]:
    """Of each trouble, 1 for the challenger and the champion where they raise an alarm."""
    for each in troubles:
        start = each.began_at - labels.BEFORE - pair.lookback
        end = each.opened_at + FOUND_AFTER
        frame = rollup.window(connection, description, pair.columns, start, end, [each.device_id])
        if not frame.empty:
            yield _raised(pair.challenger, frame, each), _raised(pair.champion, frame, each)


def _raised(detector: ContextResidual, frame: pd.DataFrame, trouble: Trouble) -> float:
    scored = detector.score(frame)
    late = scored[scored["time"] >= trouble.began_at - labels.BEFORE].reset_index(drop=True)
    return float(_alarms(detector, late).any())
