"""sentence-transformers: classes that its JSON files name, which loaders import and call.

``modules.json`` lists the parts of a model; a part's own ``config.json`` may name an activation, a
tokenizer or further parts. Versions before 5 import any of these names without asking.
"""

import re
from collections.abc import Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.code.configs import custom_class
from seamark.scan.models.code.rules import ESCAPES_FOLDER
from seamark.scan.models.hub import rules
from seamark.scan.models.hub.nested import Config, text_of
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

RULES = rules.RULES

_PREFIX: Final = "sentence_transformers."
_OWN: Final = re.compile(r"sentence_transformers(?:\.\w+)*\.[A-Z]\w*")
_ACTIVATION: Final = re.compile(
    r"torch\.nn\.(?:modules\.\w+\.)?[A-Z]\w*|transformers\.activations\.[A-Z]\w*"
)
_CALLED: Final = ("activation_function", "activation_fn", "sbert_ce_default_activation_function",
                  "default_activation_function")  # fmt: skip


def is_modules(document: list[object]) -> bool:
    """Whether this is a ``modules.json``."""
    entries = [entry for entry in document if isinstance(entry, dict)]
    return bool(entries) and all({"idx", "path", "type"} <= entry.keys() for entry in entries)


def examine_modules(document: list[object], scope: Scope) -> Iterator[Finding]:
    """Findings about the parts that ``modules.json`` lists."""
    if scope.name.lower() == "modules.json":
        scope.describe(folder="sentence-transformers")
    for entry in document:
        if not isinstance(entry, dict):
            continue
        yield from _examine_class(str(entry["type"])[:300], "A module", scope)
        path = entry["path"]
        if isinstance(path, str) and path and leads_outside(path):
            yield scope.finding(
                ESCAPES_FOLDER, f"A module is taken from {path[:200]!r}.", anchor=path[:300]
            )


def examine_part(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about a part's own configuration, or that of a cross-encoder."""
    inner = config.get("sentence_transformers")
    for part in (config, inner if isinstance(inner, dict) else {}):
        for key in _CALLED:
            reference = text_of(part, key)
            # Transformers and convolution layers name theirs by a plain word (``gelu``).
            if "." in reference and not _ACTIVATION.fullmatch(reference):
                yield from _examine_class(reference[:300], key, scope)
    tokenizer = text_of(config, "tokenizer_class")
    if "." in tokenizer:
        yield from _examine_class(tokenizer[:300], "tokenizer_class", scope)
    types = config.get("types")
    if isinstance(types, dict) and ("structure" in config or "parameters" in config):
        for name in list(types.values())[:1000]:
            if isinstance(name, str):
                yield from _examine_class(name[:300], "A route's module", scope)


def describe_sentences(config: Config, scope: Scope) -> None:
    """``config_sentence_transformers.json``: versions of the libraries that wrote the model."""
    versions = config.get("__version__")
    written = versions if isinstance(versions, dict) else {}
    scope.describe(
        folder="sentence-transformers",
        framework="Sentence Transformers",
        framework_version=text_of(written, "sentence_transformers"),
        architecture=text_of(config, "model_type"),
    )


def _examine_class(reference: str, purpose: str, scope: Scope) -> Iterator[Finding]:
    if _OWN.fullmatch(reference):
        return
    from seamark.scan.models.pickle.decide import load_allowlist

    top = reference.partition(".")[0]
    known = load_allowlist(scope.options.allow).stdlib
    if reference.startswith(_PREFIX) or top in known or top in ("torch", "numpy", "transformers"):
        yield scope.finding(
            rules.CALLS_ANYTHING, f"{purpose} is {reference[:200]!r}.", anchor=reference
        )
    else:
        yield custom_class(purpose, reference, scope)
