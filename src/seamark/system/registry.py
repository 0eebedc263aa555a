"""Every check and every rule: ours and those that packages register as ``seamark.checks``."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint, entry_points

from seamark.core import waivers
from seamark.core.checks import ENTRY_POINT_GROUP, Check
from seamark.core.errors import ConfigurationError
from seamark.core.rules import Rule, index_rules
from seamark.scan.dependencies.check import CHECK as DEPENDENCIES
from seamark.scan.models.check import CHECK as MODELS

OWN = (MODELS, DEPENDENCIES)
"""The checks of this package, in the order in which they run."""

_RULE_ID = re.compile(r"[A-Z]{3}[0-9]{3}")
_FAMILIES = {
    "ARC": "Archives and nesting",
    "CBM": "CatBoost",
    "CML": "Core ML",
    "COD": "Code beside weights",
    "ENV": "Environments that models ask for",
    "EXE": "Programs",
    "FIL": "Files",
    "GAT": "Gates, waivers and baseline",
    "GUF": "GGUF",
    "HDF": "HDF5",
    "HID": "Hidden content",
    "HUB": "Model hub folders",
    "INS": "Code that runs at install or start-up",
    "KRS": "Keras",
    "LCN": "Licenses",
    "LGB": "LightGBM",
    "MAR": "TorchServe",
    "MLF": "MLflow",
    "MSG": "MessagePack and Flax",
    "NMO": "NeMo",
    "NPY": "NumPy",
    "OCI": "OCI artifacts",
    "ONX": "ONNX",
    "OVN": "OpenVINO",
    "PIN": "Pins, hashes and lists of dependencies",
    "PKL": "Pickle",
    "PMM": "PMML and XML",
    "PTH": "PyTorch",
    "PTX": "Exported PyTorch programs",
    "RDS": "R data",
    "SKO": "skops",
    "SRC": "Package indexes and origins",
    "STN": "safetensors",
    "TFG": "TensorFlow graphs and checkpoints",
    "TFL": "TensorFlow Lite",
    "TOK": "Tokenizers",
    "TPL": "Chat templates",
    "TRT": "TensorRT",
    "TYP": "Typosquats",
    "VUL": "Known vulnerabilities",
    "XGB": "XGBoost",
}


def all_checks() -> Mapping[str, Check]:
    """Checks by id, ours first, then by name.

    Raises ``ConfigurationError`` where a registered check cannot be imported, is no check, takes
    an id or a rule id that is taken, or names a rule in a way that no report could show: a check
    that silently does not run would be worse.
    """
    found = {check.id: check for check in OWN}
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.value):
        check = _load(point)
        if found.setdefault(check.id, check) is not check:
            raise ConfigurationError(
                f"Two checks are called '{check.id}' (one is {point.value}).",
                hint="Uninstall one of the packages.",
            )
    if len(found) > len(
        OWN
    ):  # ours alone agree with each other, and importing all rules takes time
        _require_own_rules(found)
    return found


def _require_own_rules(checks: Mapping[str, Check]) -> None:
    """Every rule id is well formed and means one thing (else ``ConfigurationError``)."""
    owners: dict[str, tuple[str, Rule]] = {rule.id: ("seamark", rule) for rule in waivers.RULES}
    for check in checks.values():
        try:
            rules = check.all_rules().values()
        except Exception as error:  # two rules of one id, or whatever ``more_rules`` does
            raise ConfigurationError(
                f"The rules of the check '{check.id}' cannot be read: {error}.",
                hint="Repair or uninstall the package that registers it.",
            ) from error
        for rule in rules:
            if not _RULE_ID.fullmatch(rule.id):
                raise ConfigurationError(
                    f"The check '{check.id}' calls a rule '{rule.id}'.",
                    hint="A rule id is three capitals and three digits, as LIC001.",
                )
            owner, known = owners.setdefault(rule.id, (check.id, rule))
            if known is not rule:
                raise ConfigurationError(
                    f"The rule {rule.id} of the check '{check.id}' is taken by '{owner}'.",
                    hint="Take letters that seamark rules list does not show.",
                )


def all_rules() -> Mapping[str, Rule]:
    """Every rule by id. Imports every module that declares some."""
    return index_rules(_rules())


def families() -> Mapping[str, str]:
    """Titles of the rule families, by their three capitals."""
    return _FAMILIES


def _rules() -> Iterator[Rule]:
    yield from waivers.RULES
    for check in all_checks().values():
        yield from check.all_rules().values()


def _load(point: EntryPoint) -> Check:
    try:
        with redirect_stdout(sys.stderr):  # standard output is the report's
            check = point.load()
    except Exception as error:  # whatever a foreign package does on import
        raise ConfigurationError(
            f"The check {point.name} ({point.value}) cannot be imported: {error}.",
            hint="Repair or uninstall the package that registers it.",
        ) from error
    if not isinstance(check, Check):
        raise ConfigurationError(
            f"The entry point {point.name} ({point.value}) is no seamark.core.checks.Check.",
            hint="Repair or uninstall the package that registers it.",
        )
    return check
