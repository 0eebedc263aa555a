"""``seamark convert`` through the real command."""

import json
import os
from pathlib import Path

import pytest
from cli.conftest import HOSTILE, REVIEW, UNCLEAR, Runner

DATA = Path(__file__).parents[1] / "data"
STATE = (DATA / "torch" / "state.pt").read_bytes()
LIBRARIES = os.environ.get("SEAMARK_CONVERT_PYTHON", "") or str(
    Path(__file__).parents[2] / ".venvs" / "convert" / "bin" / "python"
)
needs_libraries = pytest.mark.skipif(
    not os.path.exists(LIBRARIES),
    reason="an environment .venvs/convert with 'pip install seamark[convert] torch'",
)


def test_a_checkpoint_becomes_safetensors_and_the_record_is_as_published(seamark: Runner) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="pip install jsonschema")
    seamark.write("m.pt", STATE)
    ran = seamark("convert", "m.pt", "--format", "json")
    assert ran.code == 0, ran.err
    record = ran.json
    jsonschema.validate(record, seamark("schema", "conversion").json)
    assert record["parts"][0]["equality"]["exact"] is True
    assert record["results"][0]["verdict"] == "clean"
    assert (seamark.folder / "m.pt").read_bytes() == STATE
    assert sorted(os.listdir(seamark.folder)) == ["m.pt", "m.safetensors"]
    again = seamark("convert", "m.pt", "-o", "n.safetensors", "-f", "json").json
    assert again["results"][0]["digest"] == record["results"][0]["digest"]


@pytest.mark.parametrize(("content", "code"), [(HOSTILE, 1), (REVIEW, 1), (UNCLEAR, 3)])
def test_only_what_is_clean_is_converted(seamark: Runner, content: bytes, code: int) -> None:
    seamark.write("m.pkl", content)
    ran = seamark("convert", "m.pkl", "--format", "json")
    assert ran.code == code
    record = ran.json
    assert record["exit_code"] == code
    assert record["findings"]
    assert not record["results"]
    assert os.listdir(seamark.folder) == ["m.pkl"]


def test_nothing_is_overwritten_unasked(seamark: Runner) -> None:
    seamark.write("m.pt", STATE)
    seamark.write("m.safetensors", b"mine")
    ran = seamark("convert", "m.pt")
    assert (ran.code, ran.out) == (2, "")
    assert "--force" in ran.err
    assert (seamark.folder / "m.safetensors").read_bytes() == b"mine"
    assert seamark("convert", "m.pt", "--force").code == 0
    assert seamark("convert", "m.pt", "-o", "m.pt", "--force").code == 2
    assert (seamark.folder / "m.pt").read_bytes() == STATE


@pytest.mark.parametrize(
    "words",
    [("absent.pt",), ("m.pt", "--to", "onnx"), ("m.pt", "-o", "absent/x.safetensors"),
     ("m.pt", "--allow", "nonsense"), ("m.pt", "--python", "absent-python"), (".",),
     ("m.pt", "--samples", "0"), ("m.pt", "--report", "absent/r.json")],
)  # fmt: skip
def test_wrong_usage_runs_nothing(seamark: Runner, words: tuple[str, ...]) -> None:
    seamark.write("m.pt", STATE)
    ran = seamark("convert", *words)
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert "Traceback" not in ran.err
    assert os.listdir(seamark.folder) == ["m.pt"]


def test_a_missing_library_is_named(seamark: Runner) -> None:
    pickled = DATA / "benign" / "sk13-sklearn-LogisticRegression-p3.pkl"
    seamark.write("m.pkl", pickled.read_bytes())
    ran = seamark("convert", "m.pkl")
    if ran.code == 0:
        pytest.skip("this interpreter has scikit-learn and skops")
    assert ran.code == 2
    assert "seamark[convert]" in ran.err or "scikit-learn 1.3" in ran.err


def test_entries_that_would_be_lost(seamark: Runner) -> None:
    source = DATA / "benign" / "torch-torch-checkpoint-AdamW.ckpt"
    seamark.write("m.ckpt", source.read_bytes())
    ran = seamark("convert", "m.ckpt")
    assert ran.code == 1
    assert "--drop-other" in ran.out
    assert os.listdir(seamark.folder) == ["m.ckpt"]
    ran = seamark("convert", "m.ckpt", "--drop-other")
    assert ran.code == 0
    assert "left out: optimizer" in ran.out


def _shards(seamark: Runner) -> dict[str, str]:
    """A folder of two shards with their index; which tensor is in which."""
    weights = {}
    for number, name in enumerate(("state-conv.pth", "module-transformer.pt"), 1):
        content = (DATA / "benign" / f"torch-torch-{name}").read_bytes()
        seamark.write("one/a.pt", content)
        assert seamark("convert", "one/a.pt", "--force").code == 0
        data = (seamark.folder / "one/a.safetensors").read_bytes()
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        shard = f"pytorch_model-0000{number}-of-00002.bin"
        seamark.write(f"all/{shard}", content)
        weights |= {name: shard for name in header if name != "__metadata__"}
    index = {"metadata": {"total_size": 1}, "weight_map": weights}
    seamark.write("all/pytorch_model.bin.index.json", json.dumps(index))
    return weights


def test_shards_get_an_index_of_their_own(seamark: Runner) -> None:
    weights = _shards(seamark)
    (seamark.folder / "to").mkdir()
    ran = seamark("convert", "all", "-o", "to", "-f", "json")
    assert ran.code == 0, ran.out
    assert len(ran.json["results"]) == 3
    made = json.loads((seamark.folder / "to" / "model.safetensors.index.json").read_text())
    assert set(made["weight_map"]) == set(weights)
    assert set(made["weight_map"].values()) == set(os.listdir(seamark.folder / "to")) - {
        "model.safetensors.index.json"
    }
    sizes = [part["written"]["bytes"] for part in ran.json["parts"]]
    assert made["metadata"]["total_size"] == sum(sizes)


def test_an_index_that_names_other_tensors_leaves_nothing_behind(seamark: Runner) -> None:
    weights = _shards(seamark)
    weights["absent.weight"] = "pytorch_model-00001-of-00002.bin"
    index = seamark.folder / "all" / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": weights}))
    (seamark.folder / "to").mkdir()
    assert seamark("convert", "all", "-o", "to").code in (1, 3)
    assert not os.listdir(seamark.folder / "to")


def test_values_of_the_options_are_those_of_the_library() -> None:
    from seamark.cli.convert import Reader, To
    from seamark.harden.conversion import Engine, Target

    assert {each.value for each in To} == {each.value for each in Target}
    assert {each.value for each in Reader} == {each.value for each in Engine}


@needs_libraries
@pytest.mark.parametrize("to", ["weights", "safetensors"])
def test_keras_with_its_library(seamark: Runner, to: str) -> None:
    seamark.write("m.keras", (DATA / "benign" / "sk15-keras-dense.keras").read_bytes())
    ran = seamark("convert", "m.keras", "--to", to, "--python", LIBRARIES, "-f", "json")
    assert ran.code == 0, ran.out + ran.err
    assert ran.json["parts"][0]["equality"]["samples"] > 0
    assert len(ran.json["results"]) == 2


@needs_libraries
def test_another_release_of_scikit_learn_is_not_taken(seamark: Runner) -> None:
    pickled = DATA / "benign" / "sk13-sklearn-LogisticRegression-p3.pkl"
    seamark.write("m.pkl", pickled.read_bytes())
    ran = seamark("convert", "m.pkl", "--to", "onnx", "--python", LIBRARIES)
    assert ran.code == 2
    assert "scikit-learn 1.3" in ran.err
