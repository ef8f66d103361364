"""Three fridges, whose readings the tiers of storage keep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from devices import appliance
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from storage.pool import Connection

START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def fridge(catalogue: Catalogue) -> ApplianceType:
    """The shipped type."""
    return catalogue["refrigerator"]


def registered(connection: Connection, fridge: ApplianceType) -> list[int]:
    """Register the three in a database; their numbers in order."""
    fridges = [Registration(f"R-{number}", fridge.type) for number in range(3)]
    return sorted(one.id for one in appliance.register(connection, fridges, START))
