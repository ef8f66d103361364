"""Which known words a word may be that was misspelt. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from devices.knowledge import sound

FUZZY_FROM = 4
"""Letters that a word needs to be recognised when it is misspelt."""
NEAR = 0.78
"""Likeness of two words that may be one, misspelt."""
SAME_CONSONANTS = 0.55
"""Likeness that is enough for words that begin alike and have the same consonants."""
HEARD = 0.75
"""What a word counts that only sounds like the known one."""
MOST = 5

_SPELT_ALIKE = (
    (re.compile(r"ph"), "f"), (re.compile(r"[sz]ch|sh|ch"), "x"),
    (re.compile(r"ck|c(?![eiy])|q"), "k"), (re.compile(r"[cz]"), "s"),
    (re.compile(r"[aeiouyhw]"), ""),
)  # fmt: skip
_DOUBLE = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class Spelling:
    """The words and pairs of Chinese characters that are known."""

    _known: frozenset[str] = field(repr=False)
    _words: list[str] = field(repr=False)
    _heard: dict[str, list[str]] = field(repr=False)
    """By what they sound like."""

    @classmethod
    def of(cls, known: Iterable[str]) -> Spelling:
        """Of everything that is known."""
        terms = frozenset(known)
        heard: dict[str, list[str]] = defaultdict(list)
        for term in sorted(terms):
            for key in _keys(term):
                heard[key].append(term)
        return cls(terms, sorted(each for each in terms if each.isascii()), dict(heard))

    def nearest(self, term: str) -> dict[str, float]:
        """The known terms that it may be, each with its likeness up to 1; few or none."""
        exact = {term: 1.0} if term in self._known else {}
        if not term.isascii():
            return self._sounding_like(term) | exact
        if len(term) < FUZZY_FROM or term.isdigit():
            return exact
        near = process.extract(
            term,
            self._words,
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=NEAR,
            limit=MOST,
        )
        return self._sounding_like(term) | {other: score for other, score, _ in near} | exact

    def _sounding_like(self, term: str) -> dict[str, float]:
        alike = dict.fromkeys(each for key in _keys(term) for each in self._heard.get(key, ()))
        likeness = DamerauLevenshtein.normalized_similarity
        return {
            other: HEARD
            for other in alike
            if not other.isascii() or likeness(term, other) >= SAME_CONSONANTS
        }


def _keys(term: str) -> set[str]:
    """What a term sounds like: syllables of Chinese, else the first letter and the consonants."""
    if not term.isascii():
        return set(sound.readings(term))
    if len(term) < FUZZY_FROM:
        return set()
    rest = term
    for pattern, instead in _SPELT_ALIKE:
        rest = pattern.sub(instead, rest)
    rest = _DOUBLE.sub(r"\1", rest)
    return {term[0] + rest} if len(rest) > 1 else set()
