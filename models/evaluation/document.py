"""A YAML file's values, and the line that each of them stands on, so that an error can name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from runtime.errors import ConfigurationError


class EvaluationError(ConfigurationError):
    """A task or a recording that cannot be used; the message names the file and the place."""

    title = "Evaluation error"


@dataclass(frozen=True)
class Document:
    """What a file holds, and its nodes."""

    path: Path
    values: dict[str, Any]
    node: yaml.Node

    def line_of(self, place: Sequence[str | int]) -> int:
        """Say on which line `place`, or the nearest thing around it, stands."""
        node, line = self.node, self.node.start_mark.line + 1
        for part in place:
            found = dict(_children(node)).get(part)
            if found is None:
                break
            line, node = found
        return line


def read(path: Path) -> Document:
    """Read a mapping; EvaluationError names the line where it is none."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, yaml.CSafeLoader)
        if not isinstance(node, yaml.MappingNode):
            raise EvaluationError(f"{path}:1: expected a mapping with `kind`, `split`, ...")
        _refuse_twins(node, path)
        return Document(path, yaml.load(text, yaml.CSafeLoader), node)
    except OSError as error:
        raise EvaluationError(
            f"{path}: cannot be read: {error.strerror}",
            hint="give the folder that holds a task.yaml; docs/evaluate.md shows one of each kind",
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise EvaluationError(f"{path}{line}: not valid YAML: {error}") from error
    except RecursionError as error:
        raise EvaluationError(f"{path}: an alias refers to itself") from error


def _refuse_twins(node: yaml.Node, path: Path) -> None:
    known = set()
    for name, (line, child) in _children(node):
        if name in known:
            raise EvaluationError(f"{path}:{line}: {name}: given twice")
        known.add(name)
        _refuse_twins(child, path)


def _children(node: yaml.Node) -> Iterator[tuple[Any, tuple[int, yaml.Node]]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, (key.start_mark.line + 1, value)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield number, (value.start_mark.line + 1, value)
