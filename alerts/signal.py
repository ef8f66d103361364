"""Where each rule and detector stands on each device, kept between steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.rule import Standing
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Key:
    """A signal of a device, and the problem it points to."""

    device_id: int
    name: str
    problem: str


def standings(
    connection: Connection, device_ids: Sequence[int], prefix: str
) -> dict[tuple[int, str], Standing]:
    """What is kept of signals whose name begins with `prefix`; a missing one is quiet."""
    rows = connection.execute(
        _SQL["standings"], {"device_ids": list(device_ids), "prefix": prefix}
    ).fetchall()
    return {
        (int(str(device)), str(name)): Standing(bool(firing), since)  # type: ignore[arg-type]
        for device, name, firing, since in rows
    }


def keep(connection: Connection, changed: Mapping[Key, Standing]) -> None:
    """Store standings; a quiet one that is not about to turn needs no row."""
    connection.execute(
        _SQL["keep"],
        {
            "device_ids": [key.device_id for key in changed],
            "names": [key.name for key in changed],
            "firing": [standing.firing for standing in changed.values()],
            "since": [standing.turning_since for standing in changed.values()],
        },
    )
    connection.execute(_SQL["forget_quiet"], {"device_ids": [key.device_id for key in changed]})
