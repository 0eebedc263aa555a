"""Configuration of hub folders: what it says of the model, and what it makes loaders import."""

import json
from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_path
from seamark.scan.models.check import scan_paths
from seamark.scan.models.folders import models_of

DATA = Path(__file__).parents[3] / "data" / "hub"


def scan(folder: Path, name: str, content: object) -> FileReport:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return scan_path(path)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def test_a_folder_is_one_model_and_says_what_it_is() -> None:
    (model,) = models_of(scan_paths([DATA / "sharded"]))
    said = model.metadata
    assert (model.kind, said.architecture) == ("hugging-face", "GPT2LMHeadModel")
    assert (said.framework, said.framework_version) == ("Transformers", "5.23.0")
    assert (said.license, said.base_models) == ("apache-2.0", ("seamark/gpt2",))
    assert said.datasets == ("seamark/lines",)


def test_an_adapter_names_its_base(tmp_path: Path) -> None:
    report = scan_path(DATA / "adapter_config.json")
    assert (report.findings, report.metadata.architecture) == ((), "LORA")
    config = {"peft_type": "LORA", "base_model_name_or_path": "org/base"}
    report = scan(tmp_path, "adapter_config.json", config)
    assert (report.metadata.base_models, report.metadata.folder) == (("org/base",), "peft")


def test_a_saved_model_of_sentence_transformers_is_clean() -> None:
    reports = list(scan_paths([DATA / "sentences"]))
    assert {report.verdict for report in reports} == {Verdict.CLEAN}
    assert models_of(reports)[0].kind == "sentence-transformers"


def test_remote_code_is_metadata_as_well(tmp_path: Path) -> None:
    config = {"model_type": "x", "auto_map": {"AutoModel": "org/repo--modeling_x.X"}}
    assert scan(tmp_path, "config.json", config).metadata.remote_code == ("org/repo--modeling_x.X",)


def test_paths_of_the_saving_machine_are_no_names(tmp_path: Path) -> None:
    for origin in ("/home/someone/model", "./model", "~/m", "C:\\models\\x"):
        config = {"model_type": "bert", "_name_or_path": origin}
        assert scan(tmp_path, "config.json", config).metadata.name == ""


MODULE = {"idx": 0, "name": "0", "path": ""}
HOSTILE = {
    "kernel": ("config.json", {"attn_implementation": "org/kernel"}, "HUB012"),
    "nested kernel": ("config.json", {"a": {"_attn_implementation": "org/k:x"}}, "HUB012"),
    "deep auto_map": ("config.json", {"a": [{"b": {"auto_map": {"A": "m.X"}}}]}, "COD010"),
    "nested trust": ("sentence_bert_config.json", {"a": {"trust_remote_code": True}}, "COD010"),
    "library": ("adapter_config.json", {"auto_mapping": {"parent_library": "os"}}, "HUB010"),
    "megatron": ("adapter_config.json", {"peft_type": "L", "megatron_core": "x"}, "HUB010"),
    "pattern": ("adapter_config.json", {"peft_type": "L", "target_modules": "(a+)+$"}, "HUB013"),
    "component": (
        "model_index.json",
        {"_diffusers_version": "1", "_class_name": "P", "unet": ["evil", "U"]},
        "HUB010",
    ),
    "module": ("modules.json", [{**MODULE, "type": "os.system"}], "HUB011"),
    "submodule": ("modules.json", [{**MODULE, "type": "sentence_transformers.util.x"}], "HUB011"),
    "custom": ("modules.json", [{**MODULE, "type": "mine.X"}], "COD010"),
    "path": (
        "modules.json",
        [{**MODULE, "path": "../x", "type": "sentence_transformers.models.Pooling"}],
        "COD013",
    ),
    "activation": ("2_Dense/config.json", {"activation_function": "os.abort"}, "HUB011"),
    "function": ("2_Dense/config.json", {"activation_function": "torch.hub.list"}, "HUB011"),
    "route": ("config.json", {"types": {"q": "subprocess.Popen"}, "structure": {}}, "HUB011"),
}


@pytest.mark.parametrize(("name", "config", "rule"), HOSTILE.values(), ids=HOSTILE)
def test_what_makes_loaders_reach_out(tmp_path: Path, name: str, config: object, rule: str) -> None:
    assert rules(scan(tmp_path, name, config)) == {rule}


BENIGN = [
    ("config.json", {"model_type": "bert", "attn_implementation": "flash_attention_2"}),
    ("config.json", {"model_type": "gpt2", "activation_function": "gelu_new"}),
    ("config.json", {"sentence_transformers": {"activation_fn": "torch.nn.Identity"}}),
    ("2_Dense/config.json", {"activation_function": "torch.nn.modules.activation.Tanh"}),
    ("adapter_config.json", {"peft_type": "LORA", "auto_mapping": {
        "base_model_class": "X", "parent_library": "transformers.models.gpt2.modeling_gpt2"}}),
    ("adapter_config.json", {"peft_type": "LORA", "target_modules": r".*\.(q|v)_proj$",
                             "megatron_core": "megatron.core"}),
    ("model_index.json", {"_diffusers_version": "1", "_class_name": "P", "_name": ["x", "y"],
                          "a": ["stable_diffusion", "S"], "b": [None, None]}),
    ("unet/config.json", {"_class_name": "U", "_diffusers_version": "1",
                          "down_block_types": ["DownBlock2D", "AttnDownBlock2D"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "config"), BENIGN)
def test_what_libraries_save_is_clean(tmp_path: Path, name: str, config: object) -> None:
    report = scan(tmp_path, name, config)
    assert (report.findings, report.verdict) == ((), Verdict.CLEAN)


def test_cards_are_never_findings(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    card = (
        "---\nlicense: mit\nbase_model: [a/b, c/d]\ntags: !!python/object:os.system {}\n---\nText"
    )
    report = scan(tmp_path, "README.md", card)
    assert (report.findings, report.metadata.base_models) == ((), ("a/b", "c/d"))
    for broken in ("---\n: [\n---\n", "---\nnever closed", "--- \n---\n", "---\n- a\n- b\n---\n"):
        assert scan(tmp_path, "README.md", broken).verdict is Verdict.CLEAN


def test_a_readme_of_a_project_describes_no_model(tmp_path: Path) -> None:
    assert not scan(tmp_path, "README.md", "---\nlicense: mit\n---\n").metadata
