"""How Chinese sounds: keyboards guess characters from it, and guess wrong.

Traditional characters sound as the simplified ones do, so that they are understood too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from pypinyin import Style, pinyin

_ALIKE = ((re.compile(r"^(z|c|s)h"), r"\1"), (re.compile(r"ng$"), "n"))
"""What speakers of the south do not tell apart."""


def readings(text: str) -> Iterator[str]:
    """Every way that a few characters may sound, as syllables parted by spaces."""
    return (" ".join(each) for each in product(*(_syllables(character) for character in text)))


@lru_cache(maxsize=4096)
def _syllables(character: str) -> tuple[str, ...]:
    [told] = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(_plain(each) for each in told))


def _plain(syllable: str) -> str:
    for pattern, instead in _ALIKE:
        syllable = pattern.sub(instead, syllable)
    return syllable
