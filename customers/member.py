"""Who somebody is in their household."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
ROLES = ("holder", "partner", "relative", "tenant", "carer", "other")
"""The holder signs contracts; a carer may be called for somebody who cannot come to the phone."""


def record(connection: Connection, roles: Mapping[int, str]) -> None:
    """Keep the role of each contact; one that is not named keeps its own."""
    connection.execute(_SQL["record"], {"contact_ids": list(roles), "roles": list(roles.values())})


def of(connection: Connection, contact_ids: Sequence[int]) -> dict[int, str]:
    """The role of each contact that has one."""
    rows = connection.execute(_SQL["of"], {"contact_ids": list(contact_ids)}).fetchall()
    return {int(str(contact)): str(role) for contact, role in rows}
