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
    b"_name_or_path",
    b"_class_name",
    b"_implementation",
    b"sentence_transformers",
    b"activation_f",
    b"added_tokens_decoder",
    b"peft_type",
    b"megatron_core",
    b'"type"',
    b'"types"',
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
    ambiguous = {name for name in duplicates.names if name.encode() in _KEYS}
    for name in sorted(ambiguous):
        yield scope.finding(
            rules.AMBIGUOUS_CONFIG,
            f"The key {name} occurs twice in one object.",
            anchor=name,
        )
    if isinstance(document, dict):
        yield from _examine_object(document, scope)
    from seamark.scan.models.hub.documents import examine_document

    others = [name for name in duplicates.names if name not in ambiguous]
    yield from examine_document(document, others, scope)


def _examine_object(config: Config, scope: Scope) -> Iterator[Finding]:
    from seamark.scan.models.hub.nested import parts_of

    seen: set[str] = set()
    for _path, part in parts_of(config):  # text_config, vision_config and the like
        yield from _examine_auto_map(part, seen, scope)
    yield from _examine_templates(config, scope)
    yield from _examine_addresses(config, scope)


def _examine_auto_map(config: Config, seen: set[str], scope: Scope) -> Iterator[Finding]:
    auto_map = config.get("auto_map")
    if isinstance(auto_map, dict):
        references = [(str(key), value) for key, value in auto_map.items()]
    else:  # older tokenizers have a bare list
        references = [("AutoTokenizer", auto_map)]
    for kind, value in references:
        for reference in value if isinstance(value, list) else [value]:
            if isinstance(reference, str) and reference and reference not in seen:
                seen.add(reference)
                yield custom_class(kind[:80], reference[:300], scope)
    custom = config.get("custom_pipelines")
    if isinstance(custom, dict):
        for task, pipeline in custom.items():
            reference = pipeline.get("impl") if isinstance(pipeline, dict) else None
            if isinstance(reference, str):
                yield custom_class(f"pipeline {task[:80]}", reference[:300], scope)


def custom_class(kind: str, reference: str, scope: Scope) -> Finding:
    """The finding about a class that loaders import: ``module.Class``, ``repo--module.Class``.

    ``kind`` says what the class is for. The model's metadata names it as remote code.
    """
    scope.describe(remote_code=[reference])
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


def _examine_addresses(config: Config, scope: Scope) -> Iterator[Finding]:
    for key in ("_name_or_path", "base_model_name_or_path", "name_or_path"):
        value = config.get(key)
        if isinstance(value, str) and "://" in value[:16]:
            yield scope.finding(
                rules.REMOTE_ADDRESS, f"{key} is the address {value[:200]}.", anchor=key
            )
