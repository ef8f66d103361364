"""Requests as the rows that an import would have: what holds for a file holds for a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from customers.imports.importing import COLUMNS, CONTACT_COLUMNS, OPTIONAL
from runtime.csv_table import Row


def of_customer(external_id: str, told: Mapping[str, Any]) -> list[Row]:
    """A row for each person of a household, or one without a person; counted from 1."""
    people: Sequence[Mapping[str, Any]] = told["people"] or [{}]
    shared = {"household_id": external_id, **told}
    return [
        Row(
            number,
            {
                name: _written((person if name in (*CONTACT_COLUMNS, "role") else shared).get(name))
                for name in (*COLUMNS, *OPTIONAL)
            },
        )
        for number, person in enumerate(people, 1)
    ]


def of_items(items: Sequence[BaseModel], kind: ModuleType) -> list[Row]:
    """A row for each item, with the columns of an importing module; counted from 1."""
    return [
        Row(
            number,
            {
                name: _written(item.model_dump(mode="json")[name])
                for name in (*kind.COLUMNS, *kind.OPTIONAL)
            },
        )
        for number, item in enumerate(items, 1)
    ]


def _written(value: object) -> str:
    """A value as a field of a file holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(str(each) for each in value)
    return str(value)
