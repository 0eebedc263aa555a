"""JSON beside weights: which code and which files does it make a loader reach for?

Judged by keys, not by the file's name: ``auto_map`` and its kin mean the same wherever they are.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.code import rules
from seamark.scan.models.code.templates import examine_template
from seamark.scan.models.scope import Scope

_KEYS: Final = (
    b"auto_map",
    b"trust_remote_code",
    b"custom_pipelines",
    b"chat_template",
    b"weight_map",
    b"auto_mapping",
    b"_name_or_path",
    b"_class_name",
    b"sentence_transformers",
    b'"type"',
)
_PLAIN_LIBRARIES: Final = frozenset(
    "diffusers transformers stable_diffusion onnxruntime optimum.onnxruntime flax "
    "diffusers_modules paint_by_example latent_diffusion".split()
)
_TEMPLATE_KEYS: Final = ("chat_template", "default_chat_template", "custom_chat_template")

Config = Mapping[str, object]


def may_matter(data: bytes) -> bool:
    """Can this JSON hold anything that is judged here? Cheap, and never wrongly false."""
    return any(key in data for key in _KEYS) or b"\\u" in data


class DuplicateKeys:
    """Collects keys that one object names twice, while JSON is parsed."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pairs(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """For ``object_pairs_hook``: the last value wins, as in Python's own parser."""
        result = dict(pairs)
        if len(result) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    self.names.append(name)
                seen.add(name)
        return result


def examine_config(data: bytes, scope: Scope) -> Iterator[Finding]:
    """Findings about one JSON document. Unparsable ones that could matter are ``unclear``."""
    duplicates = DuplicateKeys()
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=duplicates.pairs)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        yield scope.finding(
            rules.NOT_READ, f"This configuration is no valid JSON: {reason}.", anchor="syntax"
        )
        return
    for name in sorted({name for name in duplicates.names if name.encode() in _KEYS}):
        yield scope.finding(
            rules.AMBIGUOUS_CONFIG,
            f"The key {name} occurs twice in one object.",
            anchor=name,
        )
    if isinstance(document, list):
        yield from _examine_modules(document, scope)
    elif isinstance(document, dict):
        yield from _examine_object(document, scope)


def _examine_object(config: Config, scope: Scope) -> Iterator[Finding]:
    yield from _examine_auto_map(config, scope)
    yield from _examine_pipeline(config, scope)
    yield from _examine_templates(config, scope)
    yield from _examine_index(config, scope)
    yield from _examine_addresses(config, scope)
    mapping = config.get("auto_mapping")
    if isinstance(mapping, dict) and mapping.get("parent_library"):
        library = str(mapping["parent_library"])[:200]
        yield scope.finding(
            rules.CUSTOM_CODE,
            f"Loading the adapter imports {library} for its base model's class.",
            anchor=f"auto_mapping:{library}",
        )


def _examine_auto_map(config: Config, scope: Scope, where: str = "") -> Iterator[Finding]:
    auto_map = config.get("auto_map")
    if isinstance(auto_map, dict):
        references = [(str(key), value) for key, value in auto_map.items()]
    else:  # older tokenizers have a bare list
        references = [("AutoTokenizer", auto_map)]
    seen: set[str] = set()
    for kind, value in references:
        for reference in value if isinstance(value, list) else [value]:
            if isinstance(reference, str) and reference and reference not in seen:
                seen.add(reference)
                yield _custom_class(kind[:80], reference[:300], scope)
    custom = config.get("custom_pipelines")
    if isinstance(custom, dict):
        for task, pipeline in custom.items():
            reference = pipeline.get("impl") if isinstance(pipeline, dict) else None
            if isinstance(reference, str):
                yield _custom_class(f"pipeline {task[:80]}", reference[:300], scope)
    if config.get("trust_remote_code") is True:
        yield scope.finding(
            rules.CUSTOM_CODE,
            "The configuration switches trust_remote_code on by itself.",
            anchor="trust_remote_code",
        )
    for name, part in config.items():  # text_config, vision_config and the like
        if not where and isinstance(part, dict) and "auto_map" in part:
            yield from _examine_auto_map(part, scope, name)


def _custom_class(kind: str, reference: str, scope: Scope) -> Finding:
    repository, separator, local = reference.rpartition("--")
    module, _, name = local.rpartition(".")
    evidence = {"kind": kind, "class": name, "file": module.replace(".", "/") + ".py"}
    if separator:
        return scope.finding(
            rules.REMOTE_CODE,
            f"{kind} is the class {name} from {module}.py of another repository, {repository}.",
            anchor=reference,
            evidence={**evidence, "repository": repository},
        )
    return scope.finding(
        rules.CUSTOM_CODE,
        f"{kind} is the class {name} from {module}.py in the model's own folder.",
        anchor=reference,
        evidence={**evidence},
    )


def _examine_pipeline(config: Config, scope: Scope) -> Iterator[Finding]:
    """``model_index.json`` of diffusers: components as ``[library, class]``."""
    cls = config.get("_class_name")
    if isinstance(cls, list) and len(cls) == 2 and isinstance(cls[0], str):
        yield _custom_class("The pipeline", f"{cls[0]}.{cls[1]}"[:300], scope)
    if "_diffusers_version" not in config:
        return
    beside = {name.rpartition("/")[2] for name in scope.siblings()}
    for name, part in config.items():
        if not (isinstance(part, list) and len(part) == 2 and isinstance(part[0], str)):
            continue
        library = part[0]
        if library not in _PLAIN_LIBRARIES and f"{library}.py" in beside:
            yield _custom_class(f"Component {name[:80]}", f"{library}.{part[1]}"[:300], scope)


def _examine_templates(config: Config, scope: Scope) -> Iterator[Finding]:
    for key in _TEMPLATE_KEYS:
        value = config.get(key)
        if isinstance(value, str):
            yield from examine_template(value, scope, anchor=key)
        elif isinstance(value, dict):
            for name, text in value.items():
                if isinstance(text, str):
                    yield from examine_template(text, scope, anchor=f"{key}.{name[:80]}")
        elif isinstance(value, list):
            for index, entry in enumerate(value):
                if isinstance(entry, dict) and isinstance(entry.get("template"), str):
                    name = str(entry.get("name", index))[:80]
                    yield from examine_template(entry["template"], scope, anchor=f"{key}.{name}")


def _examine_index(config: Config, scope: Scope) -> Iterator[Finding]:
    weight_map = config.get("weight_map")
    if not isinstance(weight_map, dict):
        return
    from seamark.scan.models.walk import DEFAULT_EXCLUDES

    files = {value for value in weight_map.values() if isinstance(value, str)}
    for name in sorted(files):
        folders = name.replace("\\", "/").split("/")[:-1]
        left_out = next((each for each in folders if each in DEFAULT_EXCLUDES), None)
        if left_out is not None:
            yield scope.finding(
                rules.UNSEEN_FOLDER,
                f"The index takes weights from {name[:200]!r}, and a scan leaves {left_out} out.",
                anchor=name[:300],
            )
        if leads_outside(name):
            yield scope.finding(
                rules.ESCAPES_FOLDER,
                f"The index takes weights from {name[:200]!r}.",
                anchor=name[:300],
            )


def leads_outside(path: str) -> bool:
    """Does a relative path leave its folder: absolute, a drive, a URL, ``..``, a home?"""
    parts = path.replace("\\", "/").split("/")
    return not parts[0] or ".." in parts or ":" in parts[0] or parts[0].startswith("~")


def _examine_addresses(config: Config, scope: Scope) -> Iterator[Finding]:
    for key in ("_name_or_path", "base_model_name_or_path", "name_or_path"):
        value = config.get(key)
        if isinstance(value, str) and "://" in value[:16]:
            yield scope.finding(
                rules.REMOTE_ADDRESS, f"{key} is the address {value[:200]}.", anchor=key
            )


def _examine_modules(document: list[object], scope: Scope) -> Iterator[Finding]:
    """``modules.json`` of sentence-transformers: classes that are imported by name."""
    entries = [entry for entry in document if isinstance(entry, dict)]
    if not entries or not all({"idx", "path", "type"} <= entry.keys() for entry in entries):
        return
    for entry in entries:
        reference = str(entry["type"])[:300]
        if not reference.startswith("sentence_transformers."):
            yield _custom_class("A module", reference, scope)
