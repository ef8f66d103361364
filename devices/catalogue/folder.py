"""Reads appliance types from folders of YAML: the shipped ones, then each maker's own.

A maker's file with a new name adds a type; one with the name of a known type is merged over it,
field by field. A bad file is refused with its file, line, field and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import ValidationError

from devices.catalogue.appliance_type import ApplianceType, WrongReferencesError
from runtime.errors import ConfigurationError

SHIPPED = Path(__file__).parent.parent / "types"

Place = tuple[str | int, ...]
Catalogue = Mapping[str, ApplianceType]


class CatalogueError(ConfigurationError):
    """A catalogue file that cannot be used; the message names file, line, field and reason."""

    title = "Catalogue error"


@dataclass(frozen=True)
class _Document:
    """A YAML file's values, and the file and line that each of them stands on."""

    values: dict[str, Any]
    lines: dict[Place, tuple[Path, int]]

    def over(self, base: _Document) -> _Document:
        merged = _merged(base.values, self.values)
        return _Document(merged, {**base.lines, **self.lines})

    def line_of(self, place: Place) -> tuple[Path, int]:
        """Where `place`, or the nearest thing around it, stands."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def load(folders: Iterable[Path] = ()) -> Catalogue:
    """Read the shipped types and then those of `folders`, in order.

    Raises CatalogueError for the first folder or file that is not as it must be.
    """
    documents: dict[str, _Document] = {}
    for folder in (SHIPPED, *folders):
        for path in _files(folder):
            document = _read(path)
            name = path.stem
            known = documents.get(name)
            documents[name] = document.over(known) if known else document
    return MappingProxyType(
        {name: _validated(name, document) for name, document in sorted(documents.items())}
    )


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise CatalogueError(
            f"{folder} is not a folder", hint="HEARTHWATCH_CATALOGUE names folders of YAML files"
        )
    return sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})


def _read(path: Path) -> _Document:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        if not isinstance(node, yaml.MappingNode):
            raise CatalogueError(
                f"{path}:1: expected a mapping with `type`, `title`, `metrics`, ..."
            )
        lines: dict[Place, tuple[Path, int]] = {}
        return _Document(_values(node, (), path, lines), lines)
    except (yaml.YAMLError, ValueError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise CatalogueError(f"{path}{line}: not valid YAML: {error}") from error
    except RecursionError as error:
        raise CatalogueError(f"{path}: an alias refers to itself") from error


def _values(node: yaml.Node, place: Place, path: Path, lines: dict[Place, tuple[Path, int]]) -> Any:  # noqa: ANN401 - what YAML holds is any value
    lines.setdefault(place, (path, node.start_mark.line + 1))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [
            _values(child, (*place, index), path, lines) for index, child in enumerate(node.value)
        ]
    return yaml.CSafeLoader("").construct_object(node)


def _mapping(
    node: yaml.MappingNode, place: Place, path: Path, lines: dict[Place, tuple[Path, int]]
) -> dict[Any, Any]:
    values: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise CatalogueError(
                f"{path}:{line}: {_field(place)}: expected a name before the colon"
            )
        key = yaml.CSafeLoader("").construct_object(key_node)
        inner = (*place, key)
        if key in values:
            raise CatalogueError(f"{path}:{line}: {_field(inner)}: given twice")
        lines[inner] = (path, line)
        values[key] = _values(value_node, inner, path, lines)
    return values


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _validated(name: str, document: _Document) -> ApplianceType:
    declared = document.values.get("type")
    if declared != name:
        file, line = document.line_of(("type",))
        raise CatalogueError(
            f"{file}:{line}: type: expected {name!r} as the file's name says, got {declared!r}"
        )
    try:
        return ApplianceType.model_validate(document.values)
    except ValidationError as error:
        raise CatalogueError("\n".join(_explained(error, document))) from error


def _explained(error: ValidationError, document: _Document) -> Iterator[str]:
    for problem in error.errors():
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, WrongReferencesError):
            yield from (_located(document, place, why) for place, why in cause.wrong)
            continue
        place: Place = tuple(part for part in problem["loc"] if part != "[key]")
        given = problem["input"]
        shown = f" (got {given!r})" if isinstance(given, str | int | float | bool) else ""
        yield _located(document, place, problem["msg"].removeprefix("Value error, ") + shown)


def _located(document: _Document, place: Place, why: str) -> str:
    file, line = document.line_of(place)
    return f"{file}:{line}: {_field(place)}: {why}"


def _field(place: Place) -> str:
    return ".".join(map(str, place)) or "the type as a whole"
