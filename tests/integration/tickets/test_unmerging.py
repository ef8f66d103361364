"""A merge that is taken back leaves both tickets as bad as they would be without it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.catalogue.appliance_type import Severity
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import ticket
from tickets.conversation import intake
from tickets.conversation.caller import Told
from tickets.conversation.intake import Report
from tickets.kinship import merging, splitting, stakes
from tickets.kinship.merging import Asked
from tickets.kinship.splitting import Split
from tickets.sla import clock
from tickets.ticket import Ticket

PROBLEMS = ("weak_airflow", "poor_cooling", "ice_build_up", "condenser_blocked")
LEAK = "leak"
Finding = tuple[str, Severity]
Pair = tuple[str, str]
Script = tuple[list[list[Finding]], list[Pair], list[int]]


@pytest.fixture
def house(passing_house: House) -> House:
    """Nothing here needs a second connection."""
    return passing_house


@dataclass
class Desk:
    """The house's fridge, whose tickets are known by their problems."""

    house: House
    device: int
    ids: dict[str, int] = field(default_factory=dict)
    minute: int = 0
    signals: int = 0

    def find(self, problem: str, severity: Severity) -> None:
        self.minute += 1
        self.signals += 1
        opened, _ = self.house.follow(
            self.house.find(
                self.device, problem, self.minute, severity=severity, signal=f"s{self.signals}"
            )
        )
        for each in opened:
            self.ids[each.problem] = each.id

    def get(self, problem: str) -> Ticket:
        return ticket.get(self.house.connection, self.ids[problem])

    def merge(self, one: str, other: str) -> None:
        self.minute += 1
        gone, kept = self.get(one), self.get(other)
        asked = Asked(gone.id, gone.version, kept.id, kept.version, "mei")
        merging.merge(self.house.connection, asked, START + self.minute * MINUTE)

    def undo(self, one: str) -> None:
        self.minute += 1
        gone, at = self.get(one), START + self.minute * MINUTE
        merging.undo(self.house.connection, self.house.catalogue, gone.id, gone.version, "mei", at)

    def call(self, problem: str, serial: str) -> None:
        self.minute += 1
        told = Report("hotline", "Again.", "mei", Told(serial=serial, problem=problem))
        at = START + self.minute * MINUTE
        intake.report(self.house.connection, self.house.catalogue, told, at)

    def stands(self, problem: str) -> tuple[object, ...]:
        """All that a merge raises."""
        found = stakes.of(self.house.connection, self.ids[problem])
        return found.severity, found.safety, found.at_stake, self.get(problem).findings

    def promises(self, problem: str) -> list[tuple[object, ...]]:
        """How severe a case they take it for, and their targets."""
        number = self.ids[problem]
        clocks = clock.of(self.house.connection, [number])[number]
        return [(each.kind, each.severity, each.target) for each in clocks]


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house, house.fridge)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Severity.HIGH, Severity.LOW),
        (Severity.LOW, Severity.HIGH),
        (Severity.CRITICAL, Severity.MEDIUM),
        (Severity.LOW, Severity.LOW),
    ],
)
def test_both_are_as_severe_and_promised_as_before(
    desk: Desk, one: Severity, other: Severity
) -> None:
    desk.find("weak_airflow", one)
    desk.find("poor_cooling", other)
    before = desk.stands("weak_airflow"), desk.stands("poor_cooling")
    promised = desk.promises("poor_cooling")
    desk.merge("weak_airflow", "poor_cooling")
    worst = max(one, other, key=lambda each: each.rank)
    assert desk.get("poor_cooling").severity == worst
    assert {each[1] for each in desk.promises("poor_cooling")} == {worst}
    desk.undo("weak_airflow")
    assert (desk.stands("weak_airflow"), desk.stands("poor_cooling")) == before
    assert desk.promises("poor_cooling") == promised


def test_a_danger_that_was_merged_goes_with_its_ticket(house: House) -> None:
    desk = Desk(house, house.purifier)
    desk.find("pump", Severity.LOW)
    desk.find(LEAK, Severity.LOW)
    before = desk.stands("pump")
    priority = desk.get("pump").priority
    desk.merge(LEAK, "pump")
    assert desk.stands("pump")[:2] == ("critical", True)
    assert desk.get("pump").priority > 1000
    desk.undo(LEAK)
    assert desk.stands("pump") == before
    assert desk.stands(LEAK)[:2] == ("critical", True)
    assert desk.get("pump").priority < 1000
    assert abs(desk.get("pump").priority - priority) < 1


def test_a_danger_that_was_found_since_stays(house: House) -> None:
    desk = Desk(house, house.purifier)
    desk.find("pump", Severity.LOW)
    desk.find(LEAK, Severity.LOW)
    desk.merge("pump", LEAK)
    desk.undo("pump")
    assert desk.stands(LEAK)[:2] == ("critical", True)
    desk.merge(LEAK, "pump")
    desk.find(LEAK, Severity.LOW)
    desk.undo(LEAK)
    assert (desk.stands("pump")[:2], desk.stands(LEAK)[3]) == (("low", False), 2)


def test_what_a_customer_named_since_counts_for_the_ticket_of_that_problem(desk: Desk) -> None:
    desk.find("weak_airflow", Severity.LOW)
    desk.find("poor_cooling", Severity.LOW)
    usual = desk.house.catalogue["refrigerator"].problems
    desk.merge("weak_airflow", "poor_cooling")
    desk.call("poor_cooling", "RF-1")
    desk.undo("weak_airflow")
    assert desk.stands("weak_airflow")[0] == "low"
    assert desk.stands("poor_cooling")[0] == usual["poor_cooling"].severity != "low"
    desk.merge("poor_cooling", "weak_airflow")
    desk.call("weak_airflow", "RF-1")
    desk.undo("poor_cooling")
    assert desk.stands("weak_airflow")[0] == usual["weak_airflow"].severity != "low"


def test_what_was_split_off_since_does_not_come_back_with_the_undoing(desk: Desk) -> None:
    desk.find("weak_airflow", Severity.LOW)
    desk.find("poor_cooling", Severity.LOW)
    desk.find("poor_cooling", Severity.HIGH)
    desk.merge("weak_airflow", "poor_cooling")
    kept = desk.get("poor_cooling")
    worst = next(
        each.alert_change_id
        for each in ticket.proofs(desk.house.connection, kept.id)
        if each.severity == "high"
    )
    asked = Split("ice_build_up", kept.version, "mei", evidence=[worst])
    splitting.split(
        desk.house.connection, desk.house.catalogue, kept.id, asked, START + 20 * MINUTE
    )
    assert {each[1] for each in desk.promises("poor_cooling")} == {"low"}
    desk.undo("weak_airflow")
    assert desk.stands("poor_cooling")[0] == "low"


def test_a_merge_of_before_this_was_kept_is_taken_back_as_it_was_then(desk: Desk) -> None:
    desk.find("weak_airflow", Severity.HIGH)
    desk.find("poor_cooling", Severity.LOW)
    desk.merge("weak_airflow", "poor_cooling")
    desk.house.connection.execute("UPDATE hearthwatch.ticket_merges SET moved = moved - 'before'")
    desk.undo("weak_airflow")
    assert desk.stands("weak_airflow")[0] == "high"
    assert desk.stands("poor_cooling")[0] == "high"


FINDINGS = st.lists(
    st.tuples(st.sampled_from(PROBLEMS), st.sampled_from(list(Severity))), max_size=4
)


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Findings before, between and after merges; which into which; the order of taking back."""
    order = draw(st.permutations(PROBLEMS))
    number = draw(st.integers(1, 3))
    chained = draw(st.booleans())
    merges = [
        (order[each], order[each + 1] if chained else order[number]) for each in range(number)
    ]
    found = draw(st.lists(FINDINGS, min_size=number + 1, max_size=number + 1))
    backwards = list(reversed(range(number)))
    undone = backwards if chained else draw(st.permutations(backwards))
    return found, merges, undone


def test_whatever_was_found_and_merged_meanwhile_nothing_is_left_of_it(house: House) -> None:
    @settings(max_examples=15, deadline=None)
    @given(script=scripts())
    def holds(script: Script) -> None:
        with house.connection.transaction(force_rollback=True):
            _play(Desk(house, house.fridge), *script)

    holds()


def _play(desk: Desk, found: list[list[Finding]], merges: list[Pair], undone: list[int]) -> None:
    seen = {each: [Severity.LOW] for each in PROBLEMS}
    for problem in PROBLEMS:
        desk.find(problem, Severity.LOW)
    for number, findings in enumerate(found):
        for problem, severity in findings:
            desk.find(problem, severity)
            seen[problem].append(severity)
        if number < len(merges):
            desk.merge(*merges[number])
    standing = list(merges)
    for number in undone:
        desk.undo(merges[number][0])
        standing.remove(merges[number])
        for problem in PROBLEMS:
            if problem not in dict(standing):
                kin = _with_merged(problem, standing)
                severities = [severity for each in kin for severity in seen[each]]
                worst = max(severities, key=lambda each: each.rank)
                assert desk.stands(problem)[::3] == (worst, len(severities)), problem


def _with_merged(problem: str, standing: list[Pair]) -> list[str]:
    """A problem, and those that were merged into it."""
    merged = [one for one, other in standing if other == problem]
    return [problem, *(each for one in merged for each in _with_merged(one, standing))]
