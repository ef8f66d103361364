"""An export as files: data for machines, and pages that people read, in English and Chinese."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from customers.privacy.export_names import Row
from customers.privacy.export_wording import Wording, words
from customers.privacy.subject_export import Export

__all__ = ["as_json", "files", "page", "words"]

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "zh")
LEADING = (
    "id",
    "at",
    "created_at",
    "opened_at",
    "bought_at",
    "begins_at",
    "ends_at",
    "contact_id",
    "name",
    "device_id",
    "serial",
    "problem",
    "ticket_id",
    "subject",
)
"""What a row is known by stands first."""
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@dataclass(frozen=True)
class Shown:
    """A table as a page shows it."""

    title: str
    purpose: str
    basis: str
    columns: list[str]
    rows: list[list[str]]


def files(held: Export) -> dict[str, bytes]:
    """Every file of an export by its name: export.json, a page a language, and `files/...`."""
    made = {"export.json": as_json(held).encode()}
    made |= {f"export.{each}.html": page(held, each).encode() for each in LANGUAGES}
    return made | {f"files/{name}": content for name, content in held.files.items()}


def as_json(held: Export) -> str:
    """All of it as one JSON object."""
    return json.dumps(held.document(), ensure_ascii=False, indent=2)


def page(held: Export, language: str) -> str:
    """A page to read, which needs nothing but itself."""
    wording = Wording(language, held.zone, held.names)
    tables = [_shown(name, rows, wording) for name, rows in held.tables.items()]
    return _TEMPLATES.get_template("export.html").render(
        language=language,
        page=words()["page"],
        household=held.external_id,
        at=wording.at(held.at),
        zone=held.zone.key,
        tables=[each for each in tables if each.rows],
        empty=[each.title for each in tables if not each.rows],
    )


def _shown(name: str, rows: Sequence[Row], wording: Wording) -> Shown:
    told, language = words()["tables"][name], wording.language
    labels = words()["columns"] | told.get("columns", {})
    named = [
        column for column in {column: None for row in rows for column in row} if column in labels
    ]
    cells = {column: [wording.cell(row, column) for row in rows] for column in named}
    columns = sorted(
        (column for column, column_cells in cells.items() if any(column_cells)), key=_place
    )
    return Shown(
        title=told["title"][language],
        purpose=words()["purposes"][told["purpose"]][language],
        basis=words()["bases"][told["basis"]][language],
        columns=[labels[column][language] for column in columns],
        rows=[[cells[column][place] for column in columns] for place in range(len(rows))],
    )


def _place(column: str) -> int:
    return LEADING.index(column) if column in LEADING else len(LEADING)
