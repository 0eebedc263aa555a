"""``config.json``: what the model says of itself, and what it takes from other repositories."""

import re
from collections.abc import Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.code.rules import CUSTOM_CODE
from seamark.scan.models.code.yaml_trees import is_true
from seamark.scan.models.hub import rules
from seamark.scan.models.hub.nested import Config, parts_of, text_of, texts_of
from seamark.scan.models.scope import Scope

RULES = rules.RULES

_KERNEL_KEYS: Final = (
    "attn_implementation",
    "_attn_implementation",
    "_attn_implementation_internal",
    "experts_implementation",
    "_experts_implementation_internal",
)
_REPOSITORY: Final = re.compile(r"(?:paged\|)?[\w.-]+/[\w.-]+(?:[@:][^\s]*)?")


def examine_model_config(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about a model's configuration; describes the model, marks its folder."""
    _describe(config, scope)
    for path, part in parts_of(config):
        if is_true(part.get("trust_remote_code")):
            where = f" for {path[:200]}" if path else ""
            yield scope.finding(
                CUSTOM_CODE,
                f"The configuration switches trust_remote_code on by itself{where}.",
                anchor=f"{path}.trust_remote_code" if path else "trust_remote_code",
            )
        for key in _KERNEL_KEYS:
            value = part.get(key)
            for text in texts_of(list(value.values()) if isinstance(value, dict) else value):
                if _REPOSITORY.fullmatch(text[:300]):
                    scope.describe(remote_code=[text])
                    yield scope.finding(
                        rules.REMOTE_KERNEL,
                        f"{key} is {text[:200]!r}.",
                        anchor=f"{key}:{text[:200]}",
                    )


def _describe(config: Config, scope: Scope) -> None:
    name = scope.name.lower()
    if name != "config.json" or not is_model_config(config):
        return
    library = "Diffusers" if "_diffusers_version" in config else "Transformers"
    cross_encoder = config.get("sentence_transformers")
    beside = {other.rpartition("/")[2].lower() for other in scope.siblings()}
    sentences = "modules.json" in beside or isinstance(cross_encoder, dict)
    origin = text_of(config, "_name_or_path", "name_or_path")
    scope.describe(
        folder="sentence-transformers" if sentences else "hugging-face",
        framework=library,
        framework_version=text_of(config, "transformers_version", "_diffusers_version"),
        architecture=(
            next(iter(texts_of(config.get("architectures"))), "")
            or text_of(config, "_class_name", "model_type")
        ),
        # Paths of the machine that saved it name no model.
        name="" if origin.startswith((".", "/", "~")) or "\\" in origin else origin,
    )


def is_model_config(config: Config) -> bool:
    """Whether this is the configuration of a model of transformers or diffusers."""
    return (
        isinstance(config.get("model_type"), str)
        or bool(texts_of(config.get("architectures")))
        or isinstance(config.get("transformers_version"), str)
        or (isinstance(config.get("_class_name"), str) and "_diffusers_version" in config)
    )
