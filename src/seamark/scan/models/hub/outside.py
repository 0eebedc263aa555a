"""Entries of a hub folder's configuration that a loader opens as files, where they lead outside.

Saved models do not have them: loaders write names of files nowhere but into indexes, so a path in
here was put in by hand. Sources: ``PreTrainedTokenizerBase._from_pretrained`` (which let the
configuration win until 5.0), ``_get_resolved_checkpoint_files`` and ``RagRetriever`` of
transformers; ``PromptEmbedding`` and ``XLoraModel`` of PEFT.
"""

from collections.abc import Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.code.rules import ESCAPES_FOLDER
from seamark.scan.models.hub import rules
from seamark.scan.models.hub.nested import Config, parts_of, text_of, texts_of
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

_MOST: Final = 1000
_WEIGHTS: Final = "transformers_weights"
_OPENED: Final = ("index_path", "passages_path")
_NOT_OPENED: Final = frozenset(
    "special_tokens_map_file tokenizer_config_file added_tokens_file chat_template_file".split()
)
"""Old releases wrote the first with the path of their cache; no release opens it from here."""
_RANDOM: Final = frozenset({"RANDOM", "TEXT", "SAMPLE_VOCAB", ""})
"""Ways in which a prompt begins that read no file."""
_OPTIONS: Final = ("-c", "--tessdata-dir", "--user-words", "--user-patterns")


def examine_model_files(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about a model's or a processor's configuration, and those inside of it."""
    for path, part in parts_of(config):
        where = f"{path}." if path else ""
        weights = text_of(part, _WEIGHTS)
        if weights and leads_outside(weights):
            yield scope.finding(
                ESCAPES_FOLDER,
                f"{where}{_WEIGHTS} takes the weights from {weights[:200]!r}.",
                anchor=f"{where}{_WEIGHTS}:{weights[:200]}",
            )
        for key in _OPENED:
            yield from _examine(f"{where}{key}", text_of(part, key), scope)
        options = text_of(part, "tesseract_config")
        if any(word.startswith(_OPTIONS) for word in options.split()):
            yield _finding(f"{where}tesseract_config", options, scope)


def examine_tokenizer_files(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about a tokenizer's configuration."""
    for key, value in config.items():
        if key == "tokenizer_file":
            # Slow tokenizers wrote it; it is dropped where the folder has no fast one.
            names = {name.rpartition("/")[2] for name in scope.siblings()}
            opened = "tokenizer.json" in names
        else:
            opened = key.endswith("_file") and key not in _NOT_OPENED
        if opened and isinstance(value, str):
            yield from _examine(key[:100], value, scope)
    for name in texts_of(config.get("fast_tokenizer_files"))[:_MOST]:
        yield from _examine("fast_tokenizer_files", name, scope)


def examine_adapter_files(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about an adapter's configuration: states and other adapters that it starts from."""
    state = text_of(config, "prompt_tuning_init_state_dict_path")
    begins = text_of(config, "prompt_tuning_init").upper()
    if state and begins not in _RANDOM and (leads_outside(state) or scope.beside(state) is None):
        yield _finding("prompt_tuning_init_state_dict_path", state, scope)
    adapters = config.get("adapters")
    for value in list(adapters.values())[:_MOST] if isinstance(adapters, dict) else ():
        if isinstance(value, str):
            yield from _examine("adapters", value, scope)


def _examine(key: str, value: str, scope: Scope) -> Iterator[Finding]:
    if value and leads_outside(value):
        yield _finding(key, value, scope)


def _finding(key: str, value: str, scope: Scope) -> Finding:
    return scope.finding(
        rules.OUTSIDE_FILE, f"{key} is {value[:200]!r}.", anchor=f"{key}:{value[:200]}"
    )
