"""A child of the guided fuzzing that dies is a failure, not a format without failures."""

from pathlib import Path

from proofs.fuzz.guided import fuzz


def test_a_child_that_dies_is_told(tmp_path: Path) -> None:
    # Without seeds, and without atheris before that, the child cannot begin.
    row = fuzz("gguf", (), seconds=0, out=tmp_path)
    assert row["executions"] == 0
    assert row["failures"][0]["why"].startswith("the child ended with 1: Traceback")


def test_an_earlier_result_is_not_taken_for_this_one(tmp_path: Path) -> None:
    (tmp_path / "gguf").mkdir()
    (tmp_path / "gguf" / "state.json").write_text('{"executions": 9, "failures": []}')
    assert fuzz("gguf", (), seconds=0, out=tmp_path)["failures"]
