from __future__ import annotations

import pytest

from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import OFFLINE
from tickets.visits import checklist


def test_every_problem_of_every_type_has_a_list_that_begins_and_ends_safely(
    catalogue: Catalogue,
) -> None:
    for description in catalogue.values():
        codes = list(description.fault_codes)
        for problem in [*description.problems, OFFLINE]:
            steps = checklist.of(description, problem, codes)
            names = [step.name for step in steps]
            assert names[:2] == ["isolate", "customer"]
            assert names[-2:] == ["test", "tidy"]
            assert len(set(names)) == len(names)
            assert len({step.text.en for step in steps}) == len(steps)


@pytest.mark.parametrize("problem", ["customer_report", "gone_from_the_catalogue"])
def test_a_problem_that_the_catalogue_does_not_know_still_has_the_usual_steps(
    catalogue: Catalogue, problem: str
) -> None:
    known = checklist.of(catalogue["refrigerator"], problem, ["E99"])
    assert known == checklist.of(None, problem, [])
    assert len(known) == 4
