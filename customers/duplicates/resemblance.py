"""How much two households look like one: their names, addresses, numbers and e-mail."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from customers.imports import cleaning

LEAST = 50.0
"""The score from which two households are worth a look."""
WEIGHTS = {"phone": 0.55, "email": 0.6, "name": 0.45, "address": 0.45}
"""How likely two are one by each alone, where all else is unknown. A name or an address alone is
not enough (there are many Wangs, and many homes in a tower); a number alone just is."""
FLOOR = 0.7
"""A likeness of texts up to here is chance."""
OTHER_NUMBER = 0.5
"""What is left of an address's likeness where its numbers differ: 12 and 13 are neighbours."""
_HOME = re.compile(r"\b(?:the|family|household|home)\b|家$")
"""What says of a name only that a household has it."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Card:
    """What is compared of a household; words are in order, for Ming Li is Li Ming."""

    household_id: int
    region: str
    names: tuple[str, ...]
    address: str
    numbers: tuple[str, ...]
    """Those in the address."""
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pair:
    """Two households, the older one first, and why they look like one."""

    first_id: int
    second_id: int
    score: float
    """0 to 100."""
    reasons: tuple[str, ...]
    """Of `phone`, `email`, `name`, `address`, the strongest first."""


def card(
    household_id: int,
    region: str,
    names: Sequence[str],
    address: str,
    phones: Collection[str | None] = (),
    emails: Collection[str | None] = (),
) -> Card:
    """A card of what is on record."""
    words = cleaning.comparable(address)
    return Card(
        household_id,
        region,
        tuple(dict.fromkeys(filter(None, map(_name, names)))),
        _sorted(words),
        tuple(sorted(_NUMBER.findall(words))),
        frozenset(filter(None, phones)),
        frozenset(each.casefold() for each in emails if each),
    )


def _name(told: str) -> str:
    words = cleaning.comparable(told)
    return _sorted(_HOME.sub(" ", words)) or _sorted(words)


def _sorted(words: str) -> str:
    return " ".join(sorted(words.split()))


def compare(one: Card, other: Card) -> Pair:
    """Each likeness is a chance of its own that the two are one; together they are more."""
    parts = {
        "phone": float(bool(one.phones & other.phones)),
        "email": float(bool(one.emails & other.emails)),
        "name": _beyond_chance(_name_likeness(one.names, other.names)),
        "address": _beyond_chance(_address_likeness(one, other)),
    }
    unlike = 1.0
    for part, likeness in parts.items():
        unlike *= 1 - WEIGHTS[part] * likeness
    first, second = sorted((one.household_id, other.household_id))
    told = sorted((part for part in parts if parts[part] > 0), key=lambda part: -parts[part])
    return Pair(first, second, round(100 * (1 - unlike), 1), tuple(told))


def _beyond_chance(likeness: float) -> float:
    return max(likeness - FLOOR, 0.0) / (1 - FLOOR)


def _name_likeness(ours: Sequence[str], theirs: Sequence[str]) -> float:
    likenesses = (_likeness(one, other) for one in ours for other in theirs)
    return max(likenesses, default=0.0)


def _address_likeness(one: Card, other: Card) -> float:
    if not one.address or not other.address:
        return 0.0
    likeness = _likeness(one.address, other.address)
    return likeness if one.numbers == other.numbers else likeness * OTHER_NUMBER


def _likeness(one: str, other: str) -> float:
    """0 to 1; what is no more alike than chance is 0."""
    return fuzz.ratio(one, other, score_cutoff=100 * FLOOR) / 100
