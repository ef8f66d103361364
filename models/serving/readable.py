"""The models that this version of the software can read: another one may have stored them.

What cannot be read says nothing until it is trained again; it must not stop those who ask the rest.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from models import shelf
from models.artefacts.packing import UnreadableError
from models.shelf import Model
from storage.pool import Connection

log = structlog.get_logger(__name__)

_told: set[int] = set()


def serving(connection: Connection, type_name: str) -> list[Model]:
    """List those that serve a type; the log names what cannot be read once a process."""
    return _readable(connection, shelf.serving(connection, type_name))


def shadows(connection: Connection, type_name: str) -> list[Model]:
    """List those that are tried beside what serves a type, likewise."""
    return _readable(connection, shelf.shadows(connection, type_name))


def _readable(connection: Connection, models: Iterable[Model]) -> list[Model]:
    return [model for model in models if _is_readable(connection, model)]


def _is_readable(connection: Connection, model: Model) -> bool:
    try:
        shelf.load(connection, model, object)
    except UnreadableError as error:
        if model.id not in _told:
            _told.add(model.id)
            told = {"type": model.type, "model": model.name, "hint": error.hint}
            log.warning("a model cannot be read", reason=str(error), **told)
        return False
    return True
