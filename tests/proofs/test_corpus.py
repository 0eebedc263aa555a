"""The corpora's short form: what must be stopped is stopped, what libraries save stays clean."""

import json
from pathlib import Path

import pytest

from proofs.hostile import corpus, dos
from proofs.hostile.case import split_of
from proofs.hostile_proof import STOPPED
from proofs.scanning import MISSING, of, scan
from proofs.statistics import share, wilson

BENIGN = Path(__file__).parents[1] / "data" / "benign"


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory):
    """Every case with its judgment, from one run of the real program."""
    out = tmp_path_factory.mktemp("hostile")
    cases = corpus.all_cases()
    for case in cases:
        corpus.write(case, out)
    judgments, _cost = scan(out, seconds=120)
    return [(case, of(case.path, judgments)) for case in cases]


def test_hostile_files_are_stopped(sampled) -> None:
    missed = [f"{case.id}: {j.verdict}" for case, j in sampled if j.verdict not in STOPPED]
    assert len(missed) <= 0.005 * len(sampled), missed


def test_every_case_has_a_verdict(sampled) -> None:
    assert [case.id for case, judgment in sampled if judgment == MISSING] == []


def test_the_corpus_is_the_frozen_one() -> None:
    assert json.loads(corpus.MANIFEST.read_text(encoding="utf-8")) == corpus.manifest()


def test_the_corpus_is_large_and_both_splits_have_every_family() -> None:
    cases = corpus.all_cases()
    assert len(cases) >= 450
    families = {case.family for case in cases}
    for split in ("dev", "held-out"):
        assert {case.family for case in cases if case.split == split} == families


def test_a_group_is_never_in_both_splits() -> None:
    for case in corpus.all_cases():
        assert case.split == split_of(case.family, case.group)


def test_bombs_are_bounded_on_disk() -> None:
    assert len({bomb.name for bomb in dos.bombs()}) >= 12


@pytest.fixture(scope="module")
def benign():
    """Judgments of the committed files that six libraries saved."""
    return scan(BENIGN, seconds=120)[0]


@pytest.mark.parametrize("name", sorted(json.loads((BENIGN / "from.json").read_text())))
def test_saved_models_have_no_finding(name: str, benign) -> None:
    judgment = benign[name]
    assert (judgment.verdict, judgment.findings) == ("clean", ())


def test_wilson_intervals() -> None:
    # Newcombe 1998, table I: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert share(0, 0)["interval"] == [0.0, 1.0]
