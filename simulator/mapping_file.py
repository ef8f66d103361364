"""Where in a mapping file something stands, so that an error can name the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from runtime.errors import ConfigurationError

Place = Sequence[str | int]


class MappingError(ConfigurationError):
    """A mapping, or a recording it names, that cannot be used."""

    title = "Recording error"


def composed(path: Path) -> yaml.Node:
    """Read a YAML mapping; MappingError names the line where it is none."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except OSError as error:
        raise MappingError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise MappingError(f"{path}{line}: not valid YAML: {error}") from error
    if not isinstance(node, yaml.MappingNode):
        raise MappingError(f"{path}:1: expected a mapping with `type`, `unit`, `readings`, ...")
    return node


def explained(error: ValidationError, path: Path, node: yaml.Node) -> Iterator[str]:
    """Tell each problem with its file, line and field."""
    for problem in error.errors():
        message = problem["msg"].removeprefix("Value error, ")
        field = ".".join(map(str, problem["loc"]))
        yield f"{path}:{line_of(node, problem['loc'])}: {field}: {message}"


def line_of(node: yaml.Node, place: Place) -> int:
    """Say on which line `place`, or the nearest thing around it, stands."""
    line = node.start_mark.line + 1
    for part in place:
        found = dict(_children(node)).get(part)
        if found is None:
            break
        line, node = found
    return line


def _children(node: yaml.Node) -> Iterator[tuple[Any, tuple[int, yaml.Node]]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, (key.start_mark.line + 1, value)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield number, (value.start_mark.line + 1, value)
