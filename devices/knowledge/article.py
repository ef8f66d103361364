"""Articles: what the catalogue says of a problem, a code or a consumable, in one language.

Pure: reads no database and no clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from devices.catalogue.appliance_type import (
    ApplianceType,
    Consumable,
    FaultCode,
    Problem,
    Severity,
    Text,
)
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import OFFLINE, problem_of

Kind = Literal["problem", "code", "consumable"]

CALL_AT_ONCE = Text(
    en="Call us at once, and do not use the appliance until a technician has been.",
    zh="请立即联系我们，技师检修前请勿使用。",
)
CALL_SOON = Text(
    en="Call us if it is not gone after these steps, or if it comes back.",
    zh="如果按以上步骤处理后仍未解决或再次出现，请联系我们。",
)
CALL_LATER = Text(
    en="Call us if it comes back within a few days.",
    zh="如果几天内再次出现，请联系我们。",
)
CALL_FOR_PARTS = Text(
    en="Call us if you cannot find the part or do not want to change it yourself.",
    zh="如果找不到配件或不方便自行更换，请联系我们。",
)


@dataclass(frozen=True)
class Subject:
    """What an article is about."""

    type: str
    kind: Kind
    name: str
    """Of the problem, code or consumable in its type."""


@dataclass(frozen=True)
class Article:
    """What somebody reads."""

    subject: Subject
    type_title: str
    title: str
    severity: str | None
    safety: bool
    problem: str | None
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    call: str
    parts: tuple[str, ...]
    skills: tuple[str, ...]
    codes: tuple[str, ...]
    """What the appliance may show with it."""


def subjects(catalogue: Catalogue) -> Iterator[Subject]:
    """Everything that there is an article about."""
    for name, description in catalogue.items():
        yield from (Subject(name, "problem", each) for each in (*description.problems, OFFLINE))
        yield from (Subject(name, "code", each) for each in description.fault_codes)
        yield from (Subject(name, "consumable", each) for each in description.consumables)


def write(catalogue: Catalogue, subject: Subject, language: str) -> Article:
    """The article in a language; English where we do not speak it."""
    description = catalogue[subject.type]
    if subject.kind == "problem":
        return _of_problem(description, subject, language)
    if subject.kind == "code":
        return _of_code(description, subject, language)
    return _of_consumable(description, subject, language)


def _of_problem(description: ApplianceType, subject: Subject, language: str) -> Article:
    problem = problem_of(description, subject.name)
    codes = [code for code, each in description.fault_codes.items() if each.problem == subject.name]
    advice = (problem.advice.language(language),)
    steps = problem.self_help.language(language) if problem.self_help else advice
    return _of_fault(
        description, subject, problem, problem, steps, codes, language, problem_name=subject.name
    )


def _of_code(description: ApplianceType, subject: Subject, language: str) -> Article:
    code = description.fault_codes[subject.name]
    problem = description.problems[code.problem]
    steps = code.self_help.language(language)
    return _of_fault(
        description, subject, code, problem, steps, [subject.name], language,
        problem_name=code.problem,
    )  # fmt: skip


def _of_fault(
    description: ApplianceType,
    subject: Subject,
    fault: Problem | FaultCode,
    problem: Problem,
    steps: tuple[str, ...],
    codes: list[str],
    language: str,
    *,
    problem_name: str,
) -> Article:
    safety = fault.safety or problem.safety
    call = fault.call_when or problem.call_when or _call(fault.severity, safety=safety)
    return Article(
        subject=subject,
        type_title=description.title.language(language),
        title=fault.title.language(language),
        severity=fault.severity.value,
        safety=safety,
        problem=problem_name,
        causes=tuple(each.language(language) for each in fault.causes),
        steps=steps,
        call=call.language(language),
        parts=tuple(fault.parts or problem.parts),
        skills=tuple(fault.skills),
        codes=tuple(codes),
    )


def _call(severity: Severity, *, safety: bool) -> Text:
    if safety:
        return CALL_AT_ONCE
    return CALL_SOON if severity.rank >= Severity.HIGH.rank else CALL_LATER


def _of_consumable(description: ApplianceType, subject: Subject, language: str) -> Article:
    consumable: Consumable = description.consumables[subject.name]
    return Article(
        subject=subject,
        type_title=description.title.language(language),
        title=consumable.title.language(language),
        severity=None,
        safety=False,
        problem=None,
        causes=(),
        steps=(consumable.how_to.language(language),),
        call=CALL_FOR_PARTS.language(language),
        parts=(consumable.part_number,),
        skills=(),
        codes=(),
    )
