"""What is disguised is seen, and every span leads back into the text."""

import base64
import itertools
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recognizers.normalize.disguises import CHAINED, DISGUISES, UNREAD, UNREAD_CHAINED

from seamark.recognizers.normalize import SEPARATOR, View, views

# As keys, names and words are: no blanks at the ends, no run of signs.
plain = st.text(string.ascii_letters + string.digits + "-_.:@", min_size=12, max_size=60).filter(
    lambda text: text[0].isalnum() and text[-1].isalnum() and any(c.islower() for c in text)
)
BEFORE, AFTER = 'key = "', '"  # kept\nnext = 1\n'


def spans(
    disguised: str, text: str, before: str = BEFORE, after: str = AFTER
) -> set[tuple[int, int]]:
    """The original spans of each place in each view where the text stands."""
    found = set()
    for view in views(before + disguised + after):
        at = view.text.find(text)
        if at >= 0:
            start, end = view.original(at, at + len(text))
            found.add((start - len(before), end - len(before)))
    return found


@pytest.mark.parametrize("name", DISGUISES)
@settings(max_examples=12, deadline=None)
@given(text=plain)
def test_each_disguise_is_taken_off_and_leads_back(name: str, text: str) -> None:
    disguised = DISGUISES[name](text)
    assert (0, len(disguised)) in spans(disguised, text), disguised


PAIRS = [(inner, outer) for inner in DISGUISES for outer in DISGUISES]


@pytest.mark.parametrize(("inner", "outer"), [pair for pair in PAIRS if pair not in UNREAD])
def test_any_two_disguises_are_taken_off(outer: str, inner: str) -> None:
    text = "sea.mark-Example_0123:harmless@pot"
    disguised = DISGUISES[outer](DISGUISES[inner](text))
    assert (0, len(disguised)) in spans(disguised, text), disguised


@settings(max_examples=60, deadline=None)
@given(
    text=plain,
    names=st.lists(st.sampled_from(CHAINED), min_size=2, max_size=3).filter(
        lambda names: not UNREAD_CHAINED & set(itertools.combinations(names, 2))
    ),
    before=st.sampled_from(["", "x\n", BEFORE, "été ", "{'a': '", "password: "]),
)
def test_chains_of_disguises_are_taken_off(text: str, names: list[str], before: str) -> None:
    disguised = text
    for name in names:
        disguised = DISGUISES[name](disguised)
    assert (0, len(disguised)) in spans(disguised, text, before, "\n"), (names, disguised)


@settings(max_examples=80, deadline=None)
@given(
    text=st.text(max_size=300)
    | st.text("\\u0x41%&#;=\u200b \n\U000e0041aА1Z", max_size=200)  # noqa: RUF001
    | st.binary(max_size=300).map(lambda data: base64.b64encode(data).decode())
    | st.text(st.characters(categories=["Cs", "Co", "Cn", "Cf", "Mn"]), max_size=60),
    data=st.data(),
)
def test_any_text_has_views_whose_spans_lie_within_it(text: str, data: st.DataObject) -> None:
    for view in views(text):
        start = data.draw(st.integers(0, len(view.text)))
        end = data.draw(st.integers(start, len(view.text)))
        low, high = view.original(start, end)
        assert 0 <= low <= high <= len(text)
        if view.steps:
            assert view.text


def test_the_first_view_is_the_text_and_costs_nothing() -> None:
    text = "a\ud800b" * 1000
    first = next(views(text))
    assert first == View(text)
    assert first.text is text
    assert first.original(3, 7) == (3, 7)


def test_what_stands_beside_a_disguise_is_kept_and_mapped_exactly() -> None:
    text = "first\npassword: aHVudGVyMi1oYXJtbGVzcw== # of the pot\nlast\n"
    view = next(view for view in views(text) if view.steps == ("base64",))
    assert view.text == "password: hunter2-harmless # of the pot"
    start, end = view.original(0, len("password"))
    assert text[start:end] == "password"
    start, end = view.original(*_find(view, "pot"))
    assert text[start:end] == "pot"


def test_passages_far_apart_are_separated() -> None:
    text = r"one \x61\x62 two" + "\n" + "quiet\n" * 100 + r"\x63\x64 end"
    view = next(view for view in views(text) if view.steps == ("escape",))
    first, last = view.text.split(SEPARATOR)
    assert first == "one ab two"
    assert last.endswith("cd end")
    assert view.original(*_find(view, "cd")) == (len(text) - 12, len(text) - 4)


def test_a_long_line_keeps_only_what_is_near() -> None:
    text = "a b " * 2500 + "%41%42" + " b a" * 2500
    view = next(view for view in views(text) if view.steps == ("percent",))
    assert len(view.text) < 1000
    assert view.original(*_find(view, "AB")) == (10_000, 10_006)


@pytest.mark.parametrize(
    "text",
    [
        "def area(width, height):\n    return width * height\n" * 200,
        "sha256:"
        + "0f" * 32
        + " "
        + "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",
        "Широкая электрификация южных губерний даст мощный толчок подъёму хозяйства. " * 90,
        "from seamark.recognizers.normalize.decoders.interface import Decoder as TheVeryLongName\n"
        * 90,
    ],
    ids=["code", "digests", "russian", "names"],
)
def test_what_is_not_disguised_has_no_other_reading(text: str) -> None:
    text = text.ljust(5000)
    assert [view.steps for view in views(text)] == [()]


@pytest.mark.parametrize("offsets", [(-1, 0), (2, 1), (0, 99)])
@pytest.mark.parametrize("which", [0, 1])
def test_a_span_outside_a_view_is_refused(offsets: tuple[int, int], which: int) -> None:
    view = list(views("a%41%42b"))[which]
    with pytest.raises(IndexError):
        view.original(*offsets)


def _find(view: View, word: str) -> tuple[int, int]:
    at = view.text.index(word)
    return at, at + len(word)
