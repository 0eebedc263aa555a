import gzip
import io
import tarfile
from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models.scanner import scan_bytes

HONEST = """
target: nemo.collections.asr.models.ctc_models.EncDecCTCModel
nemo_version: 1.23.0
encoder:
  _target_: nemo.collections.asr.modules.ConvASREncoder
  activation: relu
optim: {_target_: torch.optim.AdamW, lr: 0.01}
train_ds: {manifest_filepath: /data/train.json, batch: "${model.batch}"}
tokenizer: {model: "nemo:abc_tokenizer.model", vocab: null}
"""


def nemo(config: str, *, packed: bool = False, **files: bytes) -> FileReport:
    members = {"model_config.yaml": config.encode(), "abc_tokenizer.model": b"a\nb\n", **files}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    data = gzip.compress(out.getvalue()) if packed else out.getvalue()
    return scan_bytes(data, name="m.nemo")


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize("packed", [False, True])
def test_an_honest_model_is_clean_and_described(packed: bool) -> None:
    report = nemo(HONEST, packed=packed)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    said = report.metadata
    assert (said.framework, said.framework_version) == ("NeMo", "1.23.0")
    assert said.architecture == "EncDecCTCModel"


@pytest.mark.parametrize(
    "text",
    [
        "_target_: os.system\ncommand: echo seamark\n",
        "a: {'_target_': \"subprocess.run\", args: [echo]}\n",
        'b:\n  "_target_" : builtins.eval\n',
        "c:\n  _target_:\n    posix.system\n",
        'd: {"_tar\\x67et_": os.system}\n',
        "target: os.system\n",
        "x: &x {_target_: os.system}\ny: {<<: *x}\n",
        "e: {_target_: nemo.utils.app_state.os.system}\n",
        "e: {_target_: nemo.utils.Subprocess.subprocess.Popen}\n",
        "e: [[{_target_: importlib.import_module}]]\n",
    ],
)
def test_targets_that_act_on_the_system_are_hostile(text: str) -> None:
    report = nemo(text)
    assert report.verdict is Verdict.HOSTILE
    assert "NMO001" in rules(report)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: {_target_: seamark_custom.Evil}", "NMO002"),
        ("a: {_target_: nemo.collections.asr.helpers.load_it}", "NMO002"),
        ("a: {_target_: torch.hub.load}", "NMO001"),
        ("a: {_target_: '${x}.system'}\nx: os", "NMO003"),
        ("a: {model: 'nemo:../../etc/passwd'}", "NMO004"),
        ("a: {model: 'nemo:/etc/passwd'}", "NMO004"),
        ("a: {model: 'nemo:gone.model'}", "NMO005"),
        ("a: {x: 'https://seamark.invalid/${oc.env:TOKEN}'}", "NMO006"),
        ("a: !!python/object/apply:os.system [echo]", "COD014"),
        ("a: [unclosed", "FIL005"),
    ],
)
def test_configurations_that_reach_further(text: str, rule: str) -> None:
    report = nemo(text)
    assert rule in rules(report)
    assert report.verdict is not Verdict.CLEAN


def test_other_programs_have_a_model_config_too() -> None:
    report = scan_bytes(b"a: {_target_: seamark.Model}\n", name="model_config.yaml")
    assert report.verdict is Verdict.CLEAN


FILES = Path(__file__).parents[3] / "data" / "packages"


def test_a_really_saved_model_is_clean() -> None:
    report = scan_bytes((FILES / "ctc.nemo").read_bytes(), name="ctc.nemo")
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())
    assert report.metadata.architecture == "EncDecCTCModel"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("tokenizer: {library: huggingface, type: seamark/x, trust_remote_code: true}", "COD010"),
        ("tokenizer: {library: huggingface, type: /tmp/evil}", "NMO007"),
        ("a: {b: [{trust_remote_code: 'yes'}]}", "COD010"),
        ("restore_from_path: other.nemo", "NMO007"),
        ("language_model: {lm_checkpoint: /tmp/evil.ckpt}", "NMO007"),
        ("tokenizer: {model: ../../evil.model}", "NMO007"),
        ("tokenizer: {type: bpe, dir: /tmp/evil}", "NMO007"),
        ("tokenizer: {model_path: 's3://seamark/evil.model'}", "NMO007"),
        ("train_ds: &x {vocab_file: /etc/passwd}\ntokenizer: *x", "NMO007"),
    ],
)
def test_parts_from_elsewhere(text: str, rule: str) -> None:
    report = nemo(f"target: nemo.collections.asr.models.EncDecCTCModel\n{text}\n")
    assert (report.verdict, rules(report)) == (Verdict.REVIEW, {rule})


@pytest.mark.parametrize(
    "text",
    [
        "train_ds: {manifest_filepath: /data/x.json, vocab_file: /data/vocab}",
        "restore_from_path: null\nlanguage_model: {lm_checkpoint: '', trust_remote_code: false}",
        "tokenizer: {type: bpe, dir: /train/tok, model_path: 'nemo:abc_tokenizer.model'}",
        "tokenizer: {library: huggingface, type: meta-llama/Llama-2-7b, vocab_file: '???'}",
        "tokenizer: {vocab_file: /raid/train/abc_tokenizer.model}",
        "tokenizer: {type: bpe, dir: tokenizers/x, model_path: '${tokenizer.dir}/m'}",
    ],
)
def test_what_training_leaves_behind_is_clean(text: str) -> None:
    report = nemo(f"target: nemo.collections.asr.models.EncDecCTCModel\n{text}\n")
    assert report.findings == ()
