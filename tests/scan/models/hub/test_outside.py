"""Entries of configurations that loaders open as files, where they lead out of the folder."""

import json
from pathlib import Path
from typing import Any

import pytest

from seamark.core.reports import FileReport
from seamark.scan.models import scan_path

ADAPTER = {"peft_type": "MULTITASK_PROMPT_TUNING", "base_model_name_or_path": "org/base"}
STATE = "prompt_tuning_init_state_dict_path"
EXACT = {**ADAPTER, "prompt_tuning_init": "EXACT_SOURCE_TASK"}
MODEL = {"model_type": "bert", "transformers_version": "5.0.0"}


def scan(folder: Path, name: str, content: Any, *beside: str) -> FileReport:
    for each in beside:
        (folder / each).write_text("{}")
    path = folder / name
    path.write_text(json.dumps(content))
    return scan_path(path)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize(
    ("name", "config", "rule"),
    [
        ("config.json", {**MODEL, "transformers_weights": "../x.safetensors"}, "COD013"),
        ("config.json", {**MODEL, "text_config": {"transformers_weights": "/x"}}, "COD013"),
        ("config.json", {**MODEL, "index_path": "/x", "passages_path": "/y"}, "HUB014"),
        ("tokenizer_config.json", {"vocab_file": "/etc/passwd"}, "HUB014"),
        ("tokenizer_config.json", {"merges_file": "~/x"}, "HUB014"),
        ("tokenizer_config.json", {"fast_tokenizer_files": ["../tokenizer.4.0.json"]}, "HUB014"),
        ("adapter_config.json", {**EXACT, STATE: "/tmp/x.bin"}, "HUB014"),
        ("adapter_config.json", {**EXACT, STATE: "elsewhere.bin"}, "HUB014"),
        ("adapter_config.json", {**EXACT, "adapters": {"0": "../../x"}}, "HUB014"),
        ("preprocessor_config.json", {"tesseract_config": "-c a_b_file=/x"}, "HUB014"),
    ],
)
def test_files_outside(tmp_path: Path, name: str, config: Any, rule: str) -> None:
    assert rules(scan(tmp_path, name, config)) == {rule}


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("config.json", {**MODEL, "transformers_weights": "sub/x.safetensors"}),
        ("config.json", {**MODEL, "index_path": None, "passages_path": "data"}),
        ("tokenizer_config.json", {"special_tokens_map_file": "/root/.cache/x.json"}),
        ("tokenizer_config.json", {"tokenizer_file": "/root/.cache/x.json", "vocab_file": None}),
        ("tokenizer_config.json", {"fast_tokenizer_files": ["tokenizer.4.0.json"]}),
        ("adapter_config.json", {**ADAPTER, "prompt_tuning_init": "RANDOM", STATE: "/x"}),
        ("adapter_config.json", {**EXACT, STATE: "beside.bin", "adapters": {"0": "org/x"}}),
        ("preprocessor_config.json", {"tesseract_config": "--psm 6"}),
    ],
)
def test_files_inside(tmp_path: Path, name: str, config: Any) -> None:
    assert scan(tmp_path, name, config, "beside.bin").findings == ()


def test_a_fast_tokenizer_is_taken_from_where_the_configuration_says(tmp_path: Path) -> None:
    config = {"tokenizer_file": "/tmp/other/tokenizer.json"}
    report = scan(tmp_path, "tokenizer_config.json", config, "tokenizer.json")
    assert rules(report) == {"HUB014"}


@pytest.mark.parametrize(("value", "found"), [("true", {"COD010"}), (1, {"COD010"}), (0, set())])
def test_what_python_takes_for_true_switches_code_on(
    tmp_path: Path, value: object, found: set[str]
) -> None:
    config = {"model_args": {"trust_remote_code": value}}
    assert rules(scan(tmp_path, "sentence_bert_config.json", config)) == found
