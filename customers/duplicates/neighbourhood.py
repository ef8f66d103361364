"""Which households to compare, so that ten thousand of them are not compared with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from customers.duplicates import resemblance
from customers.duplicates.resemblance import LEAST, Card, Pair

WINDOW = 5
"""How many neighbours each household is compared with, in each order."""


def alike(cards: Sequence[Card], apart: Iterable[tuple[int, int]] = ()) -> list[Pair]:
    """The pairs that look like one, the likest first; not those that somebody told `apart`.

    Of many that are all alike each is paired once, with one that it looks most like: whoever
    merges down the list ends with one. The work grows with the number of cards, not its square.
    """
    by_id = {each.household_id: each for each in cards}
    told_apart = set(apart)
    compared = (
        resemblance.compare(by_id[first], by_id[second])
        for first, second in set(_neighbours(cards)) - told_apart
    )
    found = [pair for pair in compared if pair.score >= LEAST]
    found.sort(key=lambda pair: (-pair.score, pair.first_id, pair.second_id))
    return list(_joining(found))


def _neighbours(cards: Sequence[Card]) -> Iterator[tuple[int, int]]:
    """Those that share a number or an address, and those that stand close in some order."""
    yield from _sharing(cards, lambda each: each.phones)
    yield from _sharing(cards, lambda each: each.emails)
    by_region: dict[str, list[Card]] = defaultdict(list)
    for each in cards:
        by_region[each.region].append(each)
    for group in by_region.values():
        yield from _in_order(group, _by_names)
        yield from _in_order(group, _by_address)


def _sharing(
    cards: Iterable[Card], values: Callable[[Card], Iterable[str]]
) -> Iterator[tuple[int, int]]:
    """Each with the first that has the same value: a chain would break where one is told apart."""
    groups: dict[str, list[int]] = defaultdict(list)
    for each in cards:
        for value in values(each):
            groups[value].append(each.household_id)
    for group in groups.values():
        first, *others = sorted(group)
        yield from ((first, other) for other in others)


def _in_order(
    cards: Sequence[Card], keys: Callable[[Card], Iterable[tuple[str, str]]]
) -> Iterator[tuple[int, int]]:
    placed = sorted((key, each.household_id) for each in cards for key in keys(each) if key[0])
    ids = [household_id for _, household_id in placed]
    for place, household_id in enumerate(ids):
        for other in ids[place + 1 : place + 1 + WINDOW]:
            if other != household_id:
                yield min(household_id, other), max(household_id, other)


def _by_names(each: Card) -> Iterator[tuple[str, str]]:
    return ((name, each.address) for name in each.names)


def _by_address(each: Card) -> Iterator[tuple[str, str]]:
    yield each.address, " ".join(each.names)


def _joining(found: Iterable[Pair]) -> Iterator[Pair]:
    """Those pairs that join two groups which no earlier one joined."""
    leads: dict[int, int] = {}

    def lead(household_id: int) -> int:
        while leads.get(household_id, household_id) != household_id:
            leads[household_id] = leads.get(leads[household_id], leads[household_id])
            household_id = leads[household_id]
        return household_id

    for pair in found:
        first, second = lead(pair.first_id), lead(pair.second_id)
        if first != second:
            leads[second] = first
            yield pair
