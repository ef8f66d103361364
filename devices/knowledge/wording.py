"""What a question consists of: words, codes, and pairs of characters where no spaces part words.

Pure. Spelling is made alike here; what is left of it is borne by the comparison of words.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z0-9]+")
_NEGATED = re.compile(r"\b(wont|wouldnt|doesnt|dosnt|dont|isnt|cant|cannot|didnt|never)\b")
_LABELLED = re.compile(
    r"(?:\b(?:err|error|code|fault|failure|errorcode)\b|故障|错误|代码|显示|报)\s*(?:code|代码|码)?\s*"
    r"(?P<letter>[a-z])?\s*[-_. ]?\s*0*(?P<digits>\d{1,3})(?![0-9a-z])"
)
_BARE = re.compile(r"(?<![a-z0-9])(?P<letter>[a-z])\s?[-_.]?\s?0*(?P<digits>\d{1,3})(?![0-9a-z])")
_LONG_NUMBER = re.compile(r"\d{5,}|\S+@\S+")
SILENT = frozenset(
    {
        *("a", "an", "the", "my", "our", "of", "on", "in", "at", "to", "and", "or", "is", "are"),
        *("it", "its", "with", "for", "from", "has", "have", "i", "we", "when", "while", "after"),
        *("what", "why", "how", "do", "does", "did", "am", "be", "this", "that", "there", "as"),
        *("very", "still", "any", "please", "help", "problem", "machine", "appliance", "shows"),
        *("show", "says", "display", "error", "err", "code", "fault", "mean", "means", "so", "s"),
        *("properly", "keeps", "because", "nearly", "much", "again", "which", "should", "got"),
    }
)
"""Words that say nothing about what is wrong."""
IDLE = (
    "是什么意思", "什么意思", "怎么回事", "怎么办", "为什么", "是不是",
    "怎么", "请问", "一直", "总是", "里面", "故障", "显示", "代码", "错误", "好久", "半天",
    "自己", "老是", "还是", "已经", "现在", "有点", "好像",
    "报", "了", "的", "吗", "呢", "我", "很", "家",
)  # fmt: skip
"""Likewise in Chinese, the longest first."""


def plain(text: str) -> str:
    """A text in small letters, full forms made half, without punctuation."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return re.sub(r"\s+", " ", re.sub(r"['’`]", "", folded)).strip()


def kept(text: str) -> str:
    """A question as it is kept: without what could name a person, such as a number or address."""
    shown = _LONG_NUMBER.sub("#", plain(text))
    return re.sub(r"[^\w\s#]|_", " ", shown).strip()


def codes(text: str) -> tuple[list[str], str]:
    """The fault codes that a plain text names, such as `e5`, and the text without them.

    `err 5` and `E-05` are E5: appliances label most of theirs with E.
    """
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        found.append(f"{match['letter'] or 'e'}{match['digits']}")
        return " "

    rest = _LABELLED.sub(take, text)
    rest = _BARE.sub(take, rest)
    return list(dict.fromkeys(found)), rest


def terms(text: str) -> list[str]:
    """Words of a plain text without endings, and pairs of characters of its Chinese parts."""
    found = _WORD.findall(_NEGATED.sub("not", text))
    words = [_stem(word) for word in found if word not in SILENT]
    words = [word for word in words if word not in SILENT]
    for run in _CHINESE.findall(text):
        words += _pairs(run)
    return words


def characters(text: str) -> list[str]:
    """The Chinese characters of a plain text that say something, each by itself."""
    return [each for run in _CHINESE.findall(text) for each in _telling(run)]


def _telling(run: str) -> str:
    for idle in IDLE:
        run = run.replace(idle, "")
    return run


def _pairs(run: str) -> list[str]:
    run = _telling(run)
    return [run[place : place + 2] for place in range(max(len(run) - 1, min(len(run), 1)))]


def _stem(word: str) -> str:
    """A word without the endings by which English bends it."""
    for ending in ("ings", "ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004 - a word's trunk
            trunk = word.removesuffix(ending)
            doubled = len(trunk) > 3 and trunk[-1] == trunk[-2] and trunk[-1] not in "lsz"  # noqa: PLR2004 - likewise
            return trunk[:-1] if doubled else trunk
    return word
