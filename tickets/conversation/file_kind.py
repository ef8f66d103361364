"""What a file is by its content, and what it may be called. Pure.

The name and what the sender says it is decide nothing: a page of HTML stays one, whatever it is
called.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import puremagic
from puremagic import PureError

from runtime.errors import InvalidError

TEXT = "text/plain"
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heif": ".heic",
    "application/pdf": ".pdf",
    "video/mp4": ".mp4",
    TEXT: ".txt",
}
"""Types that are kept, each with the ending that its names get."""
ALSO = {"image/jpeg": {".jpeg", ".jpg"}, "image/heif": {".heic", ".heif"}}
SURE = 0.3
"""A signature of fewer than three bytes says too little."""
LONGEST_NAME = 100
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_UNFIT = re.compile(r'[<>:"/\\|?*\s]+')
_HINT = "send a JPEG, PNG, WebP, HEIC, PDF, MP4 or plain text file"


def of(content: bytes) -> str:
    """The media type of a file; InvalidError for one that is not kept."""
    if not content:
        raise InvalidError("the file is empty", hint=_HINT)
    found = _signed(content)
    if not found and _is_text(content):
        return TEXT
    for kind in found:
        if kind in ENDINGS:
            return kind
    told = f"is {found[0]}" if found else "is of no type that is known"
    raise InvalidError(f"the file {told}, and such files are not kept", hint=_HINT)


def _signed(content: bytes) -> list[str]:
    """Types by the surest of the signatures that the content begins or ends with."""
    try:
        matches = puremagic.magic_string(content)
    except (PureError, ValueError):
        return []
    surest = max((each.confidence for each in matches), default=0.0)
    return [
        each.mime_type
        for each in matches
        if each.confidence == surest and each.confidence >= SURE and each.mime_type
    ]


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(each in "\t\r\n" or unicodedata.category(each) != "Cc" for each in text)


def name(told: str, kind: str) -> str:
    """A name without folders, unseen characters or a false ending."""
    plain = unicodedata.normalize("NFC", told.replace("\\", "/"))
    last = PurePosixPath(plain).name
    seen = "".join(each for each in last if unicodedata.category(each) not in _UNSEEN)
    stem = _UNFIT.sub("_", seen)
    for ending in sorted({ENDINGS[kind], *ALSO.get(kind, ())}):
        stem = stem[: -len(ending)] if stem.lower().endswith(ending) else stem
    return (stem.strip("._ ")[:LONGEST_NAME] or "file") + ENDINGS[kind]
