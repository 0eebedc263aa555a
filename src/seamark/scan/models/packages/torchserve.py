"""TorchServe archives (``.mar``, ``.war``): the manifest that says what is imported and installed.

Source: the model and workflow archivers of https://github.com/pytorch/serve. Handlers and weights
are members of the archive and examined as such.
"""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code import rules as code_rules
from seamark.scan.models.packages import torchserve_rules as rules
from seamark.scan.models.packages.names import Reach, reach_of
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

_SIZE_LIMIT = 8 << 20
_MOST_FILES = 500
_RUNTIMES = frozenset({"python", "python2", "python3"})
_BUILT_IN = frozenset(
    """image_classifier object_detector text_classifier image_segmenter vision_handler
    text_handler base_handler dali_image_classifier densenet_handler request_envelope
    micro_batching""".split()
)
_FILE_KEYS = ("serializedFile", "modelFile", "requirementsFile", "configFile", "specFile")

Entries = Mapping[str, object]


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``MAR-INF/MANIFEST.json``. Raises ``Malformed`` where it is no manifest."""
    from seamark.scan.models.weights.json_trees import read_json

    if blob.size > _SIZE_LIMIT:
        yield scope.finding(
            code_rules.NOT_READ, f"This manifest has {blob.size:,} bytes.", anchor="size"
        )
        return
    scope.tally.bytes += blob.size
    document = read_json(blob, "the manifest")
    if not isinstance(document, dict):
        return
    parts = [
        (kind, part)
        for kind in ("model", "workflow")
        if isinstance(part := document.get(kind), dict)
    ]
    scope.describe(framework="TorchServe", format_version=_text(document.get("archiverVersion")))
    yield from _examine_runtime(document, scope)
    there = _names_above(scope)
    for kind, part in parts:
        scope.describe(name=_text(part.get("modelName") or part.get("workflowName")))
        yield from _examine_handler(part, there, scope)
        yield from _examine_files(kind, part, there, scope)


def examine_loose(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """A ``MANIFEST.json`` outside ``MAR-INF``: one of ours where it names a handler."""
    head = blob.read(0, _SIZE_LIMIT)
    if b'"handler"' in head or b"\\u" in head:
        yield from examine(blob, scope)
        return
    from seamark.scan.models.code.texts import examine_text

    scope.set_format("json")
    yield from examine_text(blob, scope)


def in_archive_folder(scope: Scope) -> bool:
    """Whether the file lies in ``MAR-INF``."""
    folder = (scope.member or scope.path).rpartition("!")[2].replace("\\", "/").split("/")[:-1]
    return bool(folder) and folder[-1].upper() == "MAR-INF"


def _names_above(scope: Scope) -> frozenset[str]:
    """What lies in the archive's top folder; nothing where that is not known."""
    if not in_archive_folder(scope):
        return frozenset()
    return frozenset(name.rpartition("/")[2] for name in scope.above(1))


def _examine_runtime(document: Entries, scope: Scope) -> Iterator[Finding]:
    runtime = document.get("runtime")
    if isinstance(runtime, str) and runtime and runtime.lower() not in _RUNTIMES:
        yield scope.finding(
            rules.UNKNOWN_RUNTIME,
            f"The manifest asks for the runtime {runtime[:200]!r}.",
            anchor=runtime[:200],
        )


def _examine_handler(part: Entries, there: frozenset[str], scope: Scope) -> Iterator[Finding]:
    handler = part.get("handler")
    if not isinstance(handler, str) or not handler:
        return
    shown = handler[:200]
    module, _, function = handler.partition(":")
    if leads_outside(module):
        yield scope.finding(
            rules.LEADS_OUT, f"The handler is {shown!r}.", anchor=f"handler:{shown}"
        )
        return
    bare = module.removesuffix(".py").rpartition("/")[2]
    if module in _BUILT_IN or (bare in _BUILT_IN and f"{bare}.py" not in there):
        return
    if module.endswith(".py") or f"{module}.py" in there:
        scope.describe(remote_code=[handler])
        yield scope.finding(
            code_rules.CUSTOM_CODE,
            f"The archive's manifest runs its own handler {shown}.",
            anchor=handler[:300],
        )
        if module.endswith(".py") and there:
            yield from _missing("handler", module, there, scope)
        return
    dotted = f"{module}.{function}" if function else module
    if reach_of(dotted, scope) is not Reach.ELSEWHERE:
        yield scope.finding(
            rules.SYSTEM_HANDLER, f"The handler is {shown!r}.", anchor=f"handler:{shown}"
        )
        return
    yield scope.finding(
        rules.UNKNOWN_HANDLER, f"The handler is {shown!r}.", anchor=f"handler:{shown}"
    )


def _examine_files(
    kind: str, part: Entries, there: frozenset[str], scope: Scope
) -> Iterator[Finding]:
    named = [(key, value) for key in _FILE_KEYS if isinstance(value := part.get(key), str)]
    extra = part.get("extraFiles")
    if isinstance(extra, str):
        named += [("extraFiles", each.strip()) for each in extra.split(",")[:_MOST_FILES]]
    elif isinstance(extra, list):
        named += [("extraFiles", each) for each in extra[:_MOST_FILES] if isinstance(each, str)]
    for key, value in named:
        if not value:
            continue
        if leads_outside(value) and key != "extraFiles":
            yield scope.finding(
                rules.LEADS_OUT,
                f"The manifest takes {key} from {value[:200]!r}.",
                anchor=f"{key}:{value[:200]}",
            )
            continue
        if key == "modelFile":
            scope.describe(remote_code=[value])
            yield scope.finding(
                code_rules.CUSTOM_CODE,
                f"The {kind} is a class of the archive's own file {value[:200]}.",
                anchor=value[:300],
            )
        if key == "requirementsFile" and value.removeprefix("./") != "requirements.txt":
            yield from _examine_requirements(value, scope)
        if key == "configFile":
            yield from _examine_config(value, scope)
        if there and key != "extraFiles":
            yield from _missing(key, value, there, scope)


def _examine_config(value: str, scope: Scope) -> Iterator[Finding]:
    """The file for the handler, who hands its entries on to an engine or to transformers."""
    from seamark.scan.models.packages.installed import examine_installed

    levels = 1 if in_archive_folder(scope) else 0
    yield from examine_installed(_examine_handed_on, value, scope, levels=levels)


def _examine_handed_on(blob: Blob, scope: Scope) -> Iterator[Finding]:
    from seamark.scan.models.code.yaml_documents import judge_tags, read_file
    from seamark.scan.models.code.yaml_trees import is_true, mappings_of

    document = read_file(blob, scope, "the handler's configuration")
    yield from judge_tags(document, scope)
    for path, part in mappings_of(document.tree()):
        if is_true(part.get("trust_remote_code")):
            yield scope.finding(
                code_rules.CUSTOM_CODE,
                f"The configuration switches trust_remote_code on by itself for '{path}'.",
                anchor=f"{path}.trust_remote_code",
            )


def _examine_requirements(value: str, scope: Scope) -> Iterator[Finding]:
    """What TorchServe gives to pip; a ``requirements.txt`` of the top folder is read by itself."""
    from seamark.scan.models.packages.installed import examine_installed
    from seamark.scan.models.packages.requirements import examine_requirements

    levels = 1 if in_archive_folder(scope) else 0
    yield from examine_installed(examine_requirements, value, scope, levels=levels)


def _missing(key: str, value: str, there: frozenset[str], scope: Scope) -> Iterator[Finding]:
    first = value.removeprefix("./").partition("/")[0]
    if first not in there:
        yield scope.finding(
            rules.MISSING,
            f"The manifest's {key} {value[:200]!r} is not in the archive.",
            anchor=f"{key}:{value[:200]}",
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
