"""How this installation writes to people, from its settings: channels, rules, links."""

from __future__ import annotations

from functools import partial

from alerts.channels import installed
from alerts.notices.delivery import Post
from alerts.notices.frequency import Cap
from alerts.notices.manner import Rules
from alerts.notices.notice import Notice
from alerts.notices.quiet_hours import QuietHours
from alerts.notices.renewal import as_written
from devices.catalogue.folder import Catalogue
from runtime.errors import ConfigurationError, InvalidError
from runtime.settings import Settings
from storage.pool import Connection
from tickets.answers import my_link
from tickets.writing import renewing


def of(settings: Settings, catalogue: Catalogue | None = None) -> Post:
    """The post of this process; ConfigurationError names the setting that is wrong.

    Without a catalogue letters go out as they were written.
    """
    return Post(
        channels=installed.read(settings.channels or ""),
        rules=Rules(_quiet(settings), Cap(settings.notices_a_week)),
        link=partial(_link, settings),
        renew=as_written if catalogue is None else partial(renewing.renew, catalogue),
    )


def _quiet(settings: Settings) -> QuietHours:
    try:
        return QuietHours.parse(settings.quiet_hours)
    except InvalidError as error:
        raise ConfigurationError(
            f"HEARTHWATCH_QUIET_HOURS: {error.message}", hint=error.hint
        ) from error


def _link(settings: Settings, connection: Connection, notice: Notice) -> str:
    """A link to the notice's page; what was once sent opens it until it expires."""
    token = my_link.make(
        connection, settings.secret(), notice.contact_id, notice.about or "contact", notice.id
    )
    return my_link.url(settings, token)
