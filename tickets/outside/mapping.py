"""Mappings: how an event becomes a request of another system, as data in a YAML file.

A text is a Jinja2 template in a sandbox; `{of: ...}` takes a value as it is, through a table of
`values` if it names one. What comes to nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

import yaml
from jinja2 import StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from runtime.errors import ConfigurationError, InvalidError
from tickets.lifecycle import State

SHIPPED = Path(__file__).parent / "mappings"
EXPRESSIONS = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
"""What a template may do: read what it is given, and nothing else."""

Mappings = Mapping[str, "Outward"]


class MappingError(ConfigurationError):
    """A mapping that cannot be used; the message names file, field and reason."""

    title = "Mapping error"


def _check_template(text: object) -> object:
    if isinstance(text, str):
        try:
            EXPRESSIONS.parse(text)
        except TemplateSyntaxError as error:
            raise ValueError(f"not a template: {error.message}") from error
    return text


Template = Annotated[str, BeforeValidator(_check_template)]


class _Part(BaseModel):
    """Any part of a mapping: a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Chosen(_Part):
    """A value as it is, such as `ticket.id`, or what a table of `values` says of it."""

    of: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$")]
    by: str | None = None
    """The table of `values`."""
    default: Any = None


Body = Chosen | str | bool | int | float | None | list["Body"] | dict[str, "Body"]
"""What YAML holds, with each `{of: ...}` read."""


def _read_body(value: object) -> Body:
    if isinstance(value, dict):
        if "of" in value:
            return Chosen.model_validate(value)
        return {str(name): _read_body(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_read_body(each) for each in value]
    if value is None or isinstance(value, Chosen | str | bool | int | float):
        _check_template(value)
        return value
    raise ValueError(f"{value!r} is nothing that JSON can hold")


class Outline(_Part):
    """A request that other systems understand."""

    method: Literal["POST", "PUT", "PATCH"]
    path: Template
    headers: dict[str, Template] = Field(default_factory=dict)
    body: Annotated[Any, BeforeValidator(_read_body)]
    external_id: str | None = None
    """Where the answer holds the id of the record, such as `result.sys_id`."""
    needs_record: bool = False
    """It is about a record that is linked already; without one, `create` goes before."""


class Inward(_Part):
    """How the other system's words are ours."""

    states: dict[str, State]
    told_as: str = "state"
    """The table of `values` by which our states are told: what comes back of it is no change."""


class Outward(_Part):
    """A mapping: which events become which requests."""

    system: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
    title: str
    language: Literal["en", "zh"] = "en"
    constants: dict[str, str | int | bool] = Field(default_factory=dict)
    """What is another one in every company; templates read them as `own`."""
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    create: Outline
    """What makes a record of a ticket, or makes it anew where the other system knows it."""
    requests: dict[str, Outline] = Field(default_factory=dict)
    kinds: dict[str, str | None]
    """Kinds of events, or families such as `ticket.*`, and the request of each; null for none."""
    inward: Inward | None = None

    @model_validator(mode="after")
    def _names_hold(self) -> Self:
        for kind, name in self.kinds.items():
            if name not in {None, "create", *self.requests}:
                raise ValueError(f"kinds.{kind}: there is no request {name!r}")
        for table in self._tables():
            if table not in self.values:
                raise ValueError(f"there are no values {table!r}")
        if self.create.needs_record or not self.create.external_id:
            raise ValueError("create: it makes the record and says where its id is")
        return self

    def _tables(self) -> Iterator[str]:
        for outline in (self.create, *self.requests.values()):
            yield from (each.by for each in _chosen(outline.body) if each.by is not None)

    def outline_for(self, kind: str) -> Outline | None:
        """The request for a kind of event: of its own, or of its family; None for none."""
        family = f"{kind.partition('.')[0]}.*"
        name = self.kinds.get(kind, self.kinds.get(family))
        if name is None:
            return None
        return self.create if name == "create" else self.requests[name]


def _chosen(body: Body) -> Iterator[Chosen]:
    if isinstance(body, Chosen):
        yield body
    elif isinstance(body, list | dict):
        for each in body.values() if isinstance(body, dict) else body:
            yield from _chosen(each)


def load(folders: Iterable[Path] = ()) -> Mappings:
    """Read the shipped mappings and then those of `folders`, by name; a later file replaces one."""
    found: dict[str, Outward] = {}
    for folder in (SHIPPED, *folders):
        if not folder.is_dir():
            raise MappingError(
                f"{folder} is not a folder", hint="HEARTHWATCH_MAPPINGS names folders of YAML files"
            )
        for path in sorted(folder.glob("*.yaml")):
            found[path.stem] = _read(path)
    return MappingProxyType(found)


def _read(path: Path) -> Outward:
    try:
        return Outward.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
    except ValidationError as error:
        wrong = "\n".join(
            f"{path}: {'.'.join(map(str, each['loc'])) or 'as a whole'}: {each['msg']}"
            for each in error.errors()
        )
        raise MappingError(wrong) from error
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise MappingError(f"{path}: not valid YAML: {error}") from error


def find(mappings: Mappings, name: str) -> Outward:
    """A mapping by its name; InvalidError names those there are."""
    if name not in mappings:
        raise InvalidError(
            f"there is no mapping {name!r}", hint=f"there are {', '.join(sorted(mappings))}"
        )
    return mappings[name]
