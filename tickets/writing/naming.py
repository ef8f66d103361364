"""How customers hear of problems and people: not in the words of the desk. Pure."""

from __future__ import annotations

import re

from devices.catalogue.appliance_type import ApplianceType, Text
from devices.catalogue.offline import problem_of
from devices.catalogue.reported import CUSTOMER_REPORT

THEIR_OWN = Text(en="What you told us about", zh="您反映的问题")
_MARK = re.compile(r"\s*[(（][^()（）]*[)）]\s*\Z")


def problem(description: ApplianceType, name: str, language: str) -> str:
    """A problem's title; what customers reported themselves is not `reported by the customer`."""
    title = THEIR_OWN if name == CUSTOMER_REPORT else problem_of(description, name).title
    return title.language(language)


def person(name: str | None) -> str:
    """A technician's name without what the desk tells namesakes apart by: `Leo Walsh (north)`."""
    return _MARK.sub("", name or "")
