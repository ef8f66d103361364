"""What stands under every letter that its reader may refuse: how to choose what we write. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.notices.grouping import spoken

CHOOSE = {
    "en": "Choose what we write to you about, how and when: {link}",
    "zh": "您可以在这里选择我们发送的内容、方式和时间：{link}",
}


def write(language: str, link: str) -> str:
    """The last lines of a letter; nothing where there is no page to choose on."""
    return f"\n{CHOOSE[spoken(language)].format(link=link)}\n" if link else ""


def headers(link: str) -> Mapping[str, str]:
    """What lets a mail program unsubscribe by one click (RFC 2369 and RFC 8058)."""
    if not link:
        return {}
    return {
        "List-Unsubscribe": f"<{link}/unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
