"""Finds the articles that answer a question, however it is spelt, or says that none does.

Every phrase of the catalogue is compared with the question by its words, each weighed by how rare
it is. Pure, and made once: the catalogue is small, and fits in memory with all its phrases.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from devices.catalogue.appliance_type import ApplianceType, Text
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from devices.knowledge import article, wording
from devices.knowledge.article import Subject

ENOUGH = 0.42
"""A likeness under this is none: better no answer than one about something else."""
FUZZY_FROM = 4
"""Letters that a word needs to be recognised when it is misspelt."""
NEAR = 0.78
"""Likeness of two words that may be one, misspelt."""
WEIGHTS = {"title": 1.0, "symptom": 1.0, "code": 0.9, "cause": 0.7}
CLOSE = 0.6
"""Answers that are less than this share of the best are left out."""


@dataclass(frozen=True)
class Found:
    """An article and how well it answers, up to 1."""

    subject: Subject
    score: float


@dataclass(frozen=True)
class _Phrase:
    subject: Subject
    weight: float
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """All phrases of a catalogue."""

    catalogue: Catalogue
    _phrases: tuple[_Phrase, ...] = field(repr=False)
    _rarity: dict[str, float] = field(repr=False)
    _types: dict[str, tuple[str, ...]] = field(repr=False)
    """The plain names of each type."""

    @classmethod
    def of(cls, catalogue: Catalogue) -> Index:
        """An index of everything that the catalogue says."""
        phrases = tuple(_phrases(catalogue))
        number = Counter(term for each in phrases for term in set(each.terms))
        rarity = {term: math.log(1 + len(phrases) / count) for term, count in number.items()}
        types = {name: tuple(_names(each)) for name, each in catalogue.items()}
        return cls(catalogue, phrases, rarity, types)

    def search(self, question: str, type_name: str | None = None, most: int = 5) -> list[Found]:
        """Up to `most` articles that answer, the best first; none where nothing comes close.

        A type that the question names counts as one that is asked for.
        """
        codes, rest = wording.codes(wording.plain(question))
        named, rest = self._split_type(rest)
        wanted = type_name or named
        scores = self._by_words(wording.terms(rest), wanted)
        if codes:
            scores = self._by_codes(codes, wanted, scores)
        best = max(scores.values(), default=0.0)
        floor = max(ENOUGH, best * CLOSE)
        found = [Found(subject, min(score, 1.0)) for subject, score in scores.items()]
        chosen = [each for each in found if each.score >= floor]
        return sorted(chosen, key=lambda each: (-each.score, str(each.subject)))[:most]

    def _split_type(self, text: str) -> tuple[str | None, str]:
        """The type that a plain text names, and the text without its name."""
        places = [
            (score, len(name), type_name, begin, end)
            for type_name, names in self._types.items()
            for name in names
            for score, begin, end in _places(name, text)
        ]
        if not places:
            return None, text
        _, _, type_name, begin, end = max(places)
        return type_name, f"{text[:begin]} {text[end:]}"

    def _by_words(self, asked: Sequence[str], wanted: str | None) -> dict[Subject, float]:
        scores: dict[Subject, float] = {}
        if not asked:
            return scores
        known = {term: self._alike(term) for term in dict.fromkeys(asked)}
        for phrase in self._phrases:
            if wanted is not None and phrase.subject.type != wanted:
                continue
            score = phrase.weight * self._likeness(known, phrase.terms)
            if score > scores.get(phrase.subject, 0.0):
                scores[phrase.subject] = score
        return scores

    def _alike(self, term: str) -> dict[str, float]:
        """The terms of the index that a term of the question may be, each with its likeness."""
        if term in self._rarity and not term.isascii():
            return {term: 1.0}
        if len(term) < FUZZY_FROM or not term.isascii():
            return {term: 1.0} if term in self._rarity else {}
        near = process.extract(
            term,
            list(self._rarity),
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=NEAR,
            limit=5,
        )
        return {other: score for other, score, _ in near if other.isascii()}

    def _likeness(self, known: dict[str, dict[str, float]], terms: tuple[str, ...]) -> float:
        """How much of the question a phrase covers and how much of it the question covers."""
        have = set(terms)
        total_asked = sum(self._weight(term) for term in known)
        covered = 0.0
        hit: dict[str, float] = {}
        for term, alike in known.items():
            best = max(
                ((score, other) for other, score in alike.items() if other in have), default=None
            )
            if best is not None:
                covered += best[0] * self._weight(term)
                hit[best[1]] = max(best[0], hit.get(best[1], 0.0))
        if not hit:
            return 0.0
        of_question = covered / total_asked
        total = sum(self._rarity[term] for term in have)
        of_phrase = sum(score * self._rarity[term] for term, score in hit.items()) / total
        return math.sqrt(of_question * of_phrase)

    def _weight(self, term: str) -> float:
        """How much a term of the question says: what nobody else says counts as middling."""
        return self._rarity.get(term, _MIDDLING)

    def _by_codes(
        self, codes: Sequence[str], wanted: str | None, words: dict[Subject, float]
    ) -> dict[Subject, float]:
        """Codes that types have; what the words say beside them only orders."""
        found = {
            subject: 0.8 + 0.2 * words.get(subject, 0.0)
            for subject in article.subjects(self.catalogue)
            if subject.kind == "code"
            and (wanted is None or subject.type == wanted)
            and _code(subject.name) in codes
        }
        return found or words


_MIDDLING = 4.0


def _phrases(catalogue: Catalogue) -> Iterator[_Phrase]:
    for subject in article.subjects(catalogue):
        for kind, text in _texts(catalogue[subject.type], subject):
            for spoken in (text.en, text.zh):
                terms = tuple(wording.terms(wording.plain(spoken)))
                if terms:
                    yield _Phrase(subject, WEIGHTS[kind], terms)


def _texts(description: ApplianceType, subject: Subject) -> Iterator[tuple[str, Text]]:
    if subject.kind == "consumable":
        yield "title", description.consumables[subject.name].title
        return
    named = subject.kind == "problem"
    fault = (
        problem_of(description, subject.name) if named else description.fault_codes[subject.name]
    )
    yield ("title" if named else "code"), fault.title
    yield from (("cause", each) for each in fault.causes)
    yield from (("symptom", Text(en=each, zh=each)) for each in fault.symptoms.en)
    yield from (("symptom", Text(en=each, zh=each)) for each in fault.symptoms.zh)


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
    """Where a name of a type stands in a text, perhaps misspelt."""
    if not name.isascii() or len(name) < FUZZY_FROM:
        place = text.find(name)
        alone = name.isascii() and not f" {text} ".count(f" {name} ")
        if place >= 0 and not alone:
            yield 1.0, place, place + len(name)
        return
    number = name.count(" ") + 1
    spans = _words(text)
    for first in range(len(spans) - number + 1):
        begin, end = spans[first][0], spans[first + number - 1][1]
        score = fuzz.ratio(name, text[begin:end]) / 100
        if score >= TYPE_NEAR:
            yield score, begin, end


TYPE_NEAR = 0.84
"""Likeness of a name of a type and what may be it, misspelt."""


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[tuple[int, int], ...]:
    places = []
    begin = 0
    for word in text.split(" "):
        places.append((begin, begin + len(word)))
        begin += len(word) + 1
    return tuple(places)


def _code(name: str) -> str:
    """A code of the catalogue as `wording.codes` tells it."""
    found, _ = wording.codes(wording.plain(name))
    return found[0] if found else wording.plain(name)
