"""What a task.yaml may say: which files, which columns, what to foretell and how to split.

People write it by hand, so short forms are understood (`shorthand.py`); a key that is not known
is an error that names its line and the nearest key that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from models.evaluation import clock, document, duration, shorthand
from models.evaluation.document import Document, EvaluationError

Kind = Literal["anomaly", "fault", "remaining_life"]
Instant = datetime | date | int | float | str
"""As the time column is written."""
Length = int | float | str
"""24h, or a number in the time column's own unit."""
Positive = Annotated[Length, AfterValidator(duration.positive)]
FILE_NAME = "task.yaml"


class Part(BaseModel):
    """Any part of a task: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Format(Part):
    """How a file is written, where that is not to be found out."""

    columns: tuple[str, ...] | None = None
    """Names of the columns of a file without a header."""
    separator: str | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str = "utf-8-sig"


class Unit(Part):
    """What tells units apart: a column, the file, or both."""

    column: str | None = None
    file: bool = False


class Time(Part):
    """The column that says when; plain numbers count in `unit`."""

    column: str
    unit: str | None = None
    format: Annotated[str, AfterValidator(clock.readable)] | None = None
    """As strptime reads it, where dates are not written as ISO 8601 says."""


class Beside(Format):
    """A file beside the readings, and its column with the unit."""

    path: str
    unit: str | None = None


class LogFile(Beside):
    """What happened now and then: one row an entry."""

    time: str | None = None
    code: str | None = None


class Traits(Beside):
    """What does not change about a unit: one row each; all other columns unless `columns`."""

    traits: tuple[str, ...] | None = None


class Label(Part):
    """What is true: a column of 0 and 1, or a file of intervals."""

    column: str | None = None
    path: str | None = None
    unit: str = "unit"
    from_: str = Field("from", alias="from")
    until: str = "until"


class Remaining(Part):
    """What is left: a column of the readings, or a file with a number a unit at its last row."""

    column: str | None = None
    path: str | None = None
    unit: str | None = None
    files: str | None = None
    """Which readings' units the numbers are of; all units of the test part if not said."""


class Share(Part):
    """One part of the split: what all of its keys allow together."""

    units: tuple[str, ...] | None = None
    files: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    """Units or file patterns, whichever there are."""
    from_: Instant | None = Field(None, alias="from")
    until: Instant | None = None
    """Exclusive."""
    rows: int | None = Field(None, ge=1)
    fraction: float | None = Field(None, gt=0, le=1)
    lasting: str | None = None
    """Rows, a share or a time from where the part before ends, or from the unit's beginning."""


SomeShare = Annotated[Share | None, BeforeValidator(shorthand.share)]


class Split(Part):
    """Which part is learned from, which chooses thresholds, which is scored once."""

    train: SomeShare = None
    validation: SomeShare = None
    test: SomeShare = None
    gap: Annotated[Length, AfterValidator(duration.at_least_zero)] = 0
    folds: int | tuple[tuple[str, ...], ...] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any((self.train, self.validation, self.test, self.folds)):
            raise ValueError("say `train` and `test`, or `folds`")
        if self.folds and (self.train or self.test):
            raise ValueError("`folds` says which units are tested in turn: leave out the parts")
        if isinstance(self.folds, int) and self.folds < 2:  # noqa: PLR2004 - one to learn from
            raise ValueError("`folds` needs at least 2")
        return self


Logs = Annotated[tuple[LogFile, ...], BeforeValidator(shorthand.logs)]
Names = Annotated[tuple[str, ...], BeforeValidator(shorthand.names)]


class Task(Format):
    """The whole file."""

    kind: Annotated[Kind, BeforeValidator(shorthand.kind)]
    name: str | None = None
    description: str | None = None
    folder: str = "."
    """What paths start from; relative to the task.yaml."""
    readings: Names = ()
    unit: Annotated[Unit | None, BeforeValidator(shorthand.unit)] = None
    time: Annotated[Time | None, BeforeValidator(shorthand.column)] = None
    sampling: Positive | None = None
    metrics: Annotated[tuple[str, ...] | None, BeforeValidator(shorthand.names)] = None
    context: Annotated[
        tuple[str, ...] | dict[str, tuple[str, ...]], BeforeValidator(shorthand.context)
    ] = ()
    ignore: Names = ()
    direction: dict[str, Literal["high", "low", "both"]] = Field(default_factory=dict)
    units: Annotated[Traits | None, BeforeValidator(shorthand.traits)] = None
    events: Logs = ()
    maintenance: Logs = ()
    failures: Logs = ()
    label: Annotated[Label | None, BeforeValidator(shorthand.column)] = None
    remaining: Annotated[Remaining | None, BeforeValidator(shorthand.column)] = None
    cap: Positive | None = None
    horizon: Annotated[tuple[Positive, ...], BeforeValidator(shorthand.listed)] = ()
    every: Annotated[Length, AfterValidator(duration.step)] | None = None
    split: Annotated[Split, BeforeValidator(shorthand.split)]

    @property
    def split_files(self) -> tuple[str, ...]:
        """File patterns by which the recording is split."""
        parts = (self.split.train, self.split.validation, self.split.test)
        some = [part for part in parts if part is not None]
        return tuple(name for part in some for name in (*(part.files or ()), *(part.names or ())))

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if not self.readings and not (self.kind == "fault" and (self.events or self.failures)):
            raise ValueError("`readings` is missing: say which files hold the measurements")
        if self.readings and (self.time is None) == (self.sampling is None):
            raise ValueError("say `time` (a column) or, where there is none, `sampling`")
        if self.kind == "fault" and not self.horizon:
            raise ValueError("`horizon` is missing: how far ahead, such as 24h")
        if self.kind == "fault" and self.label is None and not self.failures:
            raise ValueError("say which `failures` to foretell, or a `label` column")
        return self


def load(folder: Path) -> Task:
    """Read the task of a folder, or the file itself; EvaluationError for the first bad one."""
    path = folder / FILE_NAME if folder.is_dir() else folder
    read = document.read(path)
    try:
        return Task.model_validate(shorthand.flat(read.values))
    except ValidationError as error:
        told = "\n".join(_explained(error, read))
        raise EvaluationError(told, hint="docs/evaluate.md shows a task of each kind") from error


def _explained(error: ValidationError, read: Document) -> Iterator[str]:
    for problem in error.errors():
        place = [part for part in problem["loc"] if not _is_variant(part)]
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = _unknown(str(place[-1]))
        if problem["type"] == "missing":
            message = "missing"
        field = ".".join(map(str, place)) or "task"
        yield f"{read.path}:{read.line_of(place)}: {field}: {message}"


def _is_variant(part: str | int) -> bool:
    """Whether pydantic names a member of a union here, not a key."""
    return isinstance(part, str) and (
        part in {"int", "float", "str", "date", "datetime"} or part.startswith(("tuple[", "dict["))
    )


def _unknown(key: str) -> str:
    near = get_close_matches(key, KEYS, 1, 0.6)
    return f"no such key; did you mean `{near[0]}`?" if near else "no such key"


def _keys() -> set[str]:
    parts = (Task, Unit, Time, LogFile, Traits, Label, Remaining, Share, Split)
    return {field.alias or name for part in parts for name, field in part.model_fields.items()}


KEYS = sorted(_keys())
LABELS: Mapping[Kind, str] = MappingProxyType(
    {"anomaly": "label", "fault": "failures", "remaining_life": "remaining"}
)
