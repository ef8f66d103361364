"""Letters to simulated customers are really sent, and arrive."""

from __future__ import annotations

from alerts.channels import installed
from alerts.channels.channel import Parcel, Recipient
from simulator import mailbox
from simulator.mailbox import Letter


def test_a_letter_sent_by_the_channel_lies_in_the_mailbox_once() -> None:
    with mailbox.opened() as box:
        (channel,) = installed.read(box.channels).values()
        to = Recipient("Amelia", external_id="C-0007-00001")
        channel.send(Parcel("notice:1", to, "We come", "On Monday: http://x/my/abc", "<p>"))
        assert box.take() == [Letter("C-0007-00001", "We come", "On Monday: http://x/my/abc")]
        assert box.take() == []
