"""Finds the articles that answer a question, however it is spelt, or says that none does.

An article is compared with the question by the phrase of it that fits best, and by how much of the
question it has words for, each word weighed by how rare it is. Pure, and made once: the catalogue
is small, and fits in memory with all its phrases.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from devices.catalogue.folder import Catalogue
from devices.knowledge import article, phrasing, wording
from devices.knowledge.article import Subject
from devices.knowledge.naming import Names
from devices.knowledge.phrasing import Phrase
from devices.knowledge.spelling import Spelling

ENOUGH = 0.48
"""A likeness under this is none: better no answer than one about something else."""
ENOUGH_OF_TYPE = 0.1
"""Likewise where the type is known: the question is then surely about an appliance of ours."""
CLOSE = 0.6
"""Answers that are less than this share of the best are left out."""
BY_PHRASE = 0.6
"""What the best phrase counts; the rest is how much of the question the article has words for."""
UNKNOWN = 4.0
"""What a word says that no article has: the question may be about something else."""
UNKNOWN_OF_TYPE = 0.4
"""Likewise where the type is known: it is how people talk."""
ALONE = 0.5
"""What a Chinese character by itself counts beside the pairs that words are made of."""


@dataclass(frozen=True)
class Found:
    """An article and how well it answers, up to 1."""

    subject: Subject
    score: float


@dataclass(frozen=True)
class _Asked:
    """What is left of a question without codes and type: its terms, and what each may be."""

    known: Mapping[str, Mapping[str, float]]
    """The index's terms that a term of the question may be, with their likeness."""
    weights: Mapping[str, float]
    """How much each says."""

    @property
    def total(self) -> float:
        """How much the whole says."""
        return sum(self.weights.values())

    def covered_by(self, words: Mapping[str, float]) -> float:
        """How much of it is said in these words, which count as given."""
        return sum(
            weight * max((near * words.get(other, 0.0) for other, near in alike.items()), default=0)
            for (term, alike), weight in zip(self.known.items(), self.weights.values(), strict=True)
        )

    def hits(self, terms: frozenset[str]) -> dict[str, float]:
        """Which of these terms it has, with their likeness."""
        found: dict[str, float] = {}
        for alike in self.known.values():
            near, other = max(
                ((near, other) for other, near in alike.items() if other in terms),
                default=(0.0, ""),
            )
            if near:
                found[other] = max(near, found.get(other, 0.0))
        return found


@dataclass(frozen=True)
class Index:
    """All phrases of a catalogue."""

    catalogue: Catalogue
    _phrases: dict[Subject, list[Phrase]] = field(repr=False)
    _words: dict[Subject, dict[str, float]] = field(repr=False)
    """Of each article, with what they count there."""
    _vocabulary: dict[str | None, frozenset[str]] = field(repr=False)
    """The words of each type's articles, and under None those of all."""
    _rarity: dict[str, float] = field(repr=False)
    _spelling: Spelling = field(repr=False)
    _names: Names = field(repr=False)

    @classmethod
    def of(cls, catalogue: Catalogue) -> Index:
        """An index of everything that the catalogue says."""
        phrases: dict[Subject, list[Phrase]] = defaultdict(list)
        words: dict[Subject, dict[str, float]] = defaultdict(dict)
        number: Counter[str] = Counter()
        for each in phrasing.of_all(catalogue):
            phrases[each.subject].append(each)
            number.update(each.everything)
            of_article = words[each.subject]
            for term in each.everything:
                of_article[term] = max(of_article.get(term, 0.0), each.weight)
        total = sum(map(len, phrases.values()))
        rarity = {term: math.log(1 + total / count) for term, count in number.items()}
        vocabulary: dict[str | None, frozenset[str]] = {
            name: frozenset().union(*(words[each] for each in words if each.type == name))
            for name in catalogue
        }
        return cls(
            catalogue,
            dict(phrases),
            dict(words),
            vocabulary | {None: frozenset(rarity)},
            rarity,
            Spelling.of(rarity),
            Names.of(catalogue),
        )

    def search(self, question: str, type_name: str | None = None, most: int = 5) -> list[Found]:
        """Up to `most` articles that answer, the best first; none where nothing comes close.

        A type that the question names counts as one that is asked for.
        """
        codes, rest = wording.codes(wording.plain(question))
        named, rest = self._names.split(rest)
        wanted = type_name or named
        scores = self._by_words(rest, wanted)
        if codes:
            scores = self._by_codes(codes, wanted, scores)
        best = max(scores.values(), default=0.0)
        floor = max(ENOUGH if wanted is None else ENOUGH_OF_TYPE, best * CLOSE)
        found = [Found(subject, min(score, 1.0)) for subject, score in scores.items()]
        chosen = [each for each in found if each.score >= floor]
        return sorted(chosen, key=lambda each: (-each.score, str(each.subject)))[:most]

    def _by_words(self, text: str, wanted: str | None) -> dict[Subject, float]:
        subjects = [each for each in self._phrases if wanted in {None, each.type}]
        words = self._asked(wording.terms(text), wanted)
        letters = self._asked(wording.characters(text), wanted)
        whole = words.total + ALONE * letters.total
        scores = {}
        for subject in subjects:
            there = self._words[subject]
            covered = words.covered_by(there) + ALONE * letters.covered_by(there)
            if covered:
                best = max(each.weight * self._fit(words, each) for each in self._phrases[subject])
                scores[subject] = BY_PHRASE * best + (1 - BY_PHRASE) * covered / whole
        return scores

    def _asked(self, terms: Sequence[str], wanted: str | None) -> _Asked:
        """What the terms may be in the articles of a type, or of all."""
        there = self._vocabulary.get(wanted, frozenset())
        known = {
            term: {
                other: near
                for other, near in self._spelling.nearest(term).items()
                if other in there
            }
            for term in dict.fromkeys(terms)
        }
        strange = UNKNOWN if wanted is None else UNKNOWN_OF_TYPE
        weights = {
            term: max((self._rarity[other] for other in alike), default=strange)
            for term, alike in known.items()
        }
        return _Asked(known, weights)

    def _fit(self, asked: _Asked, phrase: Phrase) -> float:
        """How much of the question a phrase covers and how much of it the question covers."""
        hits = asked.hits(phrase.terms)
        if not hits:
            return 0.0
        of_question = asked.covered_by(dict.fromkeys(phrase.terms, 1.0)) / asked.total
        total = sum(self._rarity[term] for term in phrase.terms)
        of_phrase = sum(near * self._rarity[term] for term, near in hits.items()) / total
        return math.sqrt(of_question * of_phrase)

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


def _code(name: str) -> str:
    """A code of the catalogue as `wording.codes` tells it."""
    found, _ = wording.codes(wording.plain(name))
    return found[0] if found else wording.plain(name)
