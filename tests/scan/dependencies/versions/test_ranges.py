import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.dependencies.versions.ranges import allows

DATA = Path(__file__).parents[3] / "data/dependencies/versions"


def test_equals_npms_own_ranges() -> None:
    rows = json.loads((DATA / "npm-ranges.json").read_text())
    assert {row[2] for row in rows} == {True, False, None}
    assert [row for row in rows if allows("npm", row[0], row[1]) is not row[2]] == []


@pytest.mark.parametrize(
    ("wanted", "version", "expected"),
    [
        (">=2.5,<4", "3.7", True),
        (">=2.5,<4", "4.0", False),
        ("==3.*", "3.1.2", True),
        ("~=1.4", "2.0", False),
        ("", "1", True),
        ("*", "1", True),
        ("<2 || >3", "1", None),
        ("^2.0", "2.1", None),
        (">=1", "no version", None),
        (">=1," * 1000, "2", None),
    ],
)
def test_specifiers_of_python(wanted: str, version: str, expected: bool | None) -> None:
    assert allows("PyPI", wanted, version) is expected


def test_other_ecosystems_cannot_be_told() -> None:
    assert allows("Debian:12", ">= 1", "2") is None


@given(st.text(alphabet="0123456789.^~<>=|-xX* av", max_size=25))
@settings(max_examples=200, deadline=None)
def test_any_text_is_judged(wanted: str) -> None:
    assert allows("npm", wanted, "1.2.3") in (True, False, None)
    assert allows("PyPI", wanted, "1.2.3") in (True, False, None)
