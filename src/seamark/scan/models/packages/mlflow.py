"""MLflow model folders: the ``MLmodel`` that says who loads what, and the files it speaks of.

Source: https://mlflow.org/docs/latest/ml/model/ and the loaders of MLflow 1.30 to 3.x. Weights are
examined by their own readers; here it is what MLflow imports, and where its paths lead.
"""

from collections.abc import Iterator, Mapping

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code import rules as code_rules
from seamark.scan.models.code.yaml_documents import judge_tags, read_file
from seamark.scan.models.code.yaml_trees import Tree
from seamark.scan.models.limits import Malformed
from seamark.scan.models.packages import mlflow_rules as rules
from seamark.scan.models.packages.mlflow_flavors import (
    CLASS_KEYS,
    CODE_KEYS,
    FLAVORS,
    IMPORTED_KEYS,
    PATH_KEYS,
)
from seamark.scan.models.packages.names import Reach, is_dotted, reach_of
from seamark.scan.models.paths import leads_outside
from seamark.scan.models.scope import Scope

_MOST = 200
_NOTE_LIMIT = 4096
_DEPTH = 6
_PYTORCH_PICKLES = frozenset({"mlflow.pytorch.pickle_module", "pickle", "torch.serialization"})
_KERAS = frozenset({"keras", "tensorflow.keras", "tf_keras", "tensorflow.python.keras"})

Entries = Mapping[str, Tree]


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``MLmodel``. Raises ``Malformed`` where it is no YAML."""
    scope.set_format("mlflow")
    read = read_file(blob, scope, "the MLmodel")
    yield from judge_tags(read, scope)
    document = read.tree()
    if not isinstance(document, dict):
        raise Malformed("the MLmodel is no mapping")
    flavors = document.get("flavors")
    flavors = flavors if isinstance(flavors, dict) else {}
    _describe(document, flavors, scope)
    example = document.get("saved_input_example_info")
    if isinstance(example, dict):
        yield from _examine_paths("input example", {"path": example.get("artifact_path")}, scope)
    for name, flavor in list(flavors.items())[:_MOST]:
        if isinstance(flavor, dict):
            yield from _examine_flavor(name, flavor, scope)
    if len(flavors) > _MOST:
        scope.skip(f"only {_MOST} of {len(flavors)} flavors were examined")


def _examine_flavor(name: str, flavor: Entries, scope: Scope) -> Iterator[Finding]:
    yield from _examine_loader(name, flavor, scope)
    for key in CODE_KEYS:
        value = flavor.get(key)
        if isinstance(value, str):
            yield scope.finding(
                code_rules.CUSTOM_LOADER,
                f"MLflow imports Python from {value[:200]!r} to load the model.",
                anchor=f"{key}:{value[:200]}",
                evidence={"flavor": name[:200]},
            )
    for key in sorted(CLASS_KEYS & flavor.keys()):
        yield from _examine_class(name, key, flavor[key], scope)
    yield from _examine_paths(name, flavor, scope)
    yield from _examine_environment(flavor, scope)
    yield from _examine_source(name, flavor, scope)
    if name not in FLAVORS:
        yield scope.finding(
            rules.UNKNOWN_FLAVOR,
            f"MLflow itself has no flavor {name[:100]!r}.",
            anchor=name[:100],
        )


def _examine_loader(name: str, flavor: Entries, scope: Scope) -> Iterator[Finding]:
    loader = flavor.get("loader_module")
    if not isinstance(loader, str):
        return
    shown = loader[:200]
    if reach_of(loader, scope) is not Reach.ELSEWHERE:
        yield scope.finding(
            rules.SYSTEM_NAME,
            f"MLflow loads the model with the module {shown}.",
            anchor=f"loader_module:{shown}",
            evidence={"flavor": name[:200]},
        )
    elif not (loader == "mlflow" or loader.startswith("mlflow.")):
        scope.describe(remote_code=[loader])
        yield scope.finding(
            code_rules.CUSTOM_LOADER,
            f"MLflow loads the model with the module {shown}.",
            anchor=f"loader_module:{shown}",
            evidence={"flavor": name[:200]},
        )


def _examine_class(name: str, key: str, value: Tree, scope: Scope) -> Iterator[Finding]:
    if not isinstance(value, str) or not is_dotted(value):
        return
    where = f"{key}:{value[:200]}"
    dotted = "." in value or key == "keras_module"
    if dotted and reach_of(value, scope) is not Reach.ELSEWHERE and not _is_plain(value):
        yield scope.finding(
            rules.SYSTEM_NAME,
            f"The flavor {name[:100]} builds the model with {value[:200]}.",
            anchor=where,
        )
        return
    if key not in IMPORTED_KEYS:
        return
    libraries = FLAVORS[name].libraries if name in FLAVORS else ()
    known = value in _KERAS if key == "keras_module" else value.split(".")[0] in libraries
    if not known and dotted:
        yield scope.finding(
            rules.FOREIGN_CLASS,
            f"The flavor {name[:100]} imports {value[:200]} for its model.",
            anchor=where,
        )


def _is_plain(value: str) -> bool:
    """Types that are written as such: ``builtins.str``."""
    return value in ("builtins.str", "builtins.dict", "builtins.list", "builtins.float")


def _examine_paths(name: str, flavor: Entries, scope: Scope) -> Iterator[Finding]:
    for key, value in _paths(flavor):
        if leads_outside(value):
            yield scope.finding(
                code_rules.ESCAPES_FOLDER,
                f"The MLmodel takes {key} from {value[:200]!r}.",
                anchor=f"{key}:{value[:200]}",
                evidence={"flavor": name[:200]},
            )


def _paths(tree: Entries, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Entries that are paths, also of artifacts, extra files and the like: ``(key, path)``."""
    for key, value in list(tree.items())[:_MOST]:
        if isinstance(value, str):
            if value and (key in PATH_KEYS or key.endswith(("_path", "_file", "_dir"))):
                yield key[:80], value
        elif depth < _DEPTH:
            parts = value if isinstance(value, list) else [value]
            for part in parts[:_MOST]:
                if isinstance(part, dict):
                    yield from _paths(part, depth + 1)
                elif isinstance(part, str) and part and key in PATH_KEYS:
                    yield key[:80], part


def _examine_environment(flavor: Entries, scope: Scope) -> Iterator[Finding]:
    """Environments under other names than those that are read by themselves."""
    from seamark.scan.models.packages import installed, requirements

    named = dict(flavor)
    environment = flavor.get("env")
    named |= environment if isinstance(environment, dict) else {"conda": environment}
    for key, reader, usual in (
        ("conda", requirements.examine_conda, "conda.yaml"),
        ("conda_env", requirements.examine_conda, "conda.yaml"),
        ("virtualenv", requirements.examine_python_env, "python_env.yaml"),
        ("python_env", requirements.examine_python_env, "python_env.yaml"),
        ("pip_requirements", requirements.examine_requirements, "requirements.txt"),
        ("requirements", requirements.examine_requirements, "requirements.txt"),
    ):
        value = named.get(key)
        if isinstance(value, str) and value and value.removeprefix("./") != usual:
            yield from installed.examine_installed(reader, value, scope)
        elif isinstance(value, list) and reader is requirements.examine_requirements:
            for each in value[:_MOST]:
                if isinstance(each, str):
                    yield from requirements.judge_requirement(each, scope)


def _examine_source(name: str, flavor: Entries, scope: Scope) -> Iterator[Finding]:
    """Flavors that keep only a reference to weights on a hub."""
    source = flavor.get("source_model_name")
    if not isinstance(source, str) or not source:
        return
    scope.describe(base_models=[source])
    if name == "transformers" and not flavor.get("model_binary"):
        revision = flavor.get("source_model_revision")
        yield scope.finding(
            rules.ELSEWHERE,
            f"The weights are those of {source[:200]!r} on a model hub"
            + (f" at {revision[:80]}." if isinstance(revision, str) else "."),
            anchor=source[:200],
        )


def _describe(document: Entries, flavors: Entries, scope: Scope) -> None:
    own = [name for name in flavors if name != "python_function"]
    name = own[0] if own else next(iter(flavors), "")
    flavor = flavors.get(name)
    version = ""
    kind = ""
    if isinstance(flavor, dict):
        version = next(
            (v for k, v in flavor.items() if k.endswith("_version") and isinstance(v, str)), ""
        )
        kind = next(
            (v for k in ("model_class", "pipeline_model_type", "model_type")
             if isinstance(v := flavor.get(k), str)), "",
        )  # fmt: skip
    scope.describe(
        folder="mlflow",
        framework=FLAVORS[name].title if name in FLAVORS else name,
        framework_version=version,
        format_version=_text(document.get("mlflow_version")),
        architecture=kind,
        name=_text(document.get("artifact_path")),
        remote_code=[
            code for each in flavors.values() if isinstance(each, dict)
            for key in CODE_KEYS if isinstance(code := each.get(key), str)
        ],
    )  # fmt: skip


def _text(value: Tree) -> str:
    return value if isinstance(value, str) else ""


def examine_registration(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """``registered_model_meta``: the name that the registry gave the model. Nothing is loaded."""
    scope.set_format("mlflow")
    read = read_file(blob, scope, "the registration")
    yield from judge_tags(read, scope)
    document = read.tree()
    if isinstance(document, dict):
        scope.describe(name=_text(document.get("model_name")))


def examine_pickle_module(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """``pickle_module_info.txt``: the module that ``mlflow.pytorch`` imports as its unpickler."""
    scope.set_format("mlflow")
    name = blob.read(0, _NOTE_LIMIT).decode("utf-8", "replace").strip()
    scope.tally.bytes += min(blob.size, _NOTE_LIMIT)
    if name in _PYTORCH_PICKLES:
        return
    system = reach_of(name, scope) is not Reach.ELSEWHERE
    yield scope.finding(
        rules.SYSTEM_NAME if system else rules.PICKLE_MODULE,
        f"MLflow imports {name[:200]!r} to read the weights.",
        anchor=name[:200],
    )
