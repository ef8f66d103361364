"""What every part of a description is made of: strict fields, names, texts for people."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,16}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Part(BaseModel):
    """Any part of a description: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Text(Part):
    """A text for people, in each language that Hearthwatch speaks."""

    en: Sentence
    zh: Sentence

    def language(self, code: str) -> str:
        """Give the text for a language tag such as `zh-CN`; English where we do not speak it."""
        return self.zh if code.lower().startswith("zh") else self.en


class Steps(Part):
    """Ordered instructions, in each language."""

    en: tuple[Sentence, ...] = Field(min_length=1)
    zh: tuple[Sentence, ...] = Field(min_length=1)

    def language(self, code: str) -> tuple[str, ...]:
        """Give the steps for a language tag; English where we do not speak it."""
        return self.zh if code.lower().startswith("zh") else self.en

    @model_validator(mode="after")
    def _same_steps(self) -> Self:
        if len(self.en) != len(self.zh):
            raise ValueError(f"{len(self.en)} steps in English but {len(self.zh)} in Chinese")
        return self


class Phrases(Part):
    """What people say for a thing, in each language; searched, and never shown."""

    en: tuple[Sentence, ...] = ()
    zh: tuple[Sentence, ...] = ()


class Range(Part):
    """A closed interval in the metric's unit."""

    low: float
    high: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        return self

    def holds(self, other: Range) -> bool:
        """Whether `other` lies within this."""
        return self.low <= other.low and other.high <= self.high
