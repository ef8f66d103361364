"""Which part of a recording is learned from, chooses thresholds, and is scored once."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from models.arrays import Bools, Ints
from models.evaluation import duration
from models.evaluation.clock import Clock
from models.evaluation.dataset import Dataset
from models.evaluation.document import EvaluationError
from models.evaluation.span import FUTURE, PAST, Span
from models.evaluation.task import Instant, Share, Split
from models.recording import Recording


@dataclass(frozen=True)
class Fold:
    """The parts; no unit's times lie in two of them."""

    train: Span
    validation: Span | None
    test: Span


class _Extent(NamedTuple):
    first: Ints
    last: Ints


def folds(rule: Split, dataset: Dataset) -> list[Fold]:
    """Find the parts that a task names; EvaluationError says which unit or time is not there."""
    if rule.folds is not None:
        return _by_turns(rule, dataset)
    gap = duration.parse(rule.gap, dataset.clock.own_ns)
    train = _span(rule.train, "train", dataset, None, 0)
    validation = _span(rule.validation, "validation", dataset, train, gap)
    test = _span(rule.test, "test", dataset, validation or train, gap)
    if test is None:
        test = _rest_after([part for part in (train, validation) if part], gap)
    if train is None:
        train = _rest_before([part for part in (validation, test) if part], gap)
    fold = Fold(train, validation, test)
    _check(fold, dataset.recording)
    return [fold]


def extent(recording: Recording) -> tuple[Ints, Ints]:
    """When each unit is first and last heard of, (units,); of what is measured if anything is.

    Old repairs are often known from before anybody watched: they do not begin a recording.
    """
    first = np.full(len(recording.units), FUTURE, dtype=np.int64)
    last = np.full(len(recording.units), PAST, dtype=np.int64)
    if len(recording):
        np.minimum.at(first, recording.unit, recording.time_ns)
        np.maximum.at(last, recording.unit, recording.time_ns)
        return first, last
    happened = np.concatenate([recording.events.time_ns, recording.failures.time_ns])
    times = np.concatenate([happened, recording.maintenance.time_ns])
    begin = (happened if len(happened) else times).min()
    return np.full_like(first, begin), np.full_like(last, times.max())


def _by_turns(rule: Split, dataset: Dataset) -> list[Fold]:
    count = len(dataset.recording.units)
    everyone = np.ones(count, dtype=np.bool_)
    if isinstance(rule.folds, int):
        if count < rule.folds:
            raise EvaluationError(f"split: {rule.folds} folds of {count} units: a fold has none")
        tested = [np.arange(count) % rule.folds == turn for turn in range(rule.folds)]
    else:
        tested = [_chosen(names, "folds", dataset) for names in rule.folds or ()]
    validation = _span(rule.validation, "validation", dataset, None, 0)
    kept = validation.units if validation else ~everyone
    return [
        Fold(Span.whole(everyone & ~mask & ~kept), validation, Span.whole(mask & ~kept))
        for mask in tested
    ]


def _span(
    share: Share | None, name: str, dataset: Dataset, before: Span | None, gap: int
) -> Span | None:
    if share is None:
        return None
    units = np.ones(len(dataset.recording.units), dtype=np.bool_)
    span = Span.whole(units)
    if share.units is not None:
        span = span.of_units(_chosen(share.units, name, dataset))
    if share.files is not None:
        span = span.within(_of_files(share.files, name, dataset))
    if share.names is not None:
        span = span.within(_of_names(share.names, name, dataset))
    if share.from_ is not None:
        span = span.within(_since(_instant(dataset.clock, share.from_, name), units))
    elif before is not None:
        begun = np.where(before.units & (before.end < FUTURE), before.end + gap, PAST)
        span = Span(np.maximum(span.start, begun), span.end)
    if share.until is not None:
        span = Span(span.start, np.minimum(span.end, _instant(dataset.clock, share.until, name)))
    return Span(span.start, np.minimum(span.end, _ends(share, span, dataset)))


def _ends(share: Share, span: Span, dataset: Dataset) -> Ints:
    """Where a part ends that is so many rows, such a share or so long from its beginning."""
    recording = dataset.recording
    first, last = extent(recording)
    begins = np.maximum(span.start, first)
    if share.lasting is not None:
        return begins + duration.parse(share.lasting, dataset.clock.own_ns)
    if share.rows is None and share.fraction is None:
        return np.full(len(begins), FUTURE)
    if not len(recording):
        return begins + np.round((last - first + 1) * (share.fraction or 1.0)).astype(np.int64)
    ends = np.full(len(begins), FUTURE)
    for unit in np.flatnonzero(span.units):
        times = recording.time_ns[recording.unit == unit]
        taken = share.rows or round((share.fraction or 1.0) * len(times))
        later = times[times >= begins[unit]]
        ends[unit] = later[taken] if taken < len(later) else FUTURE
    return ends


def _chosen(names: tuple[str, ...], part: str, dataset: Dataset) -> Bools:
    """Units by name or pattern, (units,)."""
    found = np.zeros(len(dataset.recording.units), dtype=np.bool_)
    for name in names:
        hits = _units(name, dataset)
        if not hits.any():
            near = get_close_matches(name, [*dataset.names, *dataset.recording.units], 3, 0.3)
            raise EvaluationError(
                f"split: {part}: there is no unit {name!r}",
                hint=f"there are {len(dataset.names)} units, such as "
                + ", ".join(dict.fromkeys(near or dataset.names[:3])),
            )
        found |= hits
    return found


def _units(name: str, dataset: Dataset) -> Bools:
    pairs = zip(dataset.recording.units, dataset.names, strict=True)
    exact = np.array([name in pair for pair in pairs], dtype=np.bool_)
    if exact.any() or not any(sign in name for sign in "*?["):
        return exact
    return np.array([fnmatch(unit, name) for unit in dataset.recording.units], dtype=np.bool_)


def _of_names(names: tuple[str, ...], part: str, dataset: Dataset) -> Span:
    """Units if all are units, file patterns else."""
    if all(_units(name, dataset).any() for name in names) or not dataset.files:
        return Span.whole(_chosen(names, part, dataset))
    return _of_files(names, part, dataset)


def _of_files(patterns: tuple[str, ...], part: str, dataset: Dataset) -> Span:
    """Whole units where all their rows are in such files, the time of those rows else."""
    files = np.zeros(len(dataset.files), dtype=np.bool_)
    for pattern in patterns:
        hits = [matches(pattern, file) for file in dataset.files]
        if not any(hits):
            raise EvaluationError(
                f"split: {part}: {pattern!r} is no unit and no reading file",
                hint=f"the files are {', '.join(dataset.files[:5])}",
            )
        files |= np.array(hits)
    inside = files[dataset.file]
    recording = dataset.recording
    first, last = extent(recording.only(inside)) if inside.any() else extent(recording)
    has = np.bincount(recording.unit[inside], minlength=len(first)) > 0
    all_in = has & (np.bincount(recording.unit[~inside], minlength=len(first)) == 0)
    whole = Span.whole(all_in)
    return Span(
        np.where(has & ~all_in, first, whole.start), np.where(has & ~all_in, last + 1, whole.end)
    )


def matches(pattern: str, file: str) -> bool:
    """Whether a pattern names a file: its path, its name or its stem."""
    path = PurePosixPath(file)
    names = (file, path.name, path.name.split(".")[0], path.as_posix().removesuffix(".gz"))
    return any(fnmatch(name, pattern) for name in names)


def _instant(clock: Clock, given: Instant, part: str) -> int:
    try:
        return clock.instant(given)
    except ValueError as error:
        raise EvaluationError(f"split: {part}: {error}") from error


def _since(start: int, units: Bools) -> Span:
    whole = Span.whole(units)
    return Span(np.maximum(whole.start, start), whole.end)


def _rest_after(parts: list[Span], gap: int) -> Span:
    """The other units, or where all are taken, what comes later."""
    taken = np.any([part.units for part in parts], axis=0)
    if not taken.all():
        return Span.whole(~taken)
    end = np.max([np.where(part.units, part.end, PAST) for part in parts], axis=0)
    return Span(np.minimum(end + gap, FUTURE), np.full(len(end), FUTURE))


def _rest_before(parts: list[Span], gap: int) -> Span:
    taken = np.any([part.units for part in parts], axis=0)
    if not taken.all():
        return Span.whole(~taken)
    start = np.min([np.where(part.units, part.start, FUTURE) for part in parts], axis=0)
    return Span(np.full(len(start), PAST), np.maximum(start - gap, PAST))


def _check(fold: Fold, recording: Recording) -> None:
    first, last = extent(recording)
    parts = {"train": fold.train, "validation": fold.validation, "test": fold.test}
    there = {name: part for name, part in parts.items() if part is not None}
    for name, part in there.items():
        if not (part.units & (part.start <= last) & (part.end > first)).any():
            raise EvaluationError(
                f"split: {name}: nothing of the recording lies in it",
                hint="compare its units and times with those of the files",
            )
    names = list(there)
    for number, name in enumerate(names):
        for other in names[number + 1 :]:
            both = there[name].within(there[other])
            if (both.units & (both.start <= last) & (both.end > first)).any():
                raise EvaluationError(
                    f"split: {name} and {other} overlap: nothing may be learned from and judged",
                    hint="`until` is exclusive; leave `from` out to begin after the part before",
                )
