"""Who got in touch and about which appliance, from as much as they told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customers import household, ownership, phone_book
from devices import appliance
from devices.appliance import Appliance
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import has_problem
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage.pool import Connection


@dataclass(frozen=True)
class Told:
    """What somebody told of themselves, and of what is wrong."""

    serial: str | None = None
    household_id: int | None = None
    phone: str | None = None
    problem: str | None = None
    code: str | None = None
    """A fault code that the appliance shows."""
    region: str | None = None
    """Whoever took it down sees this region only."""
    trouble: bool = True
    """Something is wrong; otherwise it is only kept, for whoever asks a question."""


@dataclass(frozen=True)
class Caller:
    """Who it is and what it is about, as far as that is known."""

    household_id: int | None
    device: Appliance | None


def find(connection: Connection, catalogue: Catalogue, told: Told) -> Caller:
    """Find the caller.

    NotFoundError for whom nobody knows, InvalidError where it cannot be told which appliance is
    meant, ConflictError where what is told does not go together.
    """
    home = _household(connection, told)
    device = _device(connection, catalogue, told, home)
    if device is None:
        return Caller(home, None)
    owner = ownership.households_of(connection, [device.id]).get(device.id)
    if home is not None and owner is not None and home != owner:
        raise ConflictError(
            f"appliance {device.serial} belongs to another household",
            hint="leave `household_id` and `phone` away, or transfer the appliance first",
        )
    return Caller(owner if owner is not None else home, device)


def _household(connection: Connection, told: Told) -> int | None:
    """The household that is named, by its id or by a phone number of one of its people."""
    if told.household_id is not None:
        found = household.get(connection, told.household_id)
        if told.region is not None and found.region != told.region:
            raise NotFoundError(f"no household has the id {told.household_id}")
        return found.id
    if told.phone is None:
        return None
    homes = phone_book.households(connection, told.phone, told.region)
    if not homes:
        raise NotFoundError(
            "nobody is known by this phone number",
            hint="check it, or give the serial number of the appliance",
        )
    if len(homes) > 1:
        raise ConflictError(
            f"households {', '.join(map(str, homes))} share this phone number",
            hint="give `household_id` or `serial`",
        )
    return homes[0]


def _device(
    connection: Connection, catalogue: Catalogue, told: Told, home: int | None
) -> Appliance | None:
    """The appliance that is meant; None where something is asked that is about none."""
    if told.serial is not None:
        found = appliance.get(connection, told.serial)
        if told.region not in {None, found.region}:
            raise NotFoundError(f"no appliance has the serial number {told.serial!r}")
        return found
    if home is None:
        raise InvalidError(
            "it is not said who got in touch",
            hint="give `serial`, `household_id`, `phone` or `ticket_id`",
        )
    owned = appliance.by_ids(connection, ownership.devices_of(connection, home))
    fitting = _fitting(catalogue, told, owned)
    if len(fitting) == 1:
        return fitting[0]
    if not told.trouble:
        return None
    if not owned:
        raise InvalidError(f"household {home} has no appliance", hint="give `serial`")
    serials = ", ".join(sorted(each.serial for each in fitting or owned.values()))
    raise InvalidError(
        "it cannot be told which appliance is meant", hint=f"give `serial`, one of: {serials}"
    )


def _fitting(catalogue: Catalogue, told: Told, owned: Mapping[int, Appliance]) -> list[Appliance]:
    """Those that have the problem or show the code that is told."""
    found = []
    for each in owned.values():
        description = catalogue.get(each.type)
        codes = description.fault_codes if description else {}
        by_code = told.code is None or told.code in codes
        by_problem = told.problem is None or (
            description is not None and has_problem(description, told.problem)
        )
        if by_code and by_problem:
            found.append(each)
    return found
