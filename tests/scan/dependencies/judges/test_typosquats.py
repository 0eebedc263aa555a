"""Imitated names: recall on a list of them, precision on names that are nobody's imitation."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.rules import Confidence
from seamark.scan.dependencies.judges.likeness import Imitations, _neighbors, slip
from seamark.scan.dependencies.judges.popular import IMPORT_NAMES, popular_names
from seamark.scan.dependencies.names import NPM, PYPI, pypi_name

SQUATS = Path(__file__).parents[3] / "data" / "dependencies" / "names" / "squats.txt"


def _popular(ecosystem: str):
    found = popular_names(ecosystem)
    assert found is not None
    return found


def _squats() -> list[tuple[str, str, str]]:
    lines = [line for line in SQUATS.read_text().splitlines() if not line.startswith("#")]
    return [(ecosystem, name, like) for ecosystem, name, like in map(str.split, lines)]


def test_recall() -> None:
    finders = {each: Imitations(_popular(each).ranks, each) for each in (PYPI, NPM)}
    squats = _squats()
    found = [name for ecosystem, name, _ in squats if finders[ecosystem].of(name)]
    assert len(squats) >= 110
    assert len(found) / len(squats) >= 0.9


def test_no_imitation_is_shipped_as_known() -> None:
    assert [name for each, name, _ in _squats() if name in _popular(each).known] == []


@pytest.mark.parametrize("ecosystem", [PYPI, NPM])
def test_precision_on_names_outside_of_the_popular_list(ecosystem: str) -> None:
    popular = _popular(ecosystem)
    finder = Imitations(popular.ranks, ecosystem)
    others = sorted(popular.known - popular.ranks.keys())
    wrong = [name for name in others if finder.of(name)]
    assert len(others) > 250
    assert len(wrong) / len(others) <= 0.005, wrong


@pytest.mark.parametrize("ecosystem", [PYPI, NPM])
def test_lists_are_normalized_and_hold_nothing_twice(ecosystem: str) -> None:
    popular = _popular(ecosystem)
    assert len(popular.ranks) == max(popular.ranks.values()) + 1
    if ecosystem == PYPI:
        assert [name for name in popular.known if pypi_name(name) != name] == []


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("reqeusts", "with two letters in the other order"),
        ("requestss", "with one letter doubled"),
        ("requets", "with one letter left out"),
        ("requexts", "with one letter replaced"),
        ("requiests", "with one letter added"),
        ("requests", ""),
        ("request5", ""),
        ("requests2", ""),
        ("re", ""),
        ("sequestrs", ""),
    ],
)
def test_slips(name: str, like: str) -> None:
    assert slip(name, "requests") == like


@pytest.mark.parametrize(
    ("name", "like", "confidence"),
    [
        ("scikitlearn", "scikit-learn", Confidence.HIGH),
        ("dateutil-python", "python-dateutil", Confidence.MEDIUM),
        ("nurnpy", "numpy", Confidence.HIGH),
        ("pand4s", None, None),
        ("f1ask", "flask", Confidence.HIGH),
        ("python-requests", "requests", Confidence.LOW),
        ("boto2", None, None),
        ("urllib4", None, None),
        ("jax-metal", None, None),
    ],
)
def test_kinds(name: str, like: str | None, confidence: Confidence | None) -> None:
    found = Imitations(_popular(PYPI).ranks, PYPI).of(name)
    assert (found.like if found else None) == like
    assert (found.confidence if found else None) == confidence


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_slip_of_a_first_name_is_found(data: st.DataObject) -> None:
    """No edit that ``slip`` names escapes the index of halves."""
    ranks = _popular(PYPI).ranks
    finder = Imitations(ranks, PYPI)
    first = [each for each, rank in ranks.items() if rank < 200 and len(each) >= 6]
    like = data.draw(st.sampled_from(first))
    at = data.draw(st.integers(1, len(like) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    name = data.draw(
        st.sampled_from(
            [
                like[:at] + like[at + 1 :],
                like[:at] + letter + like[at:],
                like[:at] + letter + like[at + 1 :],
                like[:at] + like[at + 1] + like[at] + like[at + 2 :],
            ]
        )
    )
    if slip(name, like) and name not in ranks:
        assert finder.of(name) is not None, (name, like)


@pytest.mark.parametrize(("left", "right"), ["qw", "aq", "aw", "bn", "pl", "sx", "p0"])
def test_keys_that_touch(left: str, right: str) -> None:
    assert _neighbors(left, right)
    assert _neighbors(right, left)


@pytest.mark.parametrize(("left", "right"), ["xn", "ae", "cp", "ib", "qz", "aa", "a_"])
def test_keys_apart(left: str, right: str) -> None:
    assert not _neighbors(left, right)
    assert not _neighbors(right, left)


@pytest.mark.parametrize("name", ["ngboost", "bpython", "cymysql"])
def test_another_first_letter_makes_a_name_of_its_own(name: str) -> None:
    assert Imitations(_popular(PYPI).ranks, PYPI).of(name) is None
    assert Imitations(_popular(PYPI).ranks, PYPI).of("bumpy") is not None


UV_LOCK = """version = 1
requires-python = ">=3.11"
[[package]]
name = "mine"
version = "1"
source = {{ virtual = "." }}
dependencies = [{{ name = "{direct}" }}]
[[package]]
name = "reader"
version = "1"
source = {{ registry = "https://pypi.org/simple" }}
dependencies = [{{ name = "{inherited}" }}]
[[package]]
name = "{inherited}"
version = "1"
source = {{ registry = "https://pypi.org/simple" }}
[[package]]
name = "{direct}"
version = "1"
source = {{ registry = "https://pypi.org/simple" }}
"""


@pytest.mark.parametrize(
    ("direct", "inherited", "found"),
    [
        ("reader", "aiohtp", []),  # written by the author of reader, who knows what it needs
        ("aiohtp", "flask", ["aiohtp"]),
        ("reader", "f1ask", ["f1ask"]),  # made to be overlooked
    ],
)
def test_what_a_lock_inherits(judged, direct: str, inherited: str, found: list[str]) -> None:
    lock = UV_LOCK.format(direct=direct, inherited=inherited)
    if direct == "reader":
        lock = lock.rsplit("[[package]]", 1)[0]
    findings = judged("typosquats", {"uv.lock": lock})
    assert [each.anchor for each in findings] == found


def test_a_project_knows_its_own_name(judged) -> None:
    text = '[project]\nname = "{}"\nversion = "1"\ndependencies = ["guardrails-aj"]\n'
    assert judged("typosquats", {"pyproject.toml": text.format("guardrails-ai")}) == []
    assert len(judged("typosquats", {"pyproject.toml": text.format("mine")})) == 1


def test_findings(judged) -> None:
    files = {
        "requirements.txt": "reqeusts==2\nrequests==2.31\nsklearn==0.0\nacme==1\nreqeusts==2\n",
        "app/requirements.txt": "-e ./reqeust\n",
        "app/reqeust/pyproject.toml": '[project]\nname = "reqeust"\nversion = "1"\n',
    }
    findings = judged("typosquats", files)
    assert [(each.rule.id, each.anchor, each.location.line) for each in findings] == [
        ("TYP001", "reqeusts", 1),
        ("TYP002", "sklearn", 3),
    ]
    assert all(each.rule.verdict == "review" for each in findings)


def test_ecosystems_without_a_list_are_left_alone(judged) -> None:
    assert popular_names("conda") is None
    assert judged("typosquats", {"environment.yml": "dependencies:\n  - reqeusts=2.31=0\n"}) == []


def test_import_names_lead_to_popular_packages() -> None:
    popular = _popular(PYPI)
    assert [each for each in IMPORT_NAMES.values() if each not in popular.known] == []


def test_a_hundred_thousand_names_do_not_slow_down_with_the_list() -> None:
    """The candidates of a name stay few: cost grows with the names, not with both lists."""
    finder = Imitations(_popular(PYPI).ranks, PYPI)
    counts = [len(list(finder._near(f"package-{number}-of-many"))) for number in range(2000)]
    assert max(counts) < 60
