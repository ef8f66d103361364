"""Which models there are, which of them serve, and the models themselves, kept without pickle.

Whoever changes what a family's versions are for holds the family's lock until the transaction
ends, so that one change sees what another has done.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, TypeVar, overload

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from models.artefacts import artefact
from models.artefacts.artefact import Artefact, DamagedModelError
from models.detectors.context_residual import ContextResidual
from models.version import DETECTOR, Decision, Model, Origin, State
from runtime.errors import ConflictError, NotFoundError
from storage import lock, query
from storage.pool import Connection

__all__ = ["DamagedModelError", "Decision", "Model", "Origin", "State"]

_SQL = query.beside(__file__)
Fitted = TypeVar("Fitted")

TRAINED = Decision("hearthwatch", "newly trained")
MOST_LOADED_BYTES = 256 * 2**20
"""A process keeps models in memory up to this size as stored; in use they take about as much."""
_loaded: OrderedDict[str, tuple[object, int]] = OrderedDict()


def put(
    connection: Connection,
    fitted: object,
    origin: Origin,
    facts: dict[str, Any],
    *,
    family: str | None = None,
) -> Model:
    """Keep a fitted model as its family's next version, a candidate.

    A detector knows its family. UnstorableError if the model holds what could not be read again.
    """
    stored = artefact.store(fitted)
    name = family if family is not None else _family_of(fitted)
    lock.acquire(connection, f"shelf:{origin.type}:{name}")
    found = _rows(
        connection,
        "put",
        type=origin.type,
        family=name,
        trained_at=origin.trained_at,
        span_from=origin.span_from,
        span_until=origin.span_until,
        devices=origin.devices,
        facts=Jsonb(facts | _told(origin, fitted) | dict(stored.facts)),
        artefact=stored.content,
    )
    return found[0]


def get(connection: Connection, model_id: int) -> Model:
    """One version; NotFoundError if there is none."""
    found = _rows(connection, "get", id=model_id)
    if not found:
        raise NotFoundError(f"there is no model {model_id}")
    return found[0]


def serving(connection: Connection, type_name: str) -> list[Model]:
    """List the models that judge a type now, by family."""
    return _list(connection, type_name, state=State.CHAMPION)


def shadows(connection: Connection, type_name: str) -> list[Model]:
    """List the models that are tried beside those, by family."""
    return _list(connection, type_name, state=State.SHADOW)


def versions(connection: Connection, type_name: str | None = None) -> list[Model]:
    """List every model of a type, or of all, by family, the newest version first."""
    return _list(connection, type_name)


def page(
    connection: Connection,
    *,
    before_id: int | None = None,
    limit: int = 100,
    type_name: str | None = None,
    state: State | None = None,
) -> list[Model]:
    """Up to `limit` models with an id below `before_id`, newest first; filtered where asked."""
    return _rows(connection, "page", before_id=before_id, limit=limit, type=type_name, state=state)


def promote(connection: Connection, model_id: int, decision: Decision = TRAINED) -> Model:
    """Let this version serve instead of any other of its family.

    `models.promotion.release.move` asks first whether the catalogue still has what it needs.
    """
    model = _held(connection, model_id)
    if model.serving:
        raise ConflictError(f"{model.name} of {model.type} serves already")
    before = _list(connection, model.type, family=model.family, state=State.CHAMPION)
    for champion in before:
        _become(connection, champion, State.RETIRED)
    replaced_id = before[0].id if before else None
    promoted = _become(connection, model, State.CHAMPION, replaced_id)
    _note(connection, decision, "model promoted", model, promoted)
    return promoted


def rollback(connection: Connection, model_id: int, decision: Decision) -> Model:
    """Take a champion out of service and let the one before it serve again; returns that one."""
    model = _held(connection, model_id)
    if not model.serving:
        raise ConflictError(f"{model.name} of {model.type} does not serve")
    if model.replaced_id is None:
        raise ConflictError(
            f"{model.name} of {model.type} took over from none", hint="promote another version"
        )
    _become(connection, model, State.RETIRED)
    restored = _become(connection, get(connection, model.replaced_id), State.CHAMPION)
    _note(connection, decision, "model rolled back", model, restored)
    return restored


def shadow(connection: Connection, model_id: int, decision: Decision) -> Model:
    """Let this version score beside the champion; another shadow of its family is retired."""
    model = _held(connection, model_id)
    if model.serving:
        raise ConflictError(f"{model.name} of {model.type} serves: it cannot be its own shadow")
    for other in _list(connection, model.type, family=model.family, state=State.SHADOW):
        _become(connection, other, State.RETIRED)
    tried = _become(connection, model, State.SHADOW)
    _note(connection, decision, "model put in the shadow", model, tried)
    return tried


def retire(connection: Connection, model_id: int, decision: Decision) -> Model:
    """End a trial, or put a candidate aside. A champion ends by promoting or rolling back."""
    model = _held(connection, model_id)
    if model.serving:
        raise ConflictError(
            f"{model.name} of {model.type} serves", hint="promote another version, or roll back"
        )
    retired = _become(connection, model, State.RETIRED)
    _note(connection, decision, "model retired", model, retired)
    return retired


@overload
def load(connection: Connection, model: Model) -> ContextResidual: ...
@overload
def load(connection: Connection, model: Model, kind: type[Fitted]) -> Fitted: ...
def load(connection: Connection, model: Model, kind: type[Any] = ContextResidual) -> Any:
    """Return the fitted model, a `kind`; read from the database once a process.

    Raises DamagedModelError, or UnreadableError for what another version made.
    """
    digest = str(model.facts["sha256"])
    if digest not in _loaded:
        content = _content(connection, model)
        _loaded[digest] = artefact.restore(Artefact(content, model.facts)), len(content)
    _loaded.move_to_end(digest)
    while len(_loaded) > 1 and sum(size for _, size in _loaded.values()) > MOST_LOADED_BYTES:
        _loaded.popitem(last=False)
    fitted = _loaded[digest][0]
    if not isinstance(fitted, kind):
        raise DamagedModelError(
            f"{model.name} of {model.type} is a {type(fitted).__name__}, not a {kind.__name__}"
        )
    return fitted


def _content(connection: Connection, model: Model) -> bytes:
    row = connection.execute(_SQL["artefact"], {"id": model.id}).fetchone()
    if row is None:
        raise NotFoundError(f"there is no model {model.id}")
    return bytes(row[0])  # type: ignore[call-overload,no-any-return]  # a bytea column


def _family_of(fitted: object) -> str:
    if not isinstance(fitted, ContextResidual):
        raise TypeError(f"say which family a {type(fitted).__name__} belongs to")
    return f"{DETECTOR}:{fitted.metric}"


def _told(origin: Origin, fitted: object) -> dict[str, Any]:
    """What is known beside the columns."""
    metrics = origin.metrics
    if isinstance(fitted, ContextResidual):
        metrics = (fitted.metric, *fitted.context)
    facts = {
        "metrics": list(metrics),
        "features": list(origin.features),
        "catalogue": origin.catalogue,
    }
    return {name: told for name, told in facts.items() if told}


def _held(connection: Connection, model_id: int) -> Model:
    """The version as it is once nobody else can change its family any more."""
    found = get(connection, model_id)
    lock.acquire(connection, f"shelf:{found.type}:{found.family}")
    return get(connection, model_id)


def _become(
    connection: Connection, model: Model, state: State, replaced_id: int | None = None
) -> Model:
    return _rows(connection, "become", id=model.id, state=state, replaced_id=replaced_id)[0]


def _note(
    connection: Connection, decision: Decision, action: str, before: Model, after: Model
) -> None:
    detail = {"type": before.type, "model": before.name, "was": before.state}
    detail |= {"after": after.name, "is": after.state, "reason": decision.reason}
    connection.execute(
        _SQL["note"],
        {
            "actor": decision.actor,
            "action": action,
            "subject": f"model {before.id}",
            "detail": Jsonb(detail),
        },
    )


def _list(
    connection: Connection,
    type_name: str | None,
    *,
    family: str | None = None,
    state: State | None = None,
) -> list[Model]:
    return _rows(connection, "list", type=type_name, family=family, state=state)


def _rows(connection: Connection, block: str, **values: object) -> list[Model]:
    with connection.cursor(row_factory=class_row(Model)) as cursor:
        return cursor.execute(_SQL[block], values).fetchall()
