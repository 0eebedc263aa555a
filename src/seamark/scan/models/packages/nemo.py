"""NeMo ``model_config.yaml``: classes to instantiate, artifacts to open.

A ``.nemo`` file is a tar, packed or not, of this file, ``model_weights.ckpt`` (or the folder
``model_weights`` of a distributed checkpoint) and artifacts such as tokenizers, which the
configuration names ``nemo:FILE``. Source: ``nemo/core/connectors/save_restore_connector.py``
and ``nemo/core/classes/common.py`` of https://github.com/NVIDIA/NeMo.
"""

import re
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code.yaml_documents import judge_tags, read_file
from seamark.scan.models.code.yaml_trees import Tree
from seamark.scan.models.packages import nemo_rules as rules
from seamark.scan.models.packages.hydra_targets import system_target, targets_of, texts_of
from seamark.scan.models.packages.names import Reach, is_dotted, reach_of
from seamark.scan.models.packages.nemo_paths import examine_paths
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

_MOST = 100
_OWN = re.compile(
    r"(?:nemo\.(?:collections|core|lightning|utils|automodel)|torch\.nn|torch\.optim"
    r"|torch\.utils\.data|torchmetrics|torchaudio\.(?:transforms|models)|transformers|megatron\.core"
    r"|(?:pytorch_)?lightning(?:\.pytorch)?|apex\.optimizers|transformer_engine\.pytorch"
    r"|omegaconf|nemo_text_processing)(?:\.\w+)*\.[A-Z]\w*"
)
"""Classes of NeMo and of what it is made of; functions are written in lower case."""
_ENVIRONMENT = re.compile(r"\$\{\s*(oc\.env|env|oc\.decode|oc\.create|hydra)\b[^}]{0,200}")
_WEIGHTS = frozenset({"model_weights.ckpt", "model_weights", "model_weights.safetensors"})


def is_nemo(beside: frozenset[str], scope: Scope) -> bool:
    """Whether a ``model_config.yaml`` with these names beside it belongs to a NeMo model."""
    if beside & _WEIGHTS or any(name.startswith("mp_rank_") for name in beside):
        return True
    outer = (scope.path if scope.member else "").lower()
    return outer.endswith((".nemo", ".riva", ".tlt", ".etlt"))


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``model_config.yaml``. Raises ``Malformed`` where it is no YAML."""
    scope.set_format("nemo")
    document = read_file(blob, scope, "the NeMo configuration")
    yield from judge_tags(document, scope)
    tree = document.tree()
    _describe(tree, scope)
    yield from _examine_targets(tree, scope)
    there = frozenset(each.rpartition("/")[2] for each in scope.siblings())
    yield from _examine_artifacts(tree, there, scope)
    yield from examine_paths(tree, there, scope)
    yield from _examine_resolvers(tree, scope)


def _examine_targets(tree: Tree, scope: Scope) -> Iterator[Finding]:
    for count, target in enumerate(targets_of(tree)):
        if count >= _MOST:
            scope.skip(f"only {_MOST} targets of the configuration were examined")
            return
        name = target.strip()
        if "${" in name:
            yield scope.finding(
                rules.COMPUTED_TARGET,
                f"The configuration instantiates '{name[:200]}'.",
                anchor=name[:200],
            )
        elif reach_of(name, scope) is not Reach.ELSEWHERE:
            yield system_target(name, scope)
        elif "." in name and is_dotted(name) and not _OWN.fullmatch(name):
            scope.describe(remote_code=[name])
            yield scope.finding(
                rules.FOREIGN_TARGET,
                f"The configuration instantiates '{name[:200]}'.",
                anchor=name[:200],
            )


def _examine_artifacts(tree: Tree, there: frozenset[str], scope: Scope) -> Iterator[Finding]:
    """``nemo:FILE`` values: files of the archive."""
    seen: set[str] = set()
    for key, text in texts_of(tree):
        if not text.startswith("nemo:") or text in seen or len(seen) > _MOST:
            continue
        seen.add(text)
        name = text.removeprefix("nemo:")
        if leads_outside(name) or not name:
            yield scope.finding(
                rules.ARTIFACT_LEADS_OUT,
                f"The artifact {key[:80]} is {text[:200]!r}.",
                anchor=text[:200],
            )
            continue
        if name.removeprefix("./").partition("/")[0] not in there:
            yield scope.finding(
                rules.ARTIFACT_MISSING,
                f"The artifact {key[:80]}, {name[:200]!r}, is not in the archive.",
                anchor=text[:200],
            )


def _examine_resolvers(tree: Tree, scope: Scope) -> Iterator[Finding]:
    seen: set[str] = set()
    for key, text in texts_of(tree):
        match = _ENVIRONMENT.search(text)
        if match and match[0] not in seen and len(seen) < _MOST:
            seen.add(match[0])
            yield scope.finding(
                rules.EVALUATED_VALUE,
                f"The value of {key[:80]} is {match[0][:200] + '}'!r}.",
                anchor=match[0][:200],
            )


def _describe(tree: Tree, scope: Scope) -> None:
    config = tree if isinstance(tree, dict) else {}
    target = config.get("target")
    version = config.get("nemo_version")
    unpacked = "nemo" if not scope.member else ""
    scope.describe(
        framework="NeMo",
        framework_version=version if isinstance(version, str) else "",
        architecture=target.rpartition(".")[2] if isinstance(target, str) else "",
        **({"folder": unpacked} if unpacked else {}),
    )
