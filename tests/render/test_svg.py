"""Plots: proportions, text for those who do not see them, nothing that can be injected."""

import math

from lxml import etree

from seamark.render.svg import Part, bar, stacked_bar

NAMESPACE = "{http://www.w3.org/2000/svg}"


def widths(svg: str) -> list[float]:
    return [float(each.get("width", "")) for each in etree.fromstring(svg).iter("rect")]


def test_parts_fill_the_bar() -> None:
    svg = stacked_bar([Part("a", 1, "x"), Part("b", 3, "y"), Part("c", 0, "z")], title="T")
    assert widths(svg) == [250, 750]
    assert etree.fromstring(svg).get("aria-label") == "T: a 1, b 3"


def test_one_of_many_can_be_seen() -> None:
    found = widths(stacked_bar([Part("bad", 1, "x"), Part("good", 5000, "y")], title="T"))
    assert found[0] > 9
    assert math.isclose(sum(found), 1000, abs_tol=0.1)


def test_nothing_to_show() -> None:
    svg = stacked_bar([], title="T")
    assert widths(svg) == []
    assert "T: nothing" in svg


def test_bar_stays_within_its_track() -> None:
    assert widths(bar(3, 4, color="x", title="t")) == [1000, 750]
    assert widths(bar(9, 4, color="x", title="t")) == [1000, 1000]
    assert widths(bar(-1, 4, color="x", title="t")) == [1000, 0]
    assert widths(bar(1, 0, color="x", title="t")) == [1000, 0]


def test_labels_are_escaped() -> None:
    svg = stacked_bar([Part('"><script>\x1b', 1, 'c" onload="x')], title="<&>")
    root = etree.fromstring(svg)
    assert root.get("aria-label") == '<&>: "><script>\\x1b 1'
    [rectangle] = root.iter("rect")
    assert rectangle.get("onload") is None
