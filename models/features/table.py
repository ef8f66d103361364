"""Features side by side: one row a moment, one named column a feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Table:
    """`values` has shape (moments, names); NaN where a feature cannot be known."""

    names: tuple[str, ...]
    values: Floats

    def only(self, chosen: Bools | Ints) -> Table:
        """Take a part of the moments."""
        return Table(self.names, self.values[chosen])

    def only_columns(self, chosen: Ints) -> Floats:
        """Some of the features, (moments, chosen)."""
        return self.values[:, chosen]

    def column(self, name: str) -> Floats:
        """One feature, (moments,)."""
        return self.values[:, self.names.index(name)]


def beside(tables: Sequence[Table]) -> Table:
    """Put tables of the same moments next to each other."""
    names = tuple(name for table in tables for name in table.names)
    if len(set(names)) < len(names):
        raise ValueError(f"two features have one name in {sorted(names)}")
    return Table(names, np.column_stack([table.values for table in tables]))
