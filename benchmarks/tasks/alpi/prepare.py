"""Write the ALPI alarm sequences as the CSV files that the task.yaml beside this reads.

    python benchmarks/tasks/alpi/prepare.py alpi/all_alarms.npz FOLDER

Each sample becomes a unit. Its codes come one a minute, the last at minute 0, because the
recording keeps their order and not their times; codes that follow are written at the end of the
480 minutes. Codes count that follow in at least 100 training and 50 test samples: 57 of them. The
columns by which the set was stratified are not used.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HORIZON_MIN = 480
MOST_CODES = 1000
FEWEST_TRAIN, FEWEST_TEST = 100, 50
Codes = NDArray[np.int32]


def main(source: Path, folder: Path) -> None:
    """Read the archive and write events.csv and failures.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    with np.load(source, allow_pickle=False) as archive:
        parts = {name: (archive[f"x_{name}"], archive[f"y_{name}"]) for name in ("train", "test")}
    counted = _counted(parts["train"][1], parts["test"][1])
    with (folder / "events.csv").open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["sample", "minute", "code"])
        for name, (before, _) in parts.items():
            rows.writerows(_events(name, before))
    with (folder / "failures.csv").open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["sample", "minute", "code"])
        for name, (_, after) in parts.items():
            rows.writerows(_failures(name, after, counted))
    print(f"{len(counted)} codes count; events.csv and failures.csv are in {folder}")


def _counted(train: Codes, test: Codes) -> set[int]:
    enough = (_samples(train) >= FEWEST_TRAIN) & (_samples(test) >= FEWEST_TEST)
    return set(map(int, np.flatnonzero(enough)))


def _samples(codes: Codes) -> NDArray[np.int64]:
    """In how many samples each code occurs."""
    rows, columns = np.nonzero(codes > 0)
    once = np.unique(np.column_stack([rows, codes[rows, columns]]), axis=0)
    return np.bincount(once[:, 1], minlength=MOST_CODES)


def _events(part: str, codes: Codes) -> Iterator[tuple[str, int, str]]:
    for number, sample in enumerate(codes):
        known = sample[sample > 0]
        for place, code in enumerate(known):
            yield f"{part}-{number}", place + 1 - len(known), f"a{code:03d}"


def _failures(part: str, codes: Codes, counted: set[int]) -> Iterator[tuple[str, int, str]]:
    for number, sample in enumerate(codes):
        for code in sorted(set(map(int, sample[sample > 0])) & counted):
            yield f"{part}-{number}", HORIZON_MIN, f"a{code:03d}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
