"""Which models there are, which of them serve, and the models themselves, kept without pickle."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from models.detectors import artefact
from models.detectors.context_residual import ContextResidual
from runtime.errors import HearthwatchError, NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

MOST_LOADED = 512
"""Detectors that a process keeps in memory; some hundred kilobytes each at most."""
_loaded: OrderedDict[str, ContextResidual] = OrderedDict()


class DamagedModelError(HearthwatchError):
    """A stored model that is not what was put on the shelf."""

    title = "Damaged model"


@dataclass(frozen=True)
class Model:
    """One version of one family; `facts` say what it was fitted on and how it is set."""

    id: int
    type: str
    family: str
    """`context_residual:<metric>`."""
    version: int
    trained_at: datetime
    span_from: datetime
    span_until: datetime
    devices: int
    facts: dict[str, Any] = field(repr=False)
    serving: bool

    @property
    def metric(self) -> str:
        """The metric that it watches."""
        return self.family.partition(":")[2]

    @property
    def name(self) -> str:
        """As shown to people: family and version."""
        return f"{self.family} v{self.version}"


@dataclass(frozen=True)
class Origin:
    """Where a model comes from: data from span_from to span_until of so many devices."""

    type: str
    trained_at: datetime
    span_from: datetime
    span_until: datetime
    devices: int


def put(
    connection: Connection, detector: ContextResidual, origin: Origin, facts: dict[str, Any]
) -> Model:
    """Keep a fitted detector as its family's next version; it does not serve yet."""
    import skops.io

    content = skops.io.dumps(artefact.packed(detector))
    with connection.cursor(row_factory=class_row(Model)) as cursor:
        kept = cursor.execute(
            _SQL["put"],
            {
                "type": origin.type,
                "family": f"context_residual:{detector.metric}",
                "trained_at": origin.trained_at,
                "span_from": origin.span_from,
                "span_until": origin.span_until,
                "devices": origin.devices,
                "facts": Jsonb(facts | {"sha256": hashlib.sha256(content).hexdigest()}),
                "artefact": content,
            },
        ).fetchone()
    if kept is None:
        raise NotFoundError(f"the model of {origin.type} was not kept")
    return kept


def promote(connection: Connection, model_id: int) -> Model:
    """Let this version serve instead of any other of its family; also the way to roll back."""
    connection.execute(_SQL["demote"], {"id": model_id})
    with connection.cursor(row_factory=class_row(Model)) as cursor:
        promoted = cursor.execute(_SQL["promote"], {"id": model_id}).fetchone()
    if promoted is None:
        raise NotFoundError(f"there is no model {model_id}")
    return promoted


def serving(connection: Connection, type_name: str) -> list[Model]:
    """List the models that judge a type now, by family."""
    with connection.cursor(row_factory=class_row(Model)) as cursor:
        return cursor.execute(_SQL["serving"], {"type": type_name}).fetchall()


def versions(connection: Connection, type_name: str) -> list[Model]:
    """List every model of a type, by family, the newest version first."""
    with connection.cursor(row_factory=class_row(Model)) as cursor:
        return cursor.execute(_SQL["versions"], {"type": type_name}).fetchall()


def load(connection: Connection, model: Model) -> ContextResidual:
    """Return the detector itself; read from the database once a process."""
    digest = str(model.facts["sha256"])
    if digest not in _loaded:
        _loaded[digest] = _read(connection, model, digest)
        while len(_loaded) > MOST_LOADED:
            _loaded.popitem(last=False)
    return _loaded[digest]


def _read(connection: Connection, model: Model, digest: str) -> ContextResidual:
    row = connection.execute(_SQL["artefact"], {"id": model.id}).fetchone()
    if row is None:
        raise NotFoundError(f"there is no model {model.id}")
    content = bytes(row[0])  # type: ignore[call-overload]  # a bytea column
    if hashlib.sha256(content).hexdigest() != digest:
        raise DamagedModelError(
            f"{model.name} of {model.type} is not what was stored", hint="train it again"
        )
    # No trusted types: dictionaries, lists, texts, numbers and arrays need none.
    import skops.io

    return artefact.unpacked(skops.io.loads(content, trusted=None))
