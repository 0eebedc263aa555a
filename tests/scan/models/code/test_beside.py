"""Text beside weights, through the whole scanner: configuration, code, MLflow, YAML, templates."""

import json
from pathlib import Path

import pytest

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_path

HOSTILE_SOURCE = "import os\nos.system('echo seamark')\n"


def scan(folder: Path, name: str, content: object, *beside: str) -> FileReport:
    for other in beside:
        (folder / other).write_bytes(b"x")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return scan_path(path)


def rules_of(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


CONFIGS = {
    "auto_map": ({"auto_map": {"AutoModel": "modeling_x.XModel"}}, "COD010"),
    "auto_map list": ({"auto_map": {"AutoTokenizer": ["tokenization_x.X", None]}}, "COD010"),
    "old auto_map": ({"auto_map": ["tokenization_x.X", None]}, "COD010"),
    "nested auto_map": ({"text_config": {"auto_map": {"AutoModel": "m.X"}}}, "COD010"),
    "remote": ({"auto_map": {"AutoModel": "org/repo--modeling_x.XModel"}}, "COD011"),
    "pipelines": ({"custom_pipelines": {"t": {"impl": "p.Pipeline", "pt": ["A"]}}}, "COD010"),
    "trust": ({"trust_remote_code": True}, "COD010"),
    "diffusers": ({"_class_name": ["my_pipeline", "P"], "_diffusers_version": "1"}, "COD010"),
    "sentence-transformers": ([{"idx": 0, "name": "0", "path": "", "type": "custom.T"}], "COD010"),
    "adapter": ({"auto_mapping": {"base_model_class": "X", "parent_library": "evil"}}, "HUB010"),
    "address": ({"_name_or_path": "https://example.org/model"}, "COD015"),
}


@pytest.mark.parametrize(("config", "rule"), CONFIGS.values(), ids=CONFIGS)
def test_configuration_that_brings_code_needs_review(
    tmp_path: Path, config: object, rule: str
) -> None:
    report = scan(tmp_path, "config.json", config)
    assert rules_of(report) == {rule}
    assert report.verdict is Verdict.REVIEW


def test_remote_code_names_class_and_repository(tmp_path: Path) -> None:
    config = {"auto_map": {"AutoModel": "org/repo--modeling_x.XModel"}}
    (found,) = scan(tmp_path, "config.json", config).findings
    assert found.evidence["repository"] == "org/repo"
    assert found.evidence["class"] == "XModel"
    assert found.evidence["file"] == "modeling_x.py"


@pytest.mark.parametrize(
    "shard", ["../other.bin", "/etc/passwd", "https://example.org/x.bin", "C:\\x.bin", "~/x.bin"]
)
def test_index_that_leaves_its_folder_is_hostile(tmp_path: Path, shard: str) -> None:
    index = {"weight_map": {"a": "model-1.safetensors", "b": shard}}
    report = scan(tmp_path, "model.safetensors.index.json", index, "model-1.safetensors")
    assert rules_of(report) - {"HUB007"} == {"COD013"}
    assert report.verdict is Verdict.HOSTILE


BENIGN = {
    "config.json": {"architectures": ["BertModel"], "_name_or_path": "bert-base", "a": 1},
    "tokenizer_config.json": {"chat_template": "{{ bos_token }}{{ messages[0]['content'] }}"},
    "adapter_config.json": {"base_model_name_or_path": "org/base", "auto_mapping": None},
    "model.safetensors.index.json": {"weight_map": {"a": "model.safetensors"}},
    "model_index.json": {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.30",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "safety_checker": [None, None],
    },
    "modules.json": [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}],
    "package.json": {"name": "x", "type": "module"},
    "MANIFEST.json": {"model": {"handler": "image_classifier", "modelName": "x"}},
    "data.json": [{"type": "x"}, {"handler": 1}],
}


@pytest.mark.parametrize("name", BENIGN)
def test_ordinary_configuration_is_clean(tmp_path: Path, name: str) -> None:
    report = scan(tmp_path, name, BENIGN[name], "model.safetensors")
    assert report.findings == ()
    assert report.verdict is Verdict.CLEAN


TEMPLATE = "{{ cycler.__init__.__globals__.os.popen('echo seamark') }}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tokenizer_config.json", {"chat_template": TEMPLATE}),
        ("tokenizer_config.json", {"chat_template": [{"name": "tools", "template": TEMPLATE}]}),
        ("processor_config.json", {"chat_template": TEMPLATE}),
        ("chat_template.json", {"chat_template": {"default": TEMPLATE}}),
        ("chat_template.jinja", TEMPLATE),
        ("additional_chat_templates/tools.jinja", TEMPLATE),
        (
            "anything.json",
            json.dumps({"x": 1})[:-1] + ', "chat\\u005ftemplate": "' + TEMPLATE + '"}',
        ),
    ],
)
def test_templates_are_found_wherever_loaders_look(
    tmp_path: Path, name: str, content: object
) -> None:
    report = scan(tmp_path, name, content)
    assert "TPL001" in rules_of(report)
    assert report.verdict is Verdict.HOSTILE


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("modeling_x.py", ["model.safetensors", "config.json"]),
        ("modeling_x.py", ["config.json"]),
        ("helpers.py", ["model.safetensors", "config.json"]),
        ("handler.py", ["model.pt"]),
        ("inference.py", ["model.joblib"]),
        ("custom_transformers.py", ["model.pkl"]),
        ("loader.py", ["MLmodel"]),
        ("tokenization_x.py", ["tokenizer_config.json"]),
    ],
)
def test_source_that_travels_with_a_model_is_examined(
    tmp_path: Path, name: str, beside: list[str]
) -> None:
    report = scan(tmp_path, name, HOSTILE_SOURCE, *beside)
    assert rules_of(report) == {"COD001"}
    assert report.format == "python"


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("deploy.py", []),
        ("modeling_x.py", []),
        ("train.py", ["model.pkl"]),
        ("app.py", ["config.json"]),
        ("handler.py", ["requirements.txt"]),
    ],
)
def test_ordinary_source_is_none_of_our_business(
    tmp_path: Path, name: str, beside: list[str]
) -> None:
    report = scan(tmp_path, name, HOSTILE_SOURCE, *beside)
    assert report.findings == ()
    assert report.coverage.note == "not a model file"


SKLEARN_MLMODEL = """
artifact_path: model
flavors:
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.7
  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.5.0
mlflow_version: 2.14.0
signature: {inputs: '[{"type": "tensor"}]'}
"""


def test_mlmodel_of_a_stock_flavor_is_clean(tmp_path: Path) -> None:
    report = scan(tmp_path, "MLmodel", SKLEARN_MLMODEL)
    assert report.findings == ()
    assert report.format == "mlflow"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("loader_module: mlflow.sklearn", "loader_module: my_loader"), "COD012"),
        (("loader_module: mlflow.sklearn", "loader_module: mlflowx.sklearn"), "COD012"),
        (("code: null", "code: code"), "COD012"),
        (("predict_fn: predict", "model_code_path: model.py"), "COD012"),
        (("model_path: model.pkl", "model_path: ../../model.pkl"), "COD013"),
        (("artifact_path: model", "a: !!python/object/apply:os.system ['echo']"), "COD014"),
        (("artifact_path: model", "a: [unclosed"), "FIL005"),
    ],
)
def test_mlmodel_that_reaches_further(tmp_path: Path, change: tuple[str, str], rule: str) -> None:
    report = scan(tmp_path, "MLmodel", SKLEARN_MLMODEL.replace(*change))
    assert rules_of(report) == {rule}


YAML = {
    "apply": ("a: !!python/object/apply:os.system ['echo']", "COD014"),
    "new": ("a: !!python/object/new:subprocess.Popen [['echo']]", "COD014"),
    "name": ("a: !!python/name:builtins.eval", "COD014"),
    "verbatim": ("a: !<tag:yaml.org,2002:python/object/apply:os.system> ['echo']", "COD014"),
    "handle": ("%TAG ! tag:yaml.org,2002:pyth\n---\na: !on/object/apply:os.system [x]", "COD014"),
    "escaped": ("a: !!pyth%6Fn/object/apply:os.system ['echo']", "COD014"),
    "namespace": ("a: !!python/object:argparse.Namespace {x: 1}", "COD017"),
}


@pytest.mark.parametrize(("text", "rule"), YAML.values(), ids=YAML)
def test_yaml_that_builds_objects_beside_a_model(tmp_path: Path, text: str, rule: str) -> None:
    assert rules_of(scan(tmp_path, "hparams.yaml", text, "model.ckpt")) == {rule}


def test_yaml_of_an_ordinary_project_is_inert(tmp_path: Path) -> None:
    text = "a: !!python/name:material.extensions.emoji.twemoji"
    assert scan(tmp_path, "mkdocs.yml", text).findings == ()


def test_plain_tags_beside_a_model_are_clean(tmp_path: Path) -> None:
    text = "a: !!python/tuple [1, 2]\nb: !custom x\n"
    assert scan(tmp_path, "hparams.yaml", text, "model.ckpt").findings == ()


def test_alias_bombs_cost_nothing(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    lines += [f"m{i}: &m{i}\n  <<: [{', '.join([f'*m{i - 1}'] * 9)}]" for i in range(1, 9)]
    text = SKLEARN_MLMODEL + "\n".join(lines).replace("*m0", "*a0")
    assert scan(tmp_path, "MLmodel", text).verdict is Verdict.CLEAN


UNCLEAR = {
    "broken": b'{"auto_map": {',
    "deep": b'{"auto_map": ' + b"[" * 100_000,
    "too large": b'{"auto_map": {}' + b" " * (9 << 20) + b"}",
    "bad bytes": b'{"auto_map": "\xe9"}',
}


@pytest.mark.parametrize("data", UNCLEAR.values(), ids=UNCLEAR)
def test_configuration_that_cannot_be_read_is_unclear(tmp_path: Path, data: bytes) -> None:
    report = scan(tmp_path, "config.json", data)
    assert report.verdict is Verdict.UNCLEAR
    assert report.findings


def test_a_key_named_twice_is_ambiguous(tmp_path: Path) -> None:
    text = '{"auto_map": {"AutoModel": "m.X"}, "auto_map": null}'
    assert rules_of(scan(tmp_path, "config.json", text)) == {"COD016"}


def test_a_git_lfs_pointer_is_unclear(tmp_path: Path) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    report = scan(tmp_path, "model.safetensors", text)
    assert rules_of(report) == {"COD018"}
    assert report.verdict is Verdict.UNCLEAR


def test_text_under_a_model_name_is_a_lie(tmp_path: Path) -> None:
    assert rules_of(scan(tmp_path, "model.safetensors", "<html>404</html>")) == {"FIL006"}


def test_text_that_turns_binary_is_unclear(tmp_path: Path) -> None:
    data = b"plain text\n" * 2000 + bytes(range(256))
    assert scan(tmp_path, "notes.txt", data).verdict is Verdict.UNCLEAR


def test_text_in_an_old_code_is_inert(tmp_path: Path) -> None:
    data = "Grüße aus Köln\n".encode("latin-1") * 20
    report = scan(tmp_path, "notes.txt", data)
    assert (report.verdict, report.coverage.note) == (Verdict.CLEAN, "not a model file")


def test_source_in_an_old_code_is_examined(tmp_path: Path) -> None:
    data = b"# coding: latin-1\n# Gr\xfc\xdfe an alle, die das hier lesen, und so weiter\n"
    report = scan(tmp_path, "handler.py", data + HOSTILE_SOURCE.encode(), "model.pt")
    assert rules_of(report) == {"COD001"}


PADDED = {
    "model_index.json": {"_class_name": ["my_pipeline", "P"], "_diffusers_version": "0.30.0"},
    "modules.json": [{"idx": 0, "name": "0", "path": "", "type": "custom.T"}],
    "MANIFEST.json": {"model": {"handler": "handler.py", "modelName": "x"}},
}


@pytest.mark.parametrize(("name", "config"), PADDED.items(), ids=PADDED)
def test_padding_hides_no_configuration(tmp_path: Path, name: str, config: object) -> None:
    assert rules_of(scan(tmp_path, name, json.dumps(config) + " " * (1 << 20))) == {"COD010"}
    report = scan(tmp_path, name, json.dumps(config) + " " * (8 << 20))
    assert (report.verdict, rules_of(report)) == (Verdict.UNCLEAR, {"COD006"})


DEEP = {"sequences": "[" * 60_000, "mappings": "{a: x, b: " * 50_000, "dashes": "- " * 60_000}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_yaml_nested_too_deep_is_unclear(tmp_path: Path, text: str) -> None:
    assert rules_of(scan(tmp_path, "MLmodel", text)) == {"FIL004"}
    tagged = f"x: !!python/name:os.getcwd ''\ny: {text}"
    report = scan(tmp_path, "conf.yaml", tagged, "model.pt")
    assert report.verdict is Verdict.UNCLEAR
    assert rules_of(report) <= {"FIL004", "FIL005"}


def test_a_tag_before_a_mistake_in_yaml_is_not_clean(tmp_path: Path) -> None:
    text = "--- !!python/object/apply:os.system ['echo seamark']\n--- {a: ]\n"
    assert scan(tmp_path, "conf.yaml", text, "model.pt").verdict is Verdict.UNCLEAR


AS_TEXT = {
    "chat_template.jinja": "{{ cycler.__init__.__globals__ }}",
    "modeling_x.py": " = 0\nimport os\nos.system('echo seamark')\n",
    "MLmodel": ": 1\nflavors:\n  python_function:\n    loader_module: evil_loader\n",
    "config.yaml": ": 1\nx: !!python/object/apply:os.system ['echo seamark']\n",
}


@pytest.mark.parametrize("magic", ["ID3", "GIF89a", "PAR1", "fLaC", "wOFF", "wOF2"])
@pytest.mark.parametrize(("name", "rest"), AS_TEXT.items(), ids=AS_TEXT)
def test_magic_of_media_hides_no_text(tmp_path: Path, name: str, rest: str, magic: str) -> None:
    (tmp_path / "config.json").write_text("{}")
    report = scan(tmp_path, name, magic + rest, "model.pt")
    assert report.verdict.rank >= Verdict.REVIEW.rank
    assert report.format != "media"


def test_media_under_the_name_of_source_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    report = scan(tmp_path, "modeling_x.py", b"GIF89a = 0  # \x01\nimport os\n", "model.pt")
    assert report.verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("shard", ["venv/m.pkl", "a/.git/m.bin", "node_modules\\m.bin"])
def test_index_into_a_folder_that_is_left_out(tmp_path: Path, shard: str) -> None:
    index = {"weight_map": {"a": shard, "b": "venv"}}
    assert "COD019" in rules_of(scan(tmp_path, "pytorch_model.bin.index.json", index))
