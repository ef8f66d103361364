"""The phrases of a catalogue that people may use: titles, symptoms, causes, advice. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.catalogue.appliance_type import ApplianceType, FaultCode, Problem, Text
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from devices.knowledge import article, wording
from devices.knowledge.article import Subject

WEIGHTS = {"title": 1.0, "symptom": 1.0, "code": 0.9, "cause": 0.7, "step": 0.35}


@dataclass(frozen=True)
class Phrase:
    """Something that is said of a subject, in one language."""

    subject: Subject
    weight: float
    """What it counts, up to 1."""
    terms: frozenset[str]
    everything: frozenset[str]
    """The terms, and the Chinese characters each by itself."""


def of_all(catalogue: Catalogue) -> Iterator[Phrase]:
    """Every phrase of every type, in both languages."""
    for subject in article.subjects(catalogue):
        for kind, text in _texts(catalogue[subject.type], subject):
            for spoken in dict.fromkeys((text.en, text.zh)):
                plain = wording.plain(spoken)
                terms = frozenset(wording.terms(plain))
                if terms:
                    everything = terms.union(wording.characters(plain))
                    yield Phrase(subject, WEIGHTS[kind], terms, everything)


def _texts(description: ApplianceType, subject: Subject) -> Iterator[tuple[str, Text]]:
    if subject.kind == "consumable":
        yield "title", description.consumables[subject.name].title
        return
    if subject.kind == "problem":
        fault: Problem | FaultCode = problem_of(description, subject.name)
        yield "title", fault.title
    else:
        fault = description.fault_codes[subject.name]
        yield "code", fault.title
    yield from (("cause", each) for each in fault.causes)
    for told in (fault.symptoms.en, fault.symptoms.zh):
        yield from (("symptom", Text(en=each, zh=each)) for each in told)
    if isinstance(fault, Problem):
        yield "step", fault.advice
    if fault.self_help:
        for told in (fault.self_help.en, fault.self_help.zh):
            yield from (("step", Text(en=each, zh=each)) for each in told)
