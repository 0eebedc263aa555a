"""``adapter_config.json`` of PEFT: the base model, what is imported for it, which modules match."""

from collections.abc import Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.hub import rules
from seamark.scan.models.hub.nested import Config, text_of
from seamark.scan.models.hub.patterns import is_costly
from seamark.scan.models.scope import Scope

RULES = rules.RULES

_KNOWN: Final = ("transformers.", "diffusers.", "peft.", "sentence_transformers.", "torch.nn.")
_PATTERNS: Final = (
    "target_modules", "exclude_modules", "modules_to_save", "layers_pattern", "feedforward_modules",
    "target_parameters", "layers_to_transform", "trainable_token_indices",
)  # fmt: skip
_PATTERN_KEYS: Final = (
    "rank_pattern",
    "alpha_pattern",
    "n_frequency_pattern",
    "block_size_pattern",
)


def is_adapter(config: Config) -> bool:
    """Whether this is the configuration of an adapter."""
    return isinstance(config.get("peft_type"), str) or isinstance(config.get("auto_mapping"), dict)


def examine_adapter(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about one adapter's configuration; describes the adapter, marks its folder."""
    base = text_of(config, "base_model_name_or_path")
    scope.describe(
        folder="peft" if scope.name.lower() == "adapter_config.json" else "",
        framework="PEFT",
        framework_version=text_of(config, "peft_version"),
        architecture=text_of(config, "peft_type"),
        base_models=[base] if base else [],
    )
    mapping = config.get("auto_mapping")
    library = mapping.get("parent_library") if isinstance(mapping, dict) else None
    if isinstance(library, str) and library and not f"{library}.".startswith(_KNOWN):
        yield _imports(library, "for its base model's class", "auto_mapping", scope)
    core = config.get("megatron_core")
    if isinstance(core, str) and core.partition(".")[0] != "megatron":
        yield _imports(core, "as its parallel layers", "megatron_core", scope)
    for key, pattern in _patterns(config):
        if is_costly(pattern):
            yield scope.finding(
                rules.COSTLY_PATTERN,
                f"{key} is the expression {pattern[:200]!r}.",
                anchor=f"{key}:{pattern[:200]}",
            )


def _imports(library: str, purpose: str, key: str, scope: Scope) -> Finding:
    scope.describe(remote_code=[library])
    return scope.finding(
        rules.FOREIGN_LIBRARY,
        f"Loading the adapter imports {library[:200]} {purpose}.",
        anchor=f"{key}:{library[:200]}",
    )


def _patterns(config: Config) -> Iterator[tuple[str, str]]:
    """Texts that PEFT matches as regular expressions; lists are compared as plain names."""
    for key in _PATTERNS:
        value = config.get(key)
        if isinstance(value, str):
            yield key, value
    for key in _PATTERN_KEYS:
        value = config.get(key)
        for pattern in list(value)[:1000] if isinstance(value, dict) else ():
            yield key, str(pattern)
