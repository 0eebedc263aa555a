"""Which text files of a hub folder have a reader of their own: told by name. Nothing heavy."""

import re
from typing import Final

from seamark.scan.models.scope import Reader, Scope

_DOCUMENTS: Final = frozenset(
    """config.json model_index.json modular_model_index.json modules.json adapter_config.json
    generation_config.json config_sentence_transformers.json sentence_bert_config.json
    tokenizer_config.json special_tokens_map.json added_tokens.json preprocessor_config.json
    processor_config.json video_preprocessor_config.json router_config.json
    wordembedding_config.json _metadata _checkpoint_metadata""".split()
)
_TIKTOKEN: Final = re.compile(r".*\.tiktoken|tokenizer\.model|tiktoken\.model")
_MARKS: Final = frozenset(
    """config.json model_index.json adapter_config.json modules.json tokenizer_config.json
    model.safetensors params.json""".split()
)


def is_document(name: str) -> bool:
    """Whether loaders of hub folders read a JSON file of this name (lower case)."""
    return name in _DOCUMENTS or name.endswith(".index.json")


def reader_of(scope: Scope) -> Reader | None:
    """The reader of a tokenizer's or a card's text; None for other text."""
    name = scope.name.lower()
    if name == "tokenizer.json":
        from seamark.scan.models.hub import tokenizer_json

        return tokenizer_json.examine
    if name == "vocab.json":
        from seamark.scan.models.hub import vocabularies

        return vocabularies.examine_vocabulary if _in_hub_folder(scope) else None
    if _TIKTOKEN.fullmatch(name):
        from seamark.scan.models.hub import vocabularies

        return vocabularies.examine_tiktoken
    if name == "readme.md" and _in_hub_folder(scope):
        from seamark.scan.models.hub import cards

        return cards.examine
    return None


def _in_hub_folder(scope: Scope) -> bool:
    return bool(_MARKS & {name.rpartition("/")[2].lower() for name in scope.siblings()})
