"""How an export is told to people: codes, ids and times in words, in their language and zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from babel import Locale

from customers.privacy.export_names import Names, Row
from customers.privacy.personal_data import register

WORDS = Path(__file__).with_name("export_words.yaml")
AS_WRITTEN = frozenset(
    {
        *("address", "body", "bytes", "comment", "content", "email", "external_id", "external_ref"),
        *("model", "name", "part_number", "phone", "picture", "region", "serial", "text"),
        *("time_zone", "wording", "words"),
    }
)
"""What people or other systems wrote: shown to the letter."""
STATISTICS = ("readings", "mean", "least", "most")
PEOPLE = frozenset({"actor", "asked_by", "assignee", "technician", "undone_by"})
_CODE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


@cache
def words() -> Mapping[str, Any]:
    """The words of the pages."""
    told = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    tables = {
        held.table: {"title": held.title, "purpose": held.purpose, "basis": held.basis}
        | told["tables"].pop(held.table, {})
        for held in register()
    }
    return {**told, "tables": tables | told["tables"]}


@dataclass(frozen=True)
class Wording:
    """Puts the cells of an export into words."""

    language: str
    zone: ZoneInfo
    names: Names

    def cell(self, row: Row, column: str) -> str:
        """What a reader sees of a column of a row; empty if there is nothing to see."""
        value = row.get(column)
        if value is None or value in ({}, [], ""):
            return ""
        return self._written(column, str(value)) or self._coded(row, column, value)

    def text(self, value: object) -> str:
        """A value that needs no other to be understood."""
        if isinstance(value, bool):
            return self.page("yes" if value else "no")
        if isinstance(value, list):
            return self.page("comma").join(self.text(each) for each in value)
        if isinstance(value, Mapping):
            told = ((self.text(name), self.text(each)) for name, each in value.items())
            return self.page("comma").join(f"{name} {each}" for name, each in told)
        if isinstance(value, float):
            return f"{round(value, 2):.12g}"
        return self._word(str(value))

    def page(self, name: str) -> str:
        """A word of the page itself."""
        return str(words()["page"][name][self.language])

    def at(self, instant: datetime) -> str:
        """An instant to the minute, by the household's clock."""
        return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def _written(self, column: str, text: str) -> str:
        """What people or other systems wrote, to the letter, and who it was."""
        if column in AS_WRITTEN:
            return text
        if column in PEOPLE:
            return self._of("actors", text) or text
        return self._filled("notes", text) or text if column == "note" else ""

    def _coded(self, row: Row, column: str, value: object) -> str:
        """What we wrote, in words."""
        title = self.names.title(row, column)
        if title is not None:
            return title.language(self.language)
        if column == "metrics" and isinstance(value, Mapping):
            return self._metrics(row, value)
        return self._named(column, value) or self.text(value)

    def _named(self, column: str, value: object) -> str:
        """What an id stands for, or the name of a country or a language."""
        readers: Mapping[str, Callable[[object], str]] = {
            "device_id": self._appliance,
            "ticket_id": self._ticket,
            "visit_id": lambda number: self.cell(self.names.visits.get(number, {}), "begins_at"),
            "contact_id": lambda number: self.names.people.get(number, ""),
            "country": lambda code: self._local("territories", str(code)),
            "language": lambda code: self._local("languages", str(code)[:2]),
            "about": self._matter,
            "subject": self._matter,
        }
        return readers[column](value) if column in readers else ""

    def _appliance(self, number: object) -> str:
        found = self.names.appliances.get(number)
        if found is None:
            return ""
        title = self.cell({"type": found.type}, "type")
        return f"{title} {found.model}".strip() + f" ({found.serial})"

    def _ticket(self, number: object) -> str:
        row = self.names.tickets.get(number)
        if row is None:
            return str(number)
        problem, appliance = self.cell(row, "problem"), self.cell(row, "device_id")
        return self.page("comma").join([f"{number}{self.page('colon')}{problem}", appliance])

    def _matter(self, named: object) -> str:
        """What a name such as `ticket:12` or `consumable:3:water_filter` stands for."""
        kind, *names = str(named).split(":")
        if not names or not names[0].isdecimal():
            return ""
        number = int(names[0])
        if kind == "contact":
            return self.names.people.get(number, "")
        if kind == "ticket":
            return self._ticket(number)
        if kind in {"consumable", "tip"}:
            wears = self.cell({"device_id": number, "consumable": names[-1]}, "consumable")
            told = [wears] if kind == "consumable" else []
            return self.page("comma").join([*told, self._appliance(number)])
        return self._of("values", kind) or ""

    def _local(self, part: str, code: str) -> str:
        """A country or a language by its name; the code itself if it has none."""
        return str(getattr(Locale(self.language), part).get(code, code))

    def _metrics(self, row: Row, metrics: Mapping[str, Mapping[str, object]]) -> str:
        lines = []
        for name, told in metrics.items():
            metric = self.names.metric(row, name)
            title = metric.title.language(self.language) if metric else self._word(name)
            unit = f" ({metric.unit})" if metric and metric.unit else ""
            figures = {each: told[each] for each in STATISTICS if each in told}
            lines.append(f"{title}{unit}{self.page('colon')}{self.text(figures)}")
        return "\n".join(lines)

    def _word(self, text: str) -> str:
        """A code in words, an instant by the household's clock, anything else as it is."""
        known = self._of("values", text) or self._of("actions", text)
        if known is not None:
            return known
        instant = _instant(text)
        if instant is not None:
            return self.at(instant)
        filled = self._filled("patterns", text)
        if filled:
            return filled
        if _CODE.fullmatch(text):
            return text.replace("_", " ")
        return _CODE.sub(lambda code: self._of("values", code[0]) or code[0], text)

    def _filled(self, part: str, text: str) -> str:
        """A text of ours that has something in it, or that stands where people write too."""
        for pattern, told in words()[part].items():
            found = re.fullmatch(pattern, text)
            if found:
                return str(told[self.language]).format(*map(self._word, found.groups()))
        return ""

    def _of(self, part: str, text: str) -> str | None:
        known = words()[part].get(text)
        return str(known[self.language]) if known else None


def _instant(text: str) -> datetime | None:
    """The aware instant that a text is, if it is one."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else None
