"""Which of our classes a stored model may be made of, by name.

Looked up in this list and never imported by what an artefact says: a name that is not here is
refused, whatever stands behind it.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

SOURCES = (
    "models.anomaly",
    "models.detectors",
    "models.features",
    "models.forecasters",
    "models.recording",
)
"""Pure modules, and packages of them, whose classes may be stored."""


@cache
def known() -> Mapping[str, type]:
    """Every class that may be stored, by `module.Class`; made once a process."""
    return {name_of(kind): kind for module in _modules() for kind in _classes(module)}


def name_of(kind: type) -> str:
    """What a class is called in an artefact."""
    return f"{kind.__module__}.{kind.__qualname__}"


def _modules() -> Iterator[ModuleType]:
    for source in SOURCES:
        if find_spec(source) is None:
            continue
        module = import_module(source)
        yield module
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{source}."):
            yield import_module(found.name)


def _classes(module: ModuleType) -> Iterator[type]:
    """Those that the module defines itself."""
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if kind.__module__ == module.__name__ and not issubclass(kind, BaseException):
            yield kind
