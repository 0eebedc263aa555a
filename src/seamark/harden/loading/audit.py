"""The net under everything: no unpickler resolves a name that the policy does not allow.

CPython raises the audit event ``pickle.find_class`` in the C and in the Python unpickler, whoever
holds a reference to it and whenever it was taken. An audit hook cannot be removed: it is added once
and does nothing, in some 0.1 microseconds an event, where no policy holds.
"""

import sys
from dataclasses import dataclass
from typing import Any

from seamark.harden.loading.policy import current

LEFT_ALONE = (
    "multiprocessing",
    "concurrent.futures.process",
    "joblib.externals.loky",
    "torch.multiprocessing",
)
"""Packages whose pickles come from this program's own processes over its own pipes."""


@dataclass(slots=True)
class _Hook:
    added: bool = False


_HOOK = _Hook()


def is_left_alone(module: object) -> bool:
    """Whether the module that unpickles talks to this program's own processes."""
    return isinstance(module, str) and any(
        module == name or module.startswith(f"{name}.") for name in LEFT_ALONE
    )


def add_hook() -> None:
    """Add the audit hook unless it is there."""
    if not _HOOK.added:
        _HOOK.added = True
        sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "pickle.find_class":
        return
    policy = current()
    if policy is None:
        return
    module, name = arguments
    if not isinstance(module, str) or not isinstance(name, str):
        return  # the unpickler itself refuses it with an error of its own
    refusal = policy.refused_reference(module, name)
    if refusal is not None and not is_left_alone(sys._getframe(1).f_globals.get("__name__")):
        policy.refuse(refusal)
