"""Text files: configuration, templates and code that travel with a model, or nothing of ours."""

from collections.abc import Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.code import rules
from seamark.scan.models.code.neighbors import beside_model, may_be_imported
from seamark.scan.models.hub import files as hub
from seamark.scan.models.packages import markers as packages
from seamark.scan.models.scope import Scope

_JSON_BYTES: Final = 1 << 20
_CONFIG_BYTES: Final = 8 << 20
_INDEX_BYTES: Final = 32 << 20
_YAML_BYTES: Final = 2 << 20
_TEMPLATE_BYTES: Final = 4 << 20
_SOURCE_BYTES: Final = (384 << 10) + 1

_WHITESPACE: Final = b" \t\r\n\xef\xbb\xbf"


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Examine a text file by its name and content; what loaders of models ignore is inert."""
    reader = packages.reader_of(scope) or hub.reader_of(scope)
    if reader is not None:
        yield from reader(blob, scope)
        return
    name = scope.name.lower()
    if name.endswith((".json", ".json5")):
        yield from _examine_json(blob, scope, name)
    elif name.endswith(".py"):
        yield from _examine_python(blob, scope)
    elif name.endswith((".yaml", ".yml")):
        yield from _examine_yaml(blob, scope)
    elif _is_template(name, scope):
        yield from _examine_template(blob, scope)
    elif blob.read(0, 64).lstrip(_WHITESPACE)[:1] in (b"{", b"["):
        yield from _examine_json(blob, scope, name)
    else:
        yield from _examine_inert(blob, scope, "text")


def _examine_inert(blob: Blob, scope: Scope, name: str) -> Iterator[Finding]:
    """No loader of models acts upon it; it may still be no honest text."""
    from seamark.scan.models.code.texts import examine_text

    scope.set_format(name)
    yield from examine_text(blob, scope)


def _read(blob: Blob, scope: Scope, limit: int) -> bytes:
    scope.tally.bytes += min(blob.size, limit)
    return blob.read(0, limit)


def _examine_json(blob: Blob, scope: Scope, name: str) -> Iterator[Finding]:
    from seamark.scan.models.code.configs import examine_config, may_matter

    limit = _JSON_BYTES
    if name.endswith(".index.json"):
        limit = _INDEX_BYTES
    elif (
        hub.is_document(name)
        or name.endswith("config.json")
        or name.startswith(("config", "chat_template"))
    ):
        limit = _CONFIG_BYTES
    if blob.size > limit:
        if limit > _JSON_BYTES:
            scope.set_format("json")
            yield scope.finding(
                rules.NOT_READ,
                f"This configuration has {blob.size:,} bytes and was not read.",
                anchor="size",
            )
        else:  # loaders take nothing that they act upon from files of other names
            if blob.size <= _CONFIG_BYTES:
                yield from _examine_targets(blob.read(0, blob.size), scope)
            yield from _examine_inert(blob, scope, "json")
        return
    data = _read(blob, scope, limit)
    yield from _examine_targets(data, scope)
    if not may_matter(data) and not hub.is_document(name):
        yield from _examine_inert(blob, scope, "json")
        return
    found = list(examine_config(data, scope))
    broken = any(finding.rule is rules.NOT_READ for finding in found)
    if broken and limit == _JSON_BYTES and not beside_model(scope):
        # Broken JSON of an ordinary project, or text that begins with a bracket.
        found = [finding for finding in found if finding.rule is not rules.NOT_READ]
        yield from _examine_inert(blob, scope, "text")
    else:
        scope.set_format("json")
    yield from found


def _examine_targets(data: bytes, scope: Scope) -> Iterator[Finding]:
    """Hydra calls whatever a model's configuration names as ``_target_``."""
    if b"_target_" in data and beside_model(scope):
        from seamark.scan.models.packages.hydra_targets import examine_targets

        yield from examine_targets(BytesBlob(data), scope)


def _examine_python(blob: Blob, scope: Scope) -> Iterator[Finding]:
    if not may_be_imported(scope):
        yield from _examine_inert(blob, scope, "python")
        return
    from seamark.scan.models.code.sources import examine_source

    scope.set_format("python")
    yield from examine_source(_read(blob, scope, _SOURCE_BYTES), scope)


def _examine_yaml(blob: Blob, scope: Scope) -> Iterator[Finding]:
    data = b"" if blob.size > _CONFIG_BYTES else _read(blob, scope, _CONFIG_BYTES)
    yield from _examine_targets(data, scope)
    if len(data) > _YAML_BYTES:
        data = b""
    # Only a tag makes an unsafe loader build objects, and every tag begins with "!".
    if b"!" not in data or not beside_model(scope):
        yield from _examine_inert(blob, scope, "yaml")
        return
    scope.set_format("yaml")
    from seamark.scan.models.code.yaml_documents import examine_yaml

    yield from examine_yaml(data.decode("utf-8", "replace"), scope)


def _is_template(name: str, scope: Scope) -> bool:
    if not name.endswith((".jinja", ".jinja2", ".j2")):
        return False
    folder = (scope.member or scope.path).rpartition("/")[0]
    return (
        name.startswith("chat_template")
        or folder.endswith("additional_chat_templates")
        or beside_model(scope)
    )


def _examine_template(blob: Blob, scope: Scope) -> Iterator[Finding]:
    from seamark.scan.models.code.templates import examine_template

    scope.set_format("jinja")
    text = _read(blob, scope, _TEMPLATE_BYTES).decode("utf-8", "replace")
    yield from examine_template(text, scope, anchor=scope.name)
