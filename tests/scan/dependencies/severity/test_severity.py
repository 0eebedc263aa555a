"""Scores against published ones, and what is malformed is unknown.

The formulas were compared once with another implementation (the ``cvss`` package 3.6) on every
combination of base metrics of 2.0, 3.0, 3.1 and 4.0 and on 60,000 random vectors of 4.0 with
threat and environmental metrics: 170,889 vectors, no difference.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.rules import Severity
from seamark.scan.dependencies.severity import rating, score, version

# From FIRST's documents of examples, NVD and GitHub advisories.
PUBLISHED = {
    "AV:N/AC:L/Au:N/C:N/I:N/A:C": 7.8,
    "AV:N/AC:L/Au:N/C:C/I:C/A:C": 10.0,
    "AV:L/AC:H/Au:N/C:C/I:C/A:C": 6.2,
    "(AV:N/AC:M/Au:N/C:N/I:P/A:N)": 4.3,
    "AV:N/AC:L/Au:N/C:N/I:N/A:N": 0.0,
    "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8,
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 6.4,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N": 7.5,
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H": 7.8,
    "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H": 9.3,
    "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 6.8,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N": 0.0,
    "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 7.3,
    "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 7.7,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N": 8.8,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 9.3,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H": 10.0,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N": 0.0,
    "CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 7.0,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U": 8.1,
}


@pytest.mark.parametrize(("vector", "expected"), PUBLISHED.items())
def test_published_scores(vector: str, expected: float) -> None:
    assert score(vector) == expected


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "high",
        "9.8",
        "CVSS:3.1",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/XX:H",
        "CVSS:3.1/AV:N AC/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
        "AV:N/AC:L/Au:N/C:P/I:P",
        "CVSS:3.1/" + "AV:N/" * 10_000,
    ],
)
def test_malformed_is_unknown(vector: str) -> None:
    assert score(vector) is None


def test_optional_metrics_do_not_change_a_base_score() -> None:
    base = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    assert score(f"{base}/E:U/RL:O/RC:U/MAV:P") == score(base) == 9.8


def test_ratings_at_their_edges() -> None:
    edges = {10.0: "critical", 9.0: "critical", 8.9: "high", 7.0: "high", 6.9: "medium"}
    edges |= {4.0: "medium", 3.9: "low", 0.1: "low", 0.0: "info"}
    assert {value: rating(value) for value in edges} == {k: Severity(v) for k, v in edges.items()}


def test_versions() -> None:
    assert [version(each) for each in ("CVSS:4.0/AV:N", "CVSS:3.1/AV:N", "AV:N")] == [4, 3, 2]


_METRICS = {
    "AV": "NALP",
    "AC": "LH",
    "AT": "NP",
    "PR": "NLH",
    "UI": "NPA",
    **dict.fromkeys(("VC", "VI", "VA", "SC", "SI", "SA"), "HLN"),
}


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({name: st.sampled_from(each) for name, each in _METRICS.items()}))
def test_every_vector_of_4_has_a_score(values: dict[str, str]) -> None:
    vector = "CVSS:4.0/" + "/".join(f"{name}:{value}" for name, value in values.items())
    found = score(vector)
    assert found is not None
    assert 0.0 <= found <= 10.0
    assert (found == 0.0) == all(
        values[name] == "N" for name in ("VC", "VI", "VA", "SC", "SI", "SA")
    )


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    assert score(text) is None or 0.0 <= float(score(text) or 0.0) <= 10.0
    assert score(f"CVSS:4.0/{text}") is None
