"""The register of personal data: which tables hold it, why, and what erasure does with it."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal, LiteralString

import yaml
from psycopg import sql
from pydantic import BaseModel, ConfigDict

PATH = Path(__file__).with_suffix(".yaml")


class Treatment(StrEnum):
    """What erasure does with a column."""

    KEY = "key"
    NULL = "null"
    BLANK = "blank"
    ALIAS = "alias"
    STANDARD = "standard"


class Held(BaseModel):
    """A table that holds or links personal data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    title: dict[Literal["en", "zh"], str]
    reach: str
    purpose: str
    basis: str
    files: tuple[str, ...] = ()
    """Sealed columns that are files, not words."""
    hidden: tuple[str, ...] = ()
    """Columns that an export leaves out: they are about our safety, not about the person."""
    shown: bool = True
    erasure: Literal["delete"] | dict[str, Treatment]

    @property
    def condition(self) -> sql.SQL:
        """Which rows are a household's, asked with `households`, `contacts`, `tickets`."""
        return sql.SQL(REACHES[self.reach])

    @property
    def owner_column(self) -> tuple[str, str]:
        """Whose key seals the columns named `*_sealed`: a kind of owner, the column with its id.

        No column stands for the household that was asked for.
        """
        if self.reach == "ticket_id":
            return "household", ""
        if self.reach in {"contact", "contact_id"}:
            return "contact", "id" if self.reach == "contact" else "contact_id"
        return "household", "id" if self.reach == "household" else "household_id"


REACHES: dict[str, LiteralString] = {
    "household": "id = ANY (%(households)s)",
    "household_id": "household_id = ANY (%(households)s)",
    "survivor_id": "survivor_id = ANY (%(households)s) OR merged_id = ANY (%(households)s)",
    "first_or_second": "first_id = ANY (%(households)s) OR second_id = ANY (%(households)s)",
    "household_or_contact": (
        "household_id = ANY (%(households)s) OR contact_id = ANY (%(contacts)s)"
    ),
    "contact": "id = ANY (%(contacts)s)",
    "contact_id": "contact_id = ANY (%(contacts)s)",
    "ticket_id": "ticket_id = ANY (%(tickets)s)",
}
"""How rows are found from a household; ids only, so no reach depends on what was erased before."""


@cache
def register() -> tuple[Held, ...]:
    """Every table with personal data, in the order in which an export shows them."""
    entries = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return tuple(Held(table=table, **entry) for table, entry in entries.items())
