"""Configurations of model artifacts in their several dialects: metadata, and paths to unpack to.

KitOps: https://kitops.org/docs/kitfile/format/. ModelPack: https://github.com/modelpack/model-spec.
Docker: https://github.com/docker/model-spec. Ollama has a dialect of its own.
"""

from collections.abc import Iterator, Mapping

from seamark.scan.models.scope import Scope

_PARTS = ("model", "code", "datasets", "docs", "prompts", "parts", "files")
_MOST = 1000

Entries = Mapping[str, object]


def describe_config(config: Entries, media_type: str, scope: Scope) -> None:
    """Add what the configuration says of the model to the report."""
    if "kitops" in media_type:
        _describe_kit(config, scope)
        return
    descriptor, inner = _part(config, "descriptor"), _part(config, "config")
    licenses = descriptor.get("licenses")
    scope.describe(
        name=_text(descriptor.get("name")),
        license=_text(licenses[0]) if isinstance(licenses, list) and licenses else "",
        architecture=_text(
            inner.get("architecture") or descriptor.get("family") or config.get("model_family")
        ),
        format_version=_text(inner.get("formatVersion")),
        datasets=_texts(descriptor.get("datasetsURL")),
    )


def _describe_kit(config: Entries, scope: Scope) -> None:
    package, model = _part(config, "package"), _part(config, "model")
    datasets = config.get("datasets")
    code = config.get("code")
    scope.describe(
        framework=_text(model.get("framework")),
        name=_text(model.get("name") or package.get("name")),
        license=_text(model.get("license") or package.get("license")),
        format_version=_text(config.get("manifestVersion")),
        datasets=[
            _text(each.get("name") or each.get("path"))
            for each in (datasets if isinstance(datasets, list) else [])
            if isinstance(each, dict)
        ],
        remote_code=[
            _text(each.get("path"))
            for each in (code if isinstance(code, list) else [])
            if isinstance(each, dict)
        ],
    )


def paths_of(config: Entries) -> Iterator[str]:
    """Paths that clients unpack layers to, as a ModelKit's or ModelPack's configuration has them.

    Configurations of container images have none: there ``config`` is what runs.
    """
    waiting: list[tuple[object, int]] = [(config.get(part), 0) for part in _PARTS]
    count = 0
    while waiting and count < _MOST:
        value, depth = waiting.pop()
        count += 1
        if isinstance(value, list) and depth < 4:
            waiting.extend((each, depth + 1) for each in value[:_MOST])
        elif isinstance(value, dict) and depth < 4:
            path = value.get("path")
            if isinstance(path, str) and path:
                yield path
            waiting.extend((value.get(part), depth + 1) for part in _PARTS)


def _part(config: Entries, key: str) -> Entries:
    value = config.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
