"""Where markers hold: as packaging evaluates them, and in bounded time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.markers import Marker

from seamark.scan.dependencies.judges import markers as subject
from seamark.scan.dependencies.judges.markers import EVERYWHERE, LONGEST, Markers

_ATOMS = st.sampled_from(
    [
        "python_version < '3.9'",
        "python_full_version >= '3.11.0'",
        "sys_platform == 'win32'",
        "os_name == 'posix'",
        "platform_system == 'Darwin'",
        "platform_machine == 'arm64'",
        "implementation_name == 'pypy'",
        "implementation_version < '3.8'",
        "platform_python_implementation == 'CPython'",
        "platform_release == ''",
        "extra == 'x'",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["and", "or"]), _ATOMS), max_size=3), _ATOMS)
def test_only_what_a_marker_mentions_is_varied(rest: list[tuple[str, str]], first: str) -> None:
    text = " ".join([first, *(f"{word} {atom}" for word, atom in rest)])
    expected = frozenset(
        number
        for number, choice in enumerate(subject._CHOICES)
        if Marker(text).evaluate(subject._environment(choice))
    )
    assert Markers().where(text) == expected


@pytest.mark.parametrize(
    "marker", ["nonsense", "a == b", "(" * 3000, "python_version < '3' or " * 100 + "os_name == ''"]
)
def test_what_cannot_be_told(marker: str) -> None:
    assert Markers().where(marker) is None


def test_no_marker_holds_everywhere() -> None:
    assert Markers().where("") == EVERYWHERE


def test_different_markers_are_evaluated_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def count(marker: str) -> frozenset[int]:
        asked.append(marker)
        return frozenset()

    monkeypatch.setattr(subject, "_holds_in", count)
    markers = Markers()
    texts = [f"python_version < '3.{number}'" for number in range(5000)]
    answers = [markers.where(text) for text in texts + texts]
    assert 100 < len(asked) < 1500
    assert answers[len(asked)] is None
    assert max(map(len, asked)) <= LONGEST
