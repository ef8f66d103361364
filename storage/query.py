"""SQL kept as SQL: named blocks in a `.sql` file beside the module that asks.

-- name: find_by_serial
-- What the block answers.
SELECT ...
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def beside(module_file: str) -> dict[str, LiteralString]:
    """The named blocks of the `.sql` file beside `module_file` (a module's `__file__`)."""
    return blocks(Path(module_file).with_suffix(".sql"))


def blocks(path: Path) -> dict[str, LiteralString]:
    """The named blocks of one file; our own files count as literal strings."""
    parts = _NAME.split(path.read_text(encoding="utf-8"))
    names, texts = parts[1::2], parts[2::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{path} has two blocks of one name")
    return {
        name: cast("LiteralString", text.strip()) for name, text in zip(names, texts, strict=True)
    }
