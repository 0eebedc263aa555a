"""Which text files mark or steer a package of a model: told by name, and by what lies around."""

from seamark.scan.models.scope import Reader, Scope

_NAMES = frozenset(
    """mlmodel registered_model_meta pickle_module_info.txt manifest.json model_config.yaml
    requirements.txt conda.yaml conda.yml python_env.yaml python_env.yml uv.lock oci-layout
    index.json .args""".split()
)

_HUB_MARKS = frozenset({"config.json", "model_index.json", "adapter_config.json", "modules.json"})


def reader_of(scope: Scope) -> Reader | None:
    """The reader of a text file that a loader of packages acts upon; None for other text."""
    name = scope.name.lower()
    if name not in _NAMES:
        return None
    if name in ("mlmodel", "registered_model_meta", "pickle_module_info.txt"):
        return _mlflow_reader(name, scope)
    if name == "manifest.json":
        return _torchserve_reader(scope)
    if name == "model_config.yaml":
        return _nemo_reader(scope)
    if name in ("oci-layout", "index.json"):
        return _oci_reader(name, scope)
    if name == ".args":
        return _arguments_reader(scope)
    return _requirements_reader(name, scope)


def _beside(scope: Scope, levels: int = 0) -> frozenset[str]:
    names = scope.siblings() if not levels else scope.above(levels)
    return frozenset(name.rpartition("/")[2].lower() for name in names)


def _mlflow_reader(name: str, scope: Scope) -> Reader | None:
    from seamark.scan.models.packages import mlflow

    if name == "mlmodel":
        return mlflow.examine
    if name == "registered_model_meta":
        return mlflow.examine_registration if "mlmodel" in _beside(scope) else None
    above = "mlmodel" in _beside(scope, 1)
    return mlflow.examine_pickle_module if above else None


def _torchserve_reader(scope: Scope) -> Reader | None:
    from seamark.scan.models.packages import torchserve

    if torchserve.in_archive_folder(scope):
        return torchserve.examine
    # Unpacked or repacked; web pages have a manifest.json in lower case.
    return torchserve.examine_loose if scope.name == "MANIFEST.json" else None


def _nemo_reader(scope: Scope) -> Reader | None:
    from seamark.scan.models.packages import nemo

    return nemo.examine if nemo.is_nemo(_beside(scope), scope) else None


def _oci_reader(name: str, scope: Scope) -> Reader | None:
    beside = _beside(scope)
    if name == "index.json" and "oci-layout" not in beside:
        return None
    if name == "oci-layout" and "index.json" not in beside and "blobs" not in beside:
        return None
    from seamark.scan.models.packages import oci

    return oci.examine_layout if name == "oci-layout" else oci.examine_index


def _arguments_reader(scope: Scope) -> Reader | None:
    if not scope.member:
        return None
    from seamark.scan.models.packages import programs

    return programs.examine_arguments


def _requirements_reader(name: str, scope: Scope) -> Reader | None:
    """Environments that are installed for a model: MLflow's, TorchServe's, SageMaker's ``code``."""
    beside = _beside(scope)
    if not beside & {"mlmodel", "mar-inf"} and not (
        "handler.py" in beside and beside & _HUB_MARKS  # an endpoint of Hugging Face
    ):
        folder = (scope.member or scope.path).rpartition("!")[2].rpartition("/")[0]
        if folder.rpartition("/")[2] != "code" or not _beside(scope, 1) & {"mlmodel", "mar-inf"}:
            return None
    from seamark.scan.models.packages import requirements, uv_lock

    if name == "uv.lock":
        return uv_lock.examine
    if name.startswith("conda"):
        return requirements.examine_conda
    if name.startswith("python_env"):
        return requirements.examine_python_env
    return requirements.examine_requirements
