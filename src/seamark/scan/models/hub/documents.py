"""Which file of a hub folder a JSON document is: told by its keys, and by its name where needed."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.scope import Scope


def examine_document(document: object, duplicates: list[str], scope: Scope) -> Iterator[Finding]:
    """Findings about one parsed JSON document; ``duplicates`` are keys that one object repeats."""
    from seamark.scan.models.hub import sentences

    if isinstance(document, list):
        if sentences.is_modules(document):
            yield from sentences.examine_modules(document, scope)
        return
    if not isinstance(document, dict):
        return
    from seamark.scan.models.hub import (
        adapters,
        index,
        models,
        outside,
        pipelines,
        tokenizer_config,
    )

    name = scope.name.lower()
    yield from models.examine_model_config(document, scope)
    yield from outside.examine_model_files(document, scope)
    if "weight_map" in document:
        yield from index.examine_index(document, duplicates, scope)
    if pipelines.is_pipeline(document):
        yield from pipelines.examine_pipeline(document, scope)
    if adapters.is_adapter(document):
        yield from adapters.examine_adapter(document, scope)
        yield from outside.examine_adapter_files(document, scope)
    if name == "config_sentence_transformers.json":
        sentences.describe_sentences(document, scope)
    yield from sentences.examine_part(document, scope)
    if tokenizer_config.is_tokenizer_config(document, name):
        yield from tokenizer_config.examine_tokenizer_config(document, scope)
        yield from outside.examine_tokenizer_files(document, scope)
