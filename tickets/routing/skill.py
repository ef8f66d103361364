"""How well somebody can do a job: by the appliance's type and what the problem asks for. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

BEST = 3
"""Levels run from 1, has learned it, to 3, teaches it."""


def level(
    types: Collection[str],
    skills: Mapping[str, int],
    type_name: str,
    problem: str,
    needed: Sequence[str],
) -> int:
    """1 to 3, or 0 for somebody who should not be sent.

    Who is trained for the very problem needs no other skill; else the weakest of the skills
    that the problem asks for counts. No types means all of them.
    """
    if types and type_name not in types:
        return 0
    for_problem = max(skills.get(problem, 0), skills.get(f"{type_name}/{problem}", 0))
    by_skills = min((skills.get(each, 0) for each in needed), default=1)
    return max(for_problem, by_skills)


def missing(
    crew: Sequence[tuple[Collection[str], Mapping[str, int]]], type_name: str, needed: Sequence[str]
) -> list[str]:
    """The skills that nobody has who knows the type; all, if each has some but nobody has all."""
    fit = [skills for types, skills in crew if not types or type_name in types]
    lacking = [each for each in needed if not any(skills.get(each) for skills in fit)]
    return lacking or list(needed)
