"""An export as files: data for machines, and pages that people read, in English and Chinese."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from customers.privacy.personal_data import register
from customers.privacy.subject_export import Export, Row

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "zh")
LEADING = ("at", "created_at", "opened_at", "bought_at", "name", "serial", "subject")
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
    tables = [_shown(name, rows, language) for name, rows in held.tables.items()]
    return _TEMPLATES.get_template("export.html").render(
        language=language,
        page=words()["page"],
        household=held.household_id,
        at=f"{held.at:%Y-%m-%d %H:%M} UTC",
        tables=[each for each in tables if each.rows],
        empty=[each.title for each in tables if not each.rows],
    )


@cache
def words() -> Mapping[str, Any]:
    """The words of the pages."""
    told = yaml.safe_load((FOLDER / "export_words.yaml").read_text(encoding="utf-8"))
    tables = {
        held.table: {"title": held.title, "purpose": held.purpose, "basis": held.basis}
        for held in register()
    }
    return {**told, "tables": tables | told["tables"]}


def _shown(name: str, rows: Sequence[Row], language: str) -> Shown:
    told, labels = words()["tables"][name], words()["columns"]
    named = {column: None for row in rows for column in row if column in labels}
    columns = sorted(
        (column for column in named if any(_text(row.get(column), language) for row in rows)),
        key=lambda column: column not in LEADING,
    )
    return Shown(
        title=told["title"][language],
        purpose=words()["purposes"][told["purpose"]][language],
        basis=words()["bases"][told["basis"]][language],
        columns=[labels[column][language] for column in columns],
        rows=[[_text(row.get(column), language) for column in columns] for row in rows],
    )


def _text(value: object, language: str) -> str:
    if value is None or value in ({}, []):
        return ""
    if isinstance(value, bool):
        return str(words()["page"]["yes" if value else "no"][language])
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_line(each, language)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_text(each, language) for each in value)
    if isinstance(value, float):
        return f"{value:g}"
    return _word(str(value), language)


def _line(value: object, language: str) -> str:
    """What stands within a cell, in one line."""
    if not isinstance(value, Mapping):
        return _text(value, language)
    return ", ".join(
        f"{_word(name, language)} {_text(each, language)}" for name, each in value.items()
    )


def _word(text: str, language: str) -> str:
    """A name of ours in words, an instant to the minute, anything else as it is."""
    known = words()["actions"].get(text) or words()["values"].get(text)
    return str(known[language]) if known else _time(text)


def _time(text: str) -> str:
    """An instant to the minute; any other text as it is."""
    dated = len(text) > len("2026-06-15T12:00") and text[4:5] == "-" and text[10:11] == "T"
    return text[:16].replace("T", " ") + " UTC" if dated and text.endswith("+00:00") else text
