"""What was noticed while a recording was read: told to people, fatal to nobody."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Notes:
    """Lines in the order they were noticed, each once."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Note something."""
        if line not in self.lines:
            self.lines.append(line)

    def count(self, number: int, what: str) -> None:
        """Note how many, unless none: `what` follows the number."""
        if number:
            self.add(f"{number:,} {what}")
