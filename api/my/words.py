"""The words of customers' pages in their language; English ones stand in the templates."""

from __future__ import annotations

from pathlib import Path

from api.translation import Translation

_WORDS = Translation(Path(__file__).with_name("zh.yaml"))
chinese = _WORDS.chinese
say = _WORDS.say
say_here = _WORDS.say_here
