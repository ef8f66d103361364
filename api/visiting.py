"""Which visits somebody may see: technicians their own, others those of their region."""

from __future__ import annotations

from collections.abc import Sequence

from api import audit, said
from api.said import Said
from api.user import Role, User
from customers import contact, household
from customers.contact import Contact
from customers.household import Household
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets.visits import visit
from tickets.visits.visit import Visit


def whose(asking: User, technician: str | None) -> str | None:
    """The technician that a list is narrowed to: always themselves if a technician asks."""
    return asking.name if asking.role is Role.TECHNICIAN else technician


def visit_for(connection: Connection, asking: User, visit_id: int) -> Visit:
    """The visit; NotFoundError if there is none for this user."""
    found = visit.get(connection, visit_id)
    own = asking.role is not Role.TECHNICIAN or found.technician == asking.name
    if not (own and asking.sees(found.region)):
        raise NotFoundError(f"there is no visit {visit_id}")
    return found


def customer_of(
    connection: Connection, asking: User, found: Visit
) -> tuple[Household, Sequence[Contact]] | None:
    """Whom to ring and where to go, while the visit is still to be done; None after that."""
    if found.household_id is None or not _may_know(asking, found):
        return None
    home = household.get(connection, found.household_id)
    audit.saw(connection, asking.name, [home.id], f"visit {found.id}")
    return home, contact.of_household(connection, found.household_id)


def said_of(connection: Connection, asking: User, found: Visit) -> list[Said]:
    """What was said about its ticket, the newest first, for whom `customer_of` tells the customer.

    Words of another household, as of whoever called about an appliance that is nobody's yet, are
    noted for that one.
    """
    if not _may_know(asking, found):
        return []
    told = said.about(connection, found.ticket_id)
    homes = {each.household_id for each in told} - {found.household_id}
    others = [home for home in homes if home is not None]
    audit.saw(connection, asking.name, others, f"visit {found.id}")
    return told


def _may_know(asking: User, found: Visit) -> bool:
    return found.live and asking.role.covers(Role.TECHNICIAN)
