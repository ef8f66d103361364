"""Which type of appliance a question names, whatever it is called and however it is spelt. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.knowledge import sound, wording

NEAR = 0.8
"""Likeness of a name of a type and what may be it, misspelt."""
EXACT_UNDER = 4
"""Letters under which a name must be spelt as it is."""
_SPACES = re.compile(r"\s")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class _Place:
    """Where a name stands in a text."""

    likeness: float
    length: int
    """Of the name: of two that fit as well, the longer says more."""
    type: str
    begin: int
    end: int


@dataclass(frozen=True)
class Names:
    """The plain names of every type."""

    _of_type: dict[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def of(cls, catalogue: Catalogue) -> Names:
        """Of all types of a catalogue."""
        return cls({name: tuple(_names(each)) for name, each in catalogue.items()})

    def split(self, text: str) -> tuple[str | None, str]:
        """The type that a plain text names, and the text without its name."""
        places = [
            _Place(likeness, len(name), type_name, begin, end)
            for type_name, names in self._of_type.items()
            for name in names
            for likeness, begin, end in _places(name, text)
        ]
        if not places:
            return None, text
        best = max(places, key=lambda each: (each.likeness, each.length, each.type))
        return best.type, f"{text[: best.begin]} {text[best.end :]}"


def _names(description: ApplianceType) -> Iterator[str]:
    for each in (
        description.title.en,
        description.title.zh,
        description.type.replace("_", " "),
        *description.also_called.en,
        *description.also_called.zh,
    ):
        yield wording.plain(each)


def _places(name: str, text: str) -> Iterator[tuple[float, int, int]]:
    """Where a name stands in a text, with its likeness up to 1."""
    if not name.isascii():
        return _places_by_sound(name, text)
    if len(name) < EXACT_UNDER:
        return ((1.0, each.start(), each.end()) for each in _word(name).finditer(text))
    return _places_by_letters(name, text)


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])")


def _places_by_sound(name: str, text: str) -> Iterator[tuple[float, int, int]]:
    heard = set(sound.readings(name))
    for begin in range(len(text) - len(name) + 1):
        there = text[begin : begin + len(name)]
        if there == name:
            yield 1.0, begin, begin + len(name)
        elif not there.isascii() and heard.intersection(sound.readings(there)):
            yield 0.95, begin, begin + len(name)


def _places_by_letters(name: str, text: str) -> Iterator[tuple[float, int, int]]:
    """Among a word more or less than the name has: people part and join words as they like."""
    joined = _SPACES.sub("", name)
    words = [each.span() for each in _WORD.finditer(text)]
    most = name.count(" ") + 2
    for first, (begin, _) in enumerate(words):
        for _, end in words[first : first + most]:
            likeness = fuzz.ratio(joined, _SPACES.sub("", text[begin:end])) / 100
            if likeness >= NEAR:
                yield likeness, begin, end
