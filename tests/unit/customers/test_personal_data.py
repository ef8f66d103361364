"""The register of personal data and the words of the pages that it fills."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from customers.privacy import export_bundle
from customers.privacy.personal_data import Held, register
from customers.privacy.subject_export import Export

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WORDS = export_bundle.words()


@pytest.mark.parametrize("held", register(), ids=lambda held: held.table)
def test_a_table_has_a_purpose_and_a_basis_in_both_languages(held: Held) -> None:
    assert set(held.title) == {"en", "zh"}
    assert set(WORDS["purposes"][held.purpose]) == {"en", "zh"}
    assert set(WORDS["bases"][held.basis]) == {"en", "zh"}
    assert held.condition.as_string()


@pytest.mark.parametrize(
    "part",
    ["page", "purposes", "bases", "actions", "actors", "values", "patterns", "notes", "columns"],
)
def test_every_word_is_there_in_both_languages(part: str) -> None:
    assert {name for name, told in WORDS[part].items() if not (told["en"] and told["zh"])} == set()


def test_what_people_wrote_is_escaped_and_empty_kinds_are_only_named() -> None:
    held = Export(
        5,
        NOW,
        {
            "contacts": [{"id": 7, "name": "<b>Lin</b>", "is_primary": True}],
            "interactions": [{"at": "2026-06-15T11:30:00+00:00", "text": "it leaks\nbadly"}],
            "telemetry": [{"serial": "RF-1", "metrics": {"power_w": {"mean": 84.25, "least": 1}}}],
            "ratings": [],
        },
        {"visit_photos-3.jpg": b"jpeg"},
    )
    page = export_bundle.page(held, "en")
    assert "&lt;b&gt;Lin&lt;/b&gt;" in page
    assert "2026-06-15 11:30" in page
    assert "power w: mean 84.25, least 1" in page
    assert "We hold nothing of these kinds: Ratings" in page
    files = export_bundle.files(held)
    assert files["files/visit_photos-3.jpg"] == b"jpeg"
    assert "评价" in files["export.zh.html"].decode()


def test_only_our_own_notes_are_put_into_words() -> None:
    notes = ["merged into ticket 12", "mind the low_gate, high step", "low"]
    held = Export(5, NOW, {"ticket_changes": [{"note": each} for each in notes]}, {})
    page = export_bundle.page(held, "zh")
    assert "<td>并入工单 12</td>" in page
    assert "<td>mind the low_gate, high step</td>" in page
    assert "<td>low</td>" in page


def test_what_looks_like_an_instant_and_is_none_stays_as_it_is() -> None:
    held = Export(5, NOW, {"consents": [{"source": "2026-99-15T12:00:00+00:00"}]}, {})
    assert "<td>2026-99-15T12:00:00+00:00</td>" in export_bundle.page(held, "en")
