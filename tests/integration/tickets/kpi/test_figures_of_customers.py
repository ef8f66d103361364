"""What customers think, buy and may do, worked out by hand on the hand-made week."""

from __future__ import annotations

from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.tickets.kpi.asking import WEEK, Ask, near
from tickets.kpi import figure
from tickets.kpi.definition import By
from tickets.kpi.figure import AtRisk


def test_nps_is_promoters_less_detractors_and_csat_the_satisfied(ask: Ask) -> None:
    # 10, 9, 7 and 3: two less one, of four. 5, 4 and 2: two of three.
    near(ask("nps").whole, 25, 2, 4)
    near(ask("csat").whole, 2 / 3, 2, 3)


def test_a_reorder_comes_after_the_reminder_within_thirty_days_and_is_the_right_part(
    ask: Ask,
) -> None:
    # The first; the second was bought in the hour of the letter's dispatch a day before, and again
    # on the thirty-first day; the third was never reminded of.
    near(ask("reordered").whole, 1 / 2, 1, 2)
    near(ask("reordered", by=By.WEEK).parts["2026-06-01"], 1 / 2, 1, 2)


def test_households_at_risk_are_named_with_their_reasons(
    ask: Ask, week: Connection, catalogue: Catalogue
) -> None:
    # Household 1: 7 tickets (45 points at most), 13 opened again (15), one broken promise (10), the
    # purifier is silent (20); July is not known yet. Household 2: 4 tickets (45), second visits to
    # 2 and 12, which opened again (30 at most), two broken promises (20), a poor rating (30): 100
    # at most. Household 3: its second ticket (15), a poor rating (30). Household 4: nothing.
    found = ask("households_at_risk", by=By.REGION)
    near(found.whole, 3 / 4, 3, 4)
    near(found.parts["south"], 2 / 3, 2, 3)
    assert figure.at_risk(week, catalogue, WEEK) == [
        AtRisk(2, 100, faults=4, returns=3, late=2, poor_ratings=1, silent_appliances=0),
        AtRisk(1, 90, faults=7, returns=1, late=1, poor_ratings=0, silent_appliances=1),
        AtRisk(3, 45, faults=2, returns=0, late=0, poor_ratings=1, silent_appliances=0),
    ]
