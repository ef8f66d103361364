"""What a household is told: in its language, once, and only what it allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.notices import delivery, notice
from alerts.notices.notice import Notice
from customers import ownership
from models.serving.wear import ConsumableEstimate
from runtime.clock import SetClock
from storage.pool import Pool
from tests.integration.tickets.conftest import START, House
from tickets.writing import correspondence, reminder


def tell(house: House, *problems: str, device: int | None = None) -> list[Notice]:
    """Open tickets and tell of them; return the notices of the whole house, oldest first."""
    findings = [
        house.find(device or house.fridge, problem, metric=metric)
        for problem, metric in zip(problems, ["fridge_temp_c", *[None] * 9], strict=False)
    ]
    opened, changes = house.follow(*findings)
    correspondence.tell_of_tickets(house.connection, house.catalogue, opened, changes, START)
    return notice.page(house.connection)[::-1]


def remind(
    house: House, days_left: float | None = 5.0, installed_days_ago: int = 90
) -> list[Notice]:
    estimate = ConsumableEstimate(
        device_id=house.fridge,
        consumable="water_filter",
        at=START,
        used=0.95,
        days_left=days_left,
        days_low=None if days_left is None else days_left * 0.6,
        days_high=None if days_left is None else days_left * 1.6,
        installed_at=START - timedelta(days=installed_days_ago),
    )
    description = house.catalogue["refrigerator"]
    reminder.remind(house.connection, description, [estimate], START)
    return notice.page(house.connection)[::-1]


def test_a_ticket_is_told_with_what_was_seen_and_what_to_do(house: House) -> None:
    (written,) = tell(house, "poor_cooling")
    assert written.subject == "Your refrigerator: does not cool enough"
    assert (written.contact_name, written.purpose, written.state) == (
        "Li Ming",
        "service",
        "queued",
    )
    for said in ("RF-1", "Fridge temperature is 9.50 °C, above 8.00 °C", "Keep the doors shut"):
        assert said in written.body


def test_a_chinese_household_reads_chinese(house: House) -> None:
    house.live("zh-CN", "service", "reminders")
    (problem,) = tell(house, "poor_cooling")
    assert problem.subject == "您的冰箱：制冷不足"
    assert "冷藏室温度为 9.50 °C" in problem.body
    reminder = remind(house)[1]
    assert reminder.subject == "滤水器：预计还可使用约5天"
    assert "6月4日 至 6月9日" in reminder.body


def test_a_reminder_says_when_how_and_with_what(house: House) -> None:
    (written,) = remind(house)
    assert written.subject == "Water filter: about 5 days left"
    assert (written.purpose, written.state) == ("reminders", "queued")
    for said in ("between 4 June and 9 June", "Turn the old filter", "HW-RF-FLT-01"):
        assert said in written.body


@pytest.mark.parametrize("days_left", [None, 11.0])
def test_nobody_is_reminded_of_what_lasts(house: House, days_left: float | None) -> None:
    assert remind(house, days_left) == []


def test_what_is_used_up_is_to_be_replaced_now(house: House) -> None:
    (written,) = remind(house, 0.0)
    assert written.subject == "Water filter: time to replace it"


def test_a_reminder_is_written_once_for_each_filter(house: House) -> None:
    remind(house)
    assert len(remind(house, 4.0)) == 1
    assert len(remind(house, 4.0, installed_days_ago=1)) == 2


def test_without_consent_a_notice_is_withheld_and_never_sent(
    house: House, database_pool: Pool
) -> None:
    house.live("en", "marketing")
    tell(house, "poor_cooling")
    withheld = remind(house)
    assert [(each.state, each.detail) for each in withheld] == [
        ("withheld", "no consent to service"),
        ("withheld", "no consent to reminders"),
    ]
    house.connection.commit()
    assert ("alerts.deliver_notice",) not in house.ask("SELECT task_name FROM procrastinate_jobs")
    assert not delivery.deliver(database_pool, SetClock(START), withheld[0].id)


def test_danger_is_told_whatever_was_allowed(house: House) -> None:
    house.live("en")
    (written,) = tell(house, "leak", device=house.purifier)
    assert written.state == "queued"


def test_an_appliance_that_belongs_to_nobody_has_nobody_to_tell(house: House) -> None:
    house.connection.execute("DELETE FROM hearthwatch.ownerships")
    assert tell(house, "poor_cooling") == []
    assert remind(house) == []
    ownership.assign(house.connection, {house.fridge: house.household}, START)
    house.connection.execute("DELETE FROM hearthwatch.consents")
    house.connection.execute("DELETE FROM hearthwatch.contacts")
    assert tell(house, "weak_airflow") == []


def test_a_household_without_consent_on_record_is_not_reminded(house: House) -> None:
    house.connection.execute("DELETE FROM hearthwatch.consents")
    assert [each.state for each in remind(house)] == ["withheld"]


def test_a_letter_tells_of_what_fires_and_not_of_what_has_gone(house: House) -> None:
    house.follow(house.find(house.fridge, "poor_cooling"))
    house.connection.execute("UPDATE hearthwatch.tickets SET state = 'closed'")
    opened, changes = house.follow(
        house.find(house.fridge, "poor_cooling", 5, fires=False),
        house.find(house.fridge, "poor_cooling", 10, metric="freezer_temp_c"),
    )
    assert [each.change for each in changes] == ["cleared", "raised"]
    correspondence.tell_of_tickets(house.connection, house.catalogue, opened, changes, START)
    assert "Freezer temperature" in notice.page(house.connection)[0].body


def test_a_queued_notice_is_delivered_once(house: House, database_pool: Pool) -> None:
    (written,) = tell(house, "poor_cooling")
    house.connection.commit()
    later = SetClock(START + timedelta(minutes=1))
    assert delivery.deliver(database_pool, later, written.id)
    assert not delivery.deliver(database_pool, later, written.id)
    (sent,) = notice.page(house.connection)
    assert (sent.state, sent.settled_at) == ("sent", later.at)
    assert sent.detail == "shown in the outbox"
    assert notice.count(house.connection, "service") == 1


def test_a_metric_that_left_the_catalogue_can_still_be_told(house: House) -> None:
    fridge = house.catalogue["refrigerator"]
    kept = {name: metric for name, metric in fridge.metrics.items() if name != "fridge_temp_c"}
    changed = fridge.model_copy(update={"metrics": kept})
    house.catalogue = {**house.catalogue, "refrigerator": changed}
    (written,) = tell(house, "poor_cooling")
    assert "a rule of this test" in written.body
