"""The channels of this installation, from HEARTHWATCH_CHANNELS."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from alerts.channels.carrier import Carrier
from alerts.channels.channel import Channel
from alerts.channels.null import Null
from alerts.channels.outbox import Outbox
from runtime.errors import ConfigurationError

NAMES = ("email", "sms", "wechat_work", "dingtalk", "push", "webhook")
OUTBOX: Mapping[str, Channel] = {"outbox": Outbox()}
"""Without the setting nothing leaves the house."""


def read(text: str) -> Mapping[str, Channel]:
    """The channels in the order in which they are tried; ConfigurationError says what is wrong.

    The text is YAML: a name and a URL of Apprise's each, or `null` for one that drops everything.
    """
    try:
        told = yaml.safe_load(text) if text.strip() else {}
    except yaml.YAMLError as error:
        # What it holds are passwords: where it is wrong is told, and not what stands there.
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise _wrong(f"is not YAML{where}") from None
    if not isinstance(told, dict):
        raise _wrong("is not a mapping")
    return {str(name): _channel(str(name), url) for name, url in told.items()} or OUTBOX


def _channel(name: str, url: object) -> Channel:
    if name not in NAMES:
        raise _wrong(f"names {name!r}, which is none of {', '.join(NAMES)}")
    if url is None:
        return Null()
    if not isinstance(url, str):
        raise _wrong(f"gives {name!r} no URL")
    made = Carrier(name, url)
    made.check()
    return made


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"HEARTHWATCH_CHANNELS {what}",
        hint="such as {email: 'mailtos://user:password@smtp.example.com?from=...&to={email}'}",
    )


def names(text: str | None) -> list[str]:
    """The channels' names alone, for who only asks which there are."""
    told = yaml.safe_load(text or "")
    return [name for name in NAMES if name in told] if isinstance(told, dict) else []
