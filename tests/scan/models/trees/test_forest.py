import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.models.trees.forest import defect_of


def ints(values: list[int]) -> "array.array[int]":
    return array.array("q", values)


@pytest.mark.parametrize(
    ("left", "right", "says"),
    [
        ([], [], ""),
        ([-1], [-1], ""),
        ([1, -1, -1], [2, -1, -1], ""),
        ([3, -1, -1, 1], [2, -1, -1, -1], ""),
        ([1, -1, -1], [2, -1], "left children"),
        ([3, -1, -1], [2, -1, -1], "has the child 3"),
        ([-2, -1, -1], [2, -1, -1], "has the child -2"),
        ([0, -1, -1], [2, -1, -1], "never ends"),
        ([1, 2, 0], [-1, -1, -1], "never ends"),
        ([1, -1, -1], [1, -1, -1], "two parents"),
        ([-1, 2, 1], [-1, -1, -1], ""),  # nothing leads there from the root
    ],
)
def test_what_is_a_tree(left: list[int], right: list[int], says: str) -> None:
    defect = defect_of(ints(left), ints(right))
    assert (says in defect) if says else not defect


def _nodes(count: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    child = st.integers(-1, count - 1)
    return st.lists(st.tuples(child, child), min_size=count, max_size=count)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 8).flatmap(_nodes))
def test_without_a_defect_every_way_down_ends(nodes: list[tuple[int, int]]) -> None:
    defect = defect_of(ints([n[0] for n in nodes]), ints([n[1] for n in nodes]))
    ways, ends = [(0, 0)], True
    while ways and ends:
        node, depth = ways.pop()
        ends = depth <= len(nodes)
        ways += [(child, depth + 1) for child in nodes[node] if child >= 0]
    assert ends or "never ends" in defect
