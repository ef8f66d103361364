from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from alerts import likelihood
from alerts.evidence import Evidence
from alerts.likelihood import EDGES, PRIORS, Tally

AT = datetime(2026, 6, 1, tzinfo=UTC)


def _anomaly(excess: float | None) -> Evidence:
    return Evidence(kind="anomaly", source="test", since=AT, until=AT, excess=excess)


def test_without_verdicts_the_stated_prior_is_all_there_is() -> None:
    found = likelihood.bands([])
    assert [each.probability for each in found] == pytest.approx([each.prior for each in found])
    assert {(each.kind, each.band) for each in found} == {
        (kind, band) for kind, priors in PRIORS.items() for band in range(len(priors))
    }


def test_verdicts_outweigh_the_prior_the_more_there_are() -> None:
    told = [likelihood.bands([Tally("code", 0, n, 3 * n)]) for n in (0, 1, 10, 1000)]
    codes = [next(each for each in found if each.kind == "code") for found in told]
    probabilities = [each.probability for each in codes]
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities[-1] == pytest.approx(0.25, abs=0.01)
    assert codes[-1].verdicts == 4000


def test_a_higher_score_never_means_less_whatever_the_verdicts() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        tallies = [Tally("anomaly", band, *map(int, rng.integers(0, 40, 2))) for band in range(4)]
        found = [each.probability for each in likelihood.bands(tallies) if each.kind == "anomaly"]
        assert np.all(np.diff(found) >= -1e-12)
        assert all(0 < each < 1 for each in found)


@pytest.mark.parametrize(
    ("excess", "band"), [(None, 0), (0.7, 0), (1.0, 0), (EDGES[0], 1), (2.0, 2), (99.0, 3)]
)
def test_a_finding_belongs_to_the_band_of_its_score(excess: float | None, band: int) -> None:
    assert likelihood.band_of(_anomaly(excess)) == band


def test_a_forecast_that_is_calibrated_says_its_probability_itself() -> None:
    seen = Evidence(kind="forecast", source="test", since=AT, until=AT, probability=0.37)
    assert likelihood.probability(seen, likelihood.bands([])) == 0.37


def test_findings_of_any_kind_have_a_probability() -> None:
    known = likelihood.bands([])
    for kind in PRIORS:
        seen = Evidence(kind=kind, source="test", since=AT, until=AT)  # type: ignore[arg-type]
        assert 0 < likelihood.probability(seen, known) < 1
