"""Which ways a letter takes, and what a carrier's refusal means."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.channels import installed, refusal
from alerts.channels.channel import Recipient
from alerts.channels.null import Null
from alerts.notices import reach
from alerts.notices.reach import Way
from runtime.errors import ConfigurationError
from tests.unit.alerts.test_manner import NOON

REFUSED = "Socket Exception: {'li@home.example': (%s, b'%s')}"


@pytest.mark.parametrize(
    ("line", "lasting", "address"),
    [
        (REFUSED % (550, "5.1.1 no such user"), True, True),
        (REFUSED % (550, "unknown"), True, True),
        (REFUSED % (552, "5.2.2 mailbox full"), True, False),
        (REFUSED % (554, "5.7.1 policy"), True, False),
        (REFUSED % (451, "4.3.0 later"), False, False),
        (REFUSED % (450, "4.1.1 greylisted"), False, False),
        ("Socket Exception: (550, b'5.1.8 sender refused', 'us@example.com')", True, False),
        ("Failed to send JSON POST notification: Gone, error=410.", True, True),
        ("Failed to send JSON POST notification: error=404.", True, True),
        ("Failed to send JSON POST notification: error=401.", True, False),
        ("Failed to send JSON POST notification: error=429.", False, False),
        ("Failed to send JSON POST notification: error=503.", False, False),
        ("A Connection error occurred sending JSON notification to host550.", False, False),
    ],
)
def test_a_refusal_tells_a_wrong_address_from_bad_luck(
    line: str,
    lasting: bool,  # noqa: FBT001 - likewise
    address: bool,  # noqa: FBT001 - the expected answer
) -> None:
    read = refusal.read(["Connecting to remote SMTP server...", line])
    assert (read.lasting, read.address) == (lasting, address)
    assert "home.example" not in read.reason


def test_what_beeps_goes_first_where_minutes_count_and_wishes_come_first_elsewhere() -> None:
    there = ["email", "sms", "webhook"]
    assert reach.order(there, [], urgent=False) == there
    assert reach.order(there, [], urgent=True) == ["sms", "email", "webhook"]
    liked = Way("webhook", preferred=True, disabled_at=None, reason="")
    assert reach.order(there, [liked], urgent=False) == ["webhook", "email", "sms"]
    assert reach.order(there, [liked], urgent=True) == ["sms", "webhook", "email"]
    shut = Way("sms", preferred=True, disabled_at=NOON, reason="gone")
    assert reach.order(there, [shut], urgent=True) == ["email", "webhook"]


def test_without_a_setting_everything_stays_in_the_outbox() -> None:
    assert list(installed.read("")) == ["outbox"]
    assert installed.names(None) == []


def test_channels_are_read_in_their_order_and_reach_whom_they_can() -> None:
    text = """
    sms: 'json://carrier.example.com/{phone}'
    email: 'mailto://a:b@example.com?to={email}'
    push: null
    """
    read = installed.read(text)
    assert list(read) == ["sms", "email", "push"]
    assert installed.names(text) == ["email", "sms", "push"]
    known = Recipient("Li", phone="+86 10 5555")
    assert [name for name, channel in read.items() if channel.reaches(known)] == ["sms", "push"]
    assert isinstance(read["push"], Null)
    assert "a:b" not in repr(read)


def test_the_example_of_the_page_can_be_read() -> None:
    page = (Path(__file__).parents[3] / "docs" / "notices.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    assert sorted(installed.read(example)) == sorted(installed.NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is not YAML in line 1"),
        ("just words", "is not a mapping"),
        ("{pigeon: 'json://host'}", "names 'pigeon', which is none of email"),
        ("{sms: 5}", "gives 'sms' no URL"),
        ("{sms: 'nonsense://secret@{phone}'}", "'sms' is not one that Apprise understands"),
        ("{sms: 'json://host/{fax}'}", "has a place for fax"),
        ("{sms: 'json://host/{}'}", "places are {email}, {external_id}, {phone}"),
    ],
)
def test_a_wrong_setting_is_told_without_its_passwords(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        installed.read(text)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
