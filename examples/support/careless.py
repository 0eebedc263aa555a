"""The same project as a careless team might receive it: from a contractor, a hub, a mail.

Every file written here has the shape of a real attack or accident and does no harm: the commands
are ``echo``, and nothing in this example ever loads the files. Where to read about each kind is
in the documentation of the rule that finds it (``seamark rules show PKL001``).
"""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np

from supply import INSTALLED, careless_license, careless_requirements
from tensors import gguf_bytes, safetensors_bytes

_TEMPLATE = (
    "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    "{{ cycler.__init__.__globals__.os.popen('echo seamark demo').read() }}"
)
_HIDDEN_TEMPLATE = (
    "{% set name = '__glo' ~ 'bals__' %}{% for message in messages %}{{ message['content'] }}"
    "{% endfor %}{{ joiner['__in' ~ 'it__'][name] }}"
)


@dataclass(frozen=True, slots=True)
class Surprise:
    """One file that is not what it seems: where, what happened to it, and how it is written."""

    path: str
    story: str
    write: Callable[[Path], None]


class _RunsCommand:
    """Pickled, it is a call of ``os.system``; pickling it does not make that call."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("echo seamark demo",)


def _pickle_with_command(path: Path) -> None:
    # The real model, then a second stream is what most write; this one is the classic.
    path.write_bytes(pickle.dumps({"model": "priority", "trees": _RunsCommand()}, protocol=4))


def _payload_after_array(path: Path) -> None:
    weights = np.linspace(0.0, 1.0, 400, dtype=np.float32)
    joblib.dump({"weights": weights, "extra": _RunsCommand()}, path)


def _pickle_named_safetensors(path: Path) -> None:
    path.write_bytes(pickle.dumps(_RunsCommand(), protocol=2))


def _truncated_checkpoint(path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("reply/data.pkl"), pickle.dumps({"step": 1200}))
        archive.writestr(zipfile.ZipInfo("reply/data/0"), bytes(64_000))
        archive.writestr(zipfile.ZipInfo("reply/version"), b"3\n")
    path.write_bytes(buffer.getvalue()[:40_000])


def _archive_with_false_checksum(path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, components=np.eye(8, dtype=np.float32))
    data = bytearray(buffer.getvalue())
    central = data.index(b"PK\x01\x02")
    data[central + 16 : central + 20] = b"\xde\xad\xbe\xef"  # the CRC of its only member
    path.write_bytes(bytes(data))


def _template_injection(path: Path) -> None:
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": _TEMPLATE}
    path.write_text(json.dumps(config, indent=2) + "\n")


def _model_with_template(path: Path) -> None:
    texts = {"general.architecture": "llama", "tokenizer.chat_template": _HIDDEN_TEMPLATE}
    path.write_bytes(gguf_bytes(texts, np.zeros((4, 8), dtype=np.float32)))


def _configuration_with_code(path: Path) -> None:
    config = {
        "architectures": ["ReplyForCausalLM"],
        "model_type": "reply",
        "auto_map": {"AutoModelForCausalLM": "modeling_reply.ReplyForCausalLM"},
    }
    path.write_text(json.dumps(config, indent=2) + "\n")


def _code_that_acts_on_import(path: Path) -> None:
    path.write_text(
        '"""PyTorch reply model."""\n\n'
        "import subprocess\n\n"
        "from transformers import PreTrainedModel\n\n"
        'subprocess.run(["echo", "seamark demo"], check=False)\n\n\n'
        "class ReplyForCausalLM(PreTrainedModel):\n"
        '    """Writes replies."""\n'
    )


def _weights_for_the_code(path: Path) -> None:
    weights = {"embed": np.zeros((4, 8), dtype=np.float32)}
    path.write_bytes(safetensors_bytes(weights, {"format": "pt"}))


SURPRISES = (
    Surprise(
        "models/priority.pkl",
        "replaced by a pickle that runs a command when it is loaded",
        _pickle_with_command,
    ),
    Surprise(
        "models/intent.joblib",
        "an array first, a command behind it, where many scanners stop reading",
        _payload_after_array,
    ),
    Surprise(
        "models/answers.safetensors",
        "a pickle under the name of a safe format",
        _pickle_named_safetensors,
    ),
    Surprise(
        "models/projection.npz",
        "an archive whose checksum does not match its content",
        _archive_with_false_checksum,
    ),
    Surprise("models/reply-checkpoint.pt", "a download that broke off", _truncated_checkpoint),
    Surprise(
        "tokenizer_config.json",
        "a chat template that reaches for the operating system",
        _template_injection,
    ),
    Surprise(
        "models/reply.gguf",
        "a chat template that puts the forbidden names together from pieces",
        _model_with_template,
    ),
    Surprise(
        "reply-writer/config.json",
        "tells loaders to import code from the model's folder",
        _configuration_with_code,
    ),
    Surprise(
        "reply-writer/modeling_reply.py",
        "that code: it starts a program as soon as it is imported",
        _code_that_acts_on_import,
    ),
    Surprise(
        "requirements.txt",
        "an open version, one with known holes, and a package that anybody may publish",
        careless_requirements,
    ),
    Surprise(
        f"{INSTALLED}/ultralytics-8.2.103.dist-info/METADATA",
        "a license that the team has ruled out",
        careless_license,
    ),
)

COMPANIONS = (("reply-writer/model.safetensors", _weights_for_the_code),)
"""Honest files that come with the surprises."""


def make_careless(project: Path) -> None:
    """Turn a copy of the project into what the careless team received."""
    for surprise in SURPRISES:
        _write(project / surprise.path, surprise.write)
    for path, write in COMPANIONS:
        _write(project / path, write)


def _write(path: Path, write: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path)
