"""Puts pieces of a large recording in order of time without holding all of it in memory.

Each piece is sorted and laid down as a file; then the files are merged. A few need no file.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

Row = TypeVar("Row")
Unpack = Callable[[pd.DataFrame], Iterator[Row]]
BLOCK_ROWS = 2_000
"""Rows of a file that are in memory while merging."""
MOST_IN_MEMORY = 4
"""Pieces that stay where they are."""


def merged(
    pieces: Iterable[pd.DataFrame], unpack: Unpack[Row], key: Callable[[Row], int]
) -> Generator[Row]:
    """Merge the rows of all pieces in order of `key`, which must be the order of the column `at`.

    `unpack` makes rows from a frame. Rows of one instant keep the order of the pieces.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hearthwatch-")))
        streams: list[Iterator[Row]] = []
        for number, piece in enumerate(pieces):
            ordered = piece.sort_values("at", kind="stable")
            if number < MOST_IN_MEMORY:
                streams.append(unpack(ordered))
            else:
                path = scratch / f"{number}.csv"
                ordered.to_csv(path, index=False)
                blocks = _from_file(path, ordered.dtypes.drop("at").to_dict(), unpack)
                streams.append(stack.enter_context(closing(blocks)))
        yield from heapq.merge(*streams, key=key)


def _from_file(path: Path, types: dict[Any, Any], unpack: Unpack[Row]) -> Generator[Row]:
    with pd.read_csv(
        path,
        dtype=types,
        parse_dates=["at"],
        date_format="ISO8601",
        chunksize=BLOCK_ROWS,
    ) as reader:
        for block in reader:
            yield from unpack(block)
