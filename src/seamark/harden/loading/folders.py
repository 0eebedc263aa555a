"""Guards of loaders that read whole folders: every file in it is examined before the first load.

The pickles inside are examined a second time, when the library's own loader reads them; after the
load no file of the folder may be another one. Code that ``trust_remote_code`` runs is judged as
source by the scan; that a model brings code is then no reason of its own.
"""

import functools
import importlib
import os
from collections.abc import Callable
from typing import Any

from seamark.core.paths import printable
from seamark.harden.loading.patches import Guard
from seamark.harden.loading.policy import (
    Policy,
    current,
    examined_folders,
    unexamined,
    within_folder,
)
from seamark.harden.loading.refusals import UnsafeModel, report_of
from seamark.harden.loading.sources import Identity, identity
from seamark.scan.models import rules
from seamark.scan.models.check import scan_paths


def load_folder(folder: str, policy: Policy, call: Callable[[], Any]) -> Any:
    """Examine every file below ``folder``, ``call`` the loader, see that nothing changed."""
    known = os.path.realpath(folder)
    if known in examined_folders():
        return call()
    before = _identities(known)
    for report in scan_paths([folder], scanner=policy.scanner):
        policy.judge(report)
    with within_folder(known), unexamined():
        result = call()
    if _identities(known) != before:
        message = "A file of the folder changed while it was loaded."
        policy.refuse(UnsafeModel(report_of(rules.CHANGED, printable(folder), message)))
    return result


def _identities(folder: str) -> dict[str, Identity]:
    found = {}
    for place, _folders, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            try:
                found[path] = identity(os.stat(path))
            except OSError:
                found[path] = (0, 0, 0, 0, 0)
    return found


def guard_from_pretrained(held: Any) -> Any:
    """``from_pretrained`` of transformers: local folders, or what the hub's cache holds."""
    original = held.__func__

    @functools.wraps(original)
    def from_pretrained(cls: Any, name: Any = None, *args: Any, **options: Any) -> Any:
        policy = current()
        place = options.get("pretrained_model_name_or_path", name)
        if policy is None or not isinstance(place, str | os.PathLike):
            return _call(original, cls, name, args, options)
        place = os.fspath(place)
        folder = place if os.path.isdir(place) else os.path.dirname(place)
        if not os.path.exists(place):
            folder = _cached(place, options)
        if not folder:
            message = "It is not on this machine, so it was not examined; download it first."
            policy.refuse(UnsafeModel(report_of(rules.UNREADABLE, place, message)))
            return _call(original, cls, name, args, options)
        return load_folder(folder, policy, lambda: _call(original, cls, name, args, options))

    return classmethod(from_pretrained)


def _call(original: Any, cls: Any, name: Any, args: Any, options: dict[str, Any]) -> Any:
    if "pretrained_model_name_or_path" in options:
        return original(cls, *args, **options)
    return original(cls, name, *args, **options)


def _cached(repository: str, options: dict[str, Any]) -> str:
    """The folder of a hub's repository that was downloaded before; empty where there is none."""
    try:
        hub = importlib.import_module("huggingface_hub")
        found: str = hub.snapshot_download(
            repository,
            revision=options.get("revision"),
            cache_dir=options.get("cache_dir"),
            local_files_only=True,
        )
        return found
    except Exception:  # not there, no such name, no such library: all mean it is not local
        return ""


_HOLDERS = {
    "transformers.modeling_utils": "PreTrainedModel",
    "transformers.configuration_utils": "PretrainedConfig",
    "transformers.tokenization_utils_base": "PreTrainedTokenizerBase",
    "transformers.processing_utils": "ProcessorMixin",
    "transformers.feature_extraction_utils": "FeatureExtractionMixin",
    "transformers.image_processing_base": "ImageProcessingMixin",
    "transformers.generation.configuration_utils": "GenerationConfig",
    "transformers.models.auto.auto_factory": "_BaseAutoModelClass",
    "transformers.models.auto.configuration_auto": "AutoConfig",
    "transformers.models.auto.tokenization_auto": "AutoTokenizer",
    "transformers.models.auto.processing_auto": "AutoProcessor",
    "transformers.models.auto.image_processing_auto": "AutoImageProcessor",
    "transformers.models.auto.feature_extraction_auto": "AutoFeatureExtractor",
}

GUARDS = tuple(
    Guard(module, f"{holder}.from_pretrained", guard_from_pretrained)
    for module, holder in _HOLDERS.items()
)
