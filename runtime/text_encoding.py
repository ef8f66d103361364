"""Which encoding a text file is in, told from its bytes; what cannot be told is refused."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable

from runtime.errors import InvalidError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_MOSTLY = 0.5
"""Of a file's bytes beyond ASCII that are well-formed UTF-8, from which on it is broken UTF-8 and
no other encoding: in GB 18030 a sixth or so of them look like it by chance."""
_COMMON = 0.95
"""Of the characters beyond ASCII of a Chinese text, at least this share is in GB 2312."""


def as_utf8(lines: Iterable[bytes]) -> tuple[list[bytes], str]:
    """The lines of a file in UTF-8 without a byte order mark, and the encoding it was in.

    UTF-8 and UTF-16 with a mark, UTF-8 without one, GB 18030 and Windows-1252 are told apart.
    Raises InvalidError, naming line and byte, where none fits.
    """
    data = b"".join(lines)
    encoding, text = _decoded(data)
    _check_text(text)
    return [line.encode() for line in io.StringIO(text, newline="")], encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, _strict(data.removeprefix(mark), encoding, len(mark))
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError as error:
        guessed = None if _is_broken_utf8(data) else _guessed(data)
        if guessed is None:
            raise _refusal(data, error.start, "UTF-8") from None
        return guessed


def _strict(data: bytes, encoding: str, skipped: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refusal(data, error.start, encoding.upper(), skipped) from None


def _is_broken_utf8(data: bytes) -> bool:
    beyond = len(_BEYOND_ASCII.findall(data))
    return sum(len(found) for found in _UTF8.findall(data)) >= _MOSTLY * beyond


def _guessed(data: bytes) -> tuple[str, str] | None:
    for encoding, fits in (("gb18030", _is_chinese), ("windows-1252", _is_western)):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if fits(text):
            return encoding, text
    return None


def _is_chinese(text: str) -> bool:
    beyond = [each for each in text if not each.isascii()]
    common = [each for each in beyond if _in_gb2312(each)]
    return len(common) >= _COMMON * len(beyond)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _is_western(text: str) -> bool:
    """Signs such as © are rarer than letters in what people write down of each other."""
    beyond = [each for each in text if not each.isascii()]
    return sum(each.isalpha() for each in beyond) * 2 >= len(beyond)


def _check_text(text: str) -> None:
    place = text.find("\0")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise InvalidError(f"line {line}: a NUL character", hint="is this a text file?")


def _refusal(data: bytes, place: int, encoding: str, skipped: int = 0) -> InvalidError:
    """Say where the first byte stands that does not fit; bytes count from 1 in their line."""
    end = "\n".encode(encoding)
    before = data[:place]
    line = before.count(end) + 1
    begun = before.rfind(end) + len(end) if end in before else 0
    byte = place - begun + 1 + (skipped if line == 1 else 0)
    return InvalidError(
        f"line {line}: not {encoding} at byte {byte}; nothing was imported",
        hint="save the file as UTF-8; spreadsheets call it 'CSV UTF-8'",
    )
