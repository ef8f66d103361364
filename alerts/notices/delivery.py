"""Sends one queued notice; the job queue calls it, and `release` calls for what had to wait.

A notice, the letter it is part of and what became of it are one transaction. Should the process
die between a carrier's yes and the commit, the letter goes out again under the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from alerts.channels.channel import Channel, Parcel, Recipient, RefusedError
from alerts.channels.installed import OUTBOX
from alerts.notices import footing, grouping, letter_page, manner, notice, reach, renewal
from alerts.notices.frequency import WEEK
from alerts.notices.grouping import Text
from alerts.notices.manner import Case, Rules
from alerts.notices.notice import Notice
from alerts.notices.quiet_hours import QuietHours
from alerts.notices.renewal import Renew
from customers import consent, contact, household
from runtime import metrics
from runtime.clock import Clock
from storage import lock
from storage.pool import Connection, Pool

RELEASE = "alerts.notices.delivery.release"
EVERY_TEN_SECONDS = "* * * * * */10"
"""Cron with a sixth field: a night may be short where the world runs fast."""
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=30)
"""Four times as long after each failure: 30 s, 2 min, 8 min and so on, two days in all."""
USUAL = Rules(QuietHours.parse("21:00-08:00"))
MARK = "{my_link}"
"""Where a letter leads to its reader's page; the address is made only when it is sent."""

log = structlog.get_logger()


def no_link(_connection: Connection, _notice: Notice) -> str:
    """For an installation that serves no pages."""
    return ""


@dataclass(frozen=True)
class Post:
    """How this installation writes to people."""

    channels: Mapping[str, Channel] = field(default_factory=lambda: OUTBOX)
    rules: Rules = USUAL
    link: Callable[[Connection, Notice], str] = no_link
    """The address of the page that a notice leads to."""
    renew: Renew = renewal.as_written
    """What a notice says as of now."""


HOUSE_POST = Post()
"""Everything stays in the outbox."""


def deliver(pool: Pool, clock: Clock, notice_id: int, *, post: Post = HOUSE_POST) -> bool:
    """Send the notice if it still waits and nothing stands against it; whether it was sent."""
    with pool.connection() as connection:
        waiting = notice.claim(connection, notice_id)
        at = clock.now()
        if waiting is None or waiting.not_before > at:
            return False
        # One letter to a person at a time, or two might be the last that the cap allows. Who is
        # late leaves it to the next release.
        if not lock.try_acquire(connection, f"notices:{waiting.contact_id}"):
            return False
        channel = _try(connection, waiting, post, at)
    if channel is not None:
        metrics.NOTICES_SENT.labels(channel).inc()
    return channel is not None


def release(pool: Pool, clock: Clock, timestamp: int = 0) -> int:
    """Queue what was held until now, and what was left by a worker that died; how many it was."""
    del timestamp  # tells when the errand was due by the wall, which is not the world's time
    with pool.connection() as connection:
        found = notice.due(connection, clock.now())
        for number in found:
            notice.send(connection, number)
    return len(found)


def _try(connection: Connection, waiting: Notice, post: Post, at: datetime) -> str | None:
    """Send a notice that is ours now, or note why not; the channel that took it."""
    ruling = manner.rule(_case(connection, waiting, at), post.rules, at)
    if ruling.refused:
        notice.settle(connection, [waiting.id], "withheld", at, ruling.refused)
        return None
    if ruling.until is not None:
        notice.hold(connection, waiting.id, ruling.until, ruling.why, tried="")
        return None
    now = _as_of_now(connection, waiting, post, at)
    if now is None:
        return None
    together = [now]
    if grouping.may_share(waiting.purpose, safety=waiting.safety):
        others = notice.claim_others(connection, waiting, at)
        told = (
            _as_of_now(connection, each, post, at)
            for each in others
            if not manner.rule(_case(connection, each, at), post.rules, at).refused
        )
        together += [each for each in told if each is not None]
    return _carry(connection, together, post, at)


def _as_of_now(connection: Connection, waiting: Notice, post: Post, at: datetime) -> Notice | None:
    """A notice of ours with what is true now; None if there is nothing left to tell."""
    renewed = post.renew(connection, waiting, at)
    if renewed.gone:
        notice.settle(connection, [waiting.id], "withheld", at, renewed.gone)
        return None
    if renewed.draft is None:
        return waiting
    if renewed.draft.wrong:
        notice.settle(connection, [waiting.id], "failed", at, renewed.draft.wrong)
        return None
    return notice.rewrite(connection, waiting, renewed.draft)


def _case(connection: Connection, waiting: Notice, at: datetime) -> Case:
    zone = household.get(connection, waiting.household_id).time_zone
    return Case(
        purpose=waiting.purpose,
        occasion=waiting.occasion,
        safety=waiting.safety,
        written_at=waiting.created_at,
        consented=consent.allows(connection, waiting.contact_id, waiting.purpose),
        zone=ZoneInfo(zone),
        snoozed_until=reach.snoozed_until(connection, waiting.contact_id),
        sent=notice.sent_to(connection, waiting.contact_id, at - WEEK),
    )


def _carry(
    connection: Connection, together: Sequence[Notice], post: Post, at: datetime
) -> str | None:
    """Try one channel after the other; the one that took the letter."""
    first, ids = together[0], [each.id for each in together]
    parcel = _parcel(connection, together, post)
    refused = "no channel reaches this contact"
    for name in _channels(connection, first, parcel.recipient, post):
        try:
            said = post.channels[name].send(parcel)
        except RefusedError as refusal:
            refused = f"{name}: {refusal.reason}"
            log.warning("notice refused", notice=first.id, channel=name, reason=refusal.reason)
            if refusal.address:
                reach.disable(connection, first.contact_id, name, at, refusal.reason)
            if not refusal.lasting and first.attempts + 1 < MOST_ATTEMPTS:
                again = at + FIRST_PAUSE * 4**first.attempts
                notice.hold(connection, first.id, again, refused, tried=name)
                return None
        else:
            notice.settle(connection, ids, "sent", at, said, channel=name)
            return name
    notice.settle(connection, [first.id], "failed", at, refused)
    return None


def _channels(connection: Connection, first: Notice, recipient: Recipient, post: Post) -> list[str]:
    """The channels that reach the contact and that it allows, in the order to try them."""
    urgent = first.safety or first.occasion in manner.AWAITED
    known = reach.ways(connection, first.contact_id)
    return [
        name
        for name in reach.order(list(post.channels), known, urgent=urgent)
        if post.channels[name].reaches(recipient)
        and (first.safety or consent.allows(connection, first.contact_id, first.purpose, name))
    ]


def _parcel(connection: Connection, together: Sequence[Notice], post: Post) -> Parcel:
    first = together[0]
    person = contact.by_ids(connection, [first.contact_id])[first.contact_id]
    links = [post.link(connection, each) for each in together]
    texts = [
        Text(each.subject, each.body.replace(MARK, link), each.short.replace(MARK, link))
        for each, link in zip(together, links, strict=True)
    ]
    letter = grouping.join(texts, first.language)
    text = letter.body
    if not first.safety:
        text += footing.write(first.language, links[0])
    return Parcel(
        key=first.key,
        recipient=Recipient(
            person.name, person.phone or "", person.email or "", person.external_id
        ),
        subject=letter.subject,
        text=text,
        short=letter.short.strip(),
        html=letter_page.render(text, grouping.spoken(first.language)),
        # One careless click must not keep a visit from being told of.
        headers={} if first.purpose == manner.SERVICE else footing.headers(links[0]),
    )
