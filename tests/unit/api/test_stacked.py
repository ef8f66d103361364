"""A table that reads on a phone: what each cell says of its column."""

from __future__ import annotations

from api.console.stacked import stacked

HEAD = "<thead><tr><th>Part</th><th class='right'>W15<div>04-10</div></th><th></th></tr></thead>"


def test_each_cell_carries_the_heading_of_its_column() -> None:
    told = stacked(f"<table>{HEAD}<tbody><tr><td>A</td><td>2</td><td>x</td></tr></tbody></table>")
    assert '<td data-label="Part">A</td>' in told
    assert '<td data-label="W15 04-10">2</td>' in told
    assert "<td>x</td>" in told


def test_a_cell_over_two_columns_moves_the_next_ones_on() -> None:
    rows = '<tr><td colspan="2">none</td><td>x</td></tr><tr><td>B</td></tr>'
    told = stacked(f"<table>{HEAD}<tbody>{rows}</tbody></table>")
    assert '<td colspan="2" data-label="Part">none</td><td>x</td>' in told
    assert '<td data-label="Part">B</td>' in told


def test_nothing_else_of_the_table_is_changed() -> None:
    body = (
        '<table class="list"><tbody><tr><td><a href="/x?a=1&amp;b=2">A &lt;b&gt; &#39;c&#39;</a>'
        '<br><input name="q" value="&quot;"></td></tr></tbody></table>'
    )
    assert stacked(body) == body


def test_a_heading_stays_escaped() -> None:
    head = '<thead><tr><th>&lt;b&gt; "x" &amp; y</th></tr></thead>'
    told = stacked(f"<table>{head}<tbody><tr><td>1</td></tr></tbody></table>")
    assert '<td data-label="&lt;b&gt; &quot;x&quot; &amp; y">1</td>' in told
