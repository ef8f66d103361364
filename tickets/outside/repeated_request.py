"""A request that may come again: done once, and answered likewise each time it comes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Answered:
    """What the caller is told, and whether it was told before."""

    answer: Mapping[str, Any]
    again: bool


def once(
    connection: Connection,
    actor: str,
    key: str,
    content: bytes,
    act: Callable[[], Mapping[str, Any]],
) -> Answered:
    """Do `act` in the caller's transaction unless it was done under this key.

    What fails is not kept: the same key may be tried again. InvalidError if the key was used for
    other content.
    """
    asked = {"actor": actor, "key": key, "digest": hashlib.sha256(content).digest()}
    if connection.execute(_SQL["begin"], asked).fetchone() is not None:
        answer = act()
        connection.execute(_SQL["finish"], asked | {"answer": Jsonb(dict(answer))})
        return Answered(answer, again=False)
    row = connection.execute(_SQL["find"], asked).fetchone()
    if row is None or bytes(row[0]) != asked["digest"]:  # type: ignore[call-overload]
        raise InvalidError(
            f"the key {key!r} was used for another request", hint="give every request its own key"
        )
    return Answered(dict(row[1]), again=True)  # type: ignore[call-overload]
