"""Which columns of recorded files are which metrics, codes and failures: one small YAML file.

A mapping that cannot be used is refused with its file, line, field and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

import yaml
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from simulator import mapping_file
from simulator.mapping_file import MappingError, Place


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"there is no time zone {name!r}; use one such as Europe/Rome")
    return name


class Part(BaseModel):
    """Any part of a mapping: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Instant(Part):
    """The column that says when; ISO 8601 unless `format` says otherwise."""

    column: str
    format: str | None = None
    """As strptime reads it, or `epoch_s` or `epoch_ms`."""
    zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """Of times that carry no offset themselves."""


class Unit(Part):
    """Which appliance a row is about: always the same `serial`, or `prefix` and a column."""

    serial: str | None = None
    column: str | None = None
    prefix: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.serial is None) == (self.column is None):
            raise ValueError("give either `serial` or `column`")
        return self


class Measured(Part):
    """Where a metric's value stands: column * scale + offset; a column's name alone will do."""

    column: str
    scale: float = 1.0
    offset: float = 0.0


def _column_alone(given: object) -> object:
    return {"column": given} if isinstance(given, str) else given


class Readings(Part):
    """A file with measurements, one row an appliance and instant."""

    path: Path
    time: Instant
    unit: Unit | None = None
    metrics: dict[str, Annotated[Measured, BeforeValidator(_column_alone)]] = Field(min_length=1)


class Codes(Part):
    """The column with a code, and what the catalogue calls each of its values."""

    column: str
    names: dict[str, str] = Field(min_length=1)


class Events(Part):
    """A file with fault codes, one row a code that was shown."""

    path: Path
    time: Instant
    unit: Unit | None = None
    code: Codes
    state: Literal["raised", "cleared"] = "raised"


class Failures(Part):
    """What failed and when; read by the scorer only, and never published.

    One row a failure, or, with `begin_where_ends`, a failure wherever that column falls from
    one to zero: recordings that mark the time before a failure.
    """

    path: Path
    time: Instant
    unit: Unit | None = None
    begin_where_ends: str | None = None
    within_h: tuple[float, ...] = Field(min_length=1)
    """Hours ahead of a failure in which a warning counts."""


class Mapping(Part):
    """The whole file."""

    type: str
    unit: Unit
    train_until: AwareDatetime | None = None
    """What is before this is published first and learned from."""
    readings: tuple[Readings, ...] = Field(min_length=1)
    events: tuple[Events, ...] = ()
    failures: Failures | None = None


@dataclass(frozen=True)
class Plan:
    """A mapping that fits the catalogue, and the folder that its paths start from."""

    mapping: Mapping
    description: ApplianceType
    folder: Path

    def file(self, path: Path) -> Path:
        """Where a file of the mapping is."""
        return self.folder / path


def load(path: Path, catalogue: Catalogue, data: Path | None = None) -> Plan:
    """Read a mapping; its paths start from `data`, or from the mapping's own folder.

    Raises MappingError that names file, line and field.
    """
    node = mapping_file.composed(path)
    try:
        mapping = Mapping.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise MappingError("\n".join(mapping_file.explained(error, path, node))) from error
    description = catalogue.get(mapping.type)
    folder = data or path.parent
    wrong = [
        f"{path}:{mapping_file.line_of(node, place)}: {'.'.join(map(str, place))}: {message}"
        for place, message in _misfits(mapping, description, folder)
    ]
    if wrong or description is None:
        raise MappingError("\n".join(wrong))
    return Plan(mapping, description, folder)


def _misfits(
    mapping: Mapping, description: ApplianceType | None, folder: Path
) -> Iterator[tuple[Place, str]]:
    """Find what does not fit the catalogue or the folder, with its place in the mapping."""
    if description is None:
        yield (
            ("type",),
            f"there is no appliance type {mapping.type!r}; HEARTHWATCH_CATALOGUE adds a folder",
        )
        return
    for number, readings in enumerate(mapping.readings):
        for name in readings.metrics:
            if name not in description.metrics:
                yield (("readings", number, "metrics", name), f"{mapping.type} has no such metric")
    for number, events in enumerate(mapping.events):
        for shown, code in events.code.names.items():
            if code not in description.fault_codes:
                at = ("events", number, "code", "names", shown)
                yield at, f"{mapping.type} has no fault code {code!r}"
    for place, path in _paths(mapping):
        if not (folder / path).is_file():
            yield place, f"there is no file {folder / path}; --data names the folder of the data"


def _paths(mapping: Mapping) -> Iterator[tuple[Place, Path]]:
    for number, readings in enumerate(mapping.readings):
        yield ("readings", number, "path"), readings.path
    for number, events in enumerate(mapping.events):
        yield ("events", number, "path"), events.path
    if mapping.failures:
        yield ("failures", "path"), mapping.failures.path
