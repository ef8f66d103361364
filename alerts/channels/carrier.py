"""A channel through Apprise: e-mail, SMS, WeChat Work, DingTalk, push or a webhook, by its URL."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat

from alerts.channels import refusal
from alerts.channels.channel import Parcel, Recipient, RefusedError
from runtime.errors import ConfigurationError

_PLACE = re.compile(r"\{([^{}]*)\}")
_ONE_ADDRESS = re.compile(r"[^\s,;<>]+@[^\s,;<>]+\Z")
PLACES = frozenset({"phone", "email", "external_id"})
_SAMPLE = Recipient("Sample", "+8613800138000", "sample@example.com", "C-1")
_ASSET = AppriseAsset(app_id="Hearthwatch", storage_mode="memory")
TIMEOUT_S = 60.0
PUSH = "push"
"""Shows a title over what it says; the others know no such thing."""
BRIEF = frozenset({PUSH, "sms", "wechat_work", "dingtalk"})
"""Channels that beep, which carry the short form of a letter."""

# What Apprise logs names addresses. It is read here and goes nowhere else.
_LOG = logging.getLogger("apprise")
_LOG.propagate = False
_LOG.addHandler(logging.NullHandler())
_LOG.setLevel(logging.DEBUG)


@dataclass(frozen=True)
class _Words:
    """What a service is handed."""

    title: str
    body: str
    format: NotifyFormat = NotifyFormat.TEXT


@dataclass(frozen=True, repr=False)
class Carrier:
    """Sends by a URL of Apprise's with places for what is known of the recipient."""

    name: str
    url: str
    """Holds passwords: never shown."""

    @property
    def places(self) -> frozenset[str]:
        """What of the recipient it needs to know."""
        return frozenset(_PLACE.findall(self.url))

    @property
    def _is_mail(self) -> bool:
        return self.url.startswith("mailto")

    def reaches(self, recipient: Recipient) -> bool:
        """Whether every place can be filled."""
        return all(getattr(recipient, place) for place in self.places)

    def send(self, parcel: Parcel) -> str:
        """Hand the parcel to the carrier; RefusedError tells how far another try makes sense."""
        plugin = self._plugin(parcel.recipient)
        if plugin is None:
            raise RefusedError("the address cannot be written to", lasting=True, address=True)
        _put_headers(plugin, {"X-Hearthwatch-Notice": parcel.key, **parcel.headers})
        words = self._words(parcel)
        reader = Apprise(asset=_ASSET)
        reader.add(plugin)
        done = reader.notify(
            title=words.title,
            body=words.body,
            body_format=words.format,
            timeout=TIMEOUT_S,
            log_level=logging.DEBUG,
        )
        if not done:
            raise refusal.read(entry.message for entry in done.logs())
        return f"sent by {self.name}"

    def _words(self, parcel: Parcel) -> _Words:
        """The short form for what beeps, a page for mail, the whole text for everything else."""
        if self.name in BRIEF and parcel.short:
            return _Words(parcel.subject if self.name == PUSH else "", parcel.short)
        if self._is_mail:
            return _Words(parcel.subject, parcel.html, NotifyFormat.HTML)
        return _Words(parcel.subject, parcel.text)

    def check(self) -> None:
        """ConfigurationError if Apprise does not understand the URL."""
        wrong = sorted(self.places - PLACES)
        if wrong:
            raise ConfigurationError(
                f"the channel {self.name!r} has a place for {', '.join(wrong)}",
                hint=f"places are {', '.join(f'{{{each}}}' for each in sorted(PLACES))}",
            )
        with warnings.catch_warnings():
            # The first look loads Apprise's plugins, one of which asks for an old module.
            warnings.simplefilter("ignore", DeprecationWarning)
            understood = self._plugin(_SAMPLE) is not None
        if not understood:
            raise ConfigurationError(
                f"the URL of the channel {self.name!r} is not one that Apprise understands",
                hint="see docs/notices.md; passwords in it are percent-encoded",
            )

    def _plugin(self, recipient: Recipient) -> NotifyBase | None:
        """The service for this recipient; None where its address is not one."""
        if "email" in self.places and not _ONE_ADDRESS.match(recipient.email.strip()):
            return None
        url = _PLACE.sub(lambda place: quote(_plain(place[1], recipient), safe="@"), self.url)
        made = Apprise.instantiate(url, asset=_ASSET)
        if not isinstance(made, NotifyBase):
            return None
        # A service that drops an address it cannot use would write to somebody else or to nobody.
        dropped = bool(self.places) and getattr(made, "targets", True) in ([], ())
        return None if dropped else made


def _plain(place: str, recipient: Recipient) -> str:
    value = str(getattr(recipient, place))
    return re.sub(r"[^+\d]", "", value) if place == "phone" else value.strip()


def _put_headers(plugin: NotifyBase, headers: Mapping[str, str]) -> None:
    """Mail and plain web carriers have headers of their own; others know no such thing."""
    kept = getattr(plugin, "headers", None)
    if isinstance(kept, dict):
        kept.update(headers)
