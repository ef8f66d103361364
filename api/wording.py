"""Words for what the catalogue knows; something readable even where it no longer does."""

from __future__ import annotations

from alerts import departure_words, evidence
from alerts.evidence import Evidence
from devices.catalogue.appliance_type import ApplianceType, Problem
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import has_problem, problem_of
from models.reasons.departure import Departure


def find_problem(description: ApplianceType | None, name: str) -> Problem | None:
    """The problem, unless the catalogue was changed since and has it no more."""
    if description is None or not has_problem(description, name):
        return None
    return problem_of(description, name)


def problem_title(description: ApplianceType | None, name: str, language: str) -> str:
    """The problem's title, or its name."""
    known = find_problem(description, name)
    return known.title.language(language) if known else name


def type_title(catalogue: Catalogue, name: str, language: str) -> str:
    """The type's title, or its name."""
    description = catalogue.get(name)
    return description.title.language(language) if description else name


def consumable_title(description: ApplianceType | None, name: str, language: str) -> str:
    """The consumable's title, or its name."""
    known = description.consumables.get(name) if description else None
    return known.title.language(language) if known else name


def metric_title(description: ApplianceType | None, name: str, language: str) -> str:
    """The metric's title, or its name."""
    known = description.metrics.get(name) if description else None
    return known.title.language(language) if known else name


def finding(seen: Evidence, description: ApplianceType | None, language: str) -> str:
    """The evidence in a sentence, or its source where its metric or code is not known any more."""
    if description is None:
        return seen.source
    if seen.metric is not None and seen.metric not in description.metrics:
        return seen.source
    if seen.code is not None and seen.code not in description.fault_codes:
        return seen.source
    return evidence.sentence(seen, description, language)


def departure(
    moved: Departure, seen: Evidence, description: ApplianceType | None, language: str
) -> str:
    """One metric that moved a finding, in a sentence; its name where it is not known any more."""
    if description is None:
        return moved.metric
    return departure_words.tell(moved, seen.until, description, language)


def also(seen: Evidence, description: ApplianceType | None, language: str) -> list[str]:
    """What else moved, a sentence each."""
    others = [each for each in seen.moved if each.metric != seen.metric]
    return [departure(each, seen, description, language) for each in others]
