"""Put guards in place of loaders, count who needs them, and take them away again.

Loaders of modules that are imported later are replaced right after the import (``sys.meta_path``).
A guard that outlives its context, because somebody kept a reference, only calls the original.
"""

import importlib.abc
import importlib.machinery
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Guard:
    """Replaces ``module.name`` (dotted for what a class holds) by ``wrap`` of what is there."""

    module: str
    name: str
    wrap: Callable[[Any], Any]


@dataclass(slots=True)
class Patches:
    """The guards of this process, in place as long as anybody needs them."""

    guards: tuple[Guard, ...]
    lock: threading.RLock = field(default_factory=threading.RLock)
    users: int = 0
    done: list[tuple[Any, str, Any, Any]] = field(default_factory=list)
    wrapped: dict[tuple[int, Any], Any] = field(default_factory=dict)
    originals: dict[int, Any] = field(default_factory=dict)
    finder: "_Finder | None" = None

    def acquire(self) -> None:
        """Put the guards in place unless they are."""
        with self.lock:
            self.users += 1
            if self.users > 1:
                return
            for name in {guard.module for guard in self.guards} & set(sys.modules):
                self.apply(sys.modules[name])
            self.finder = _Finder(self)
            sys.meta_path.insert(0, self.finder)

    def release(self) -> None:
        """Restore everything once nobody needs the guards any more."""
        with self.lock:
            self.users -= 1
            if self.users:
                return
            if self.finder in sys.meta_path:
                sys.meta_path.remove(self.finder)
            for owner, name, original, wrapper in reversed(self.done):
                if vars(owner).get(name) is wrapper:
                    setattr(owner, name, original)
            self.done.clear()

    def apply(self, module: ModuleType) -> None:
        """Guard what ``module`` holds. A name that this release of it lacks is left out."""
        with self.lock:
            if not self.users:
                return
            for guard in self.guards:
                if guard.module == module.__name__:
                    self._replace(module, guard)

    def _replace(self, module: ModuleType, guard: Guard) -> None:
        *path, name = guard.name.split(".")
        owner: Any = module
        for part in path:
            owner = vars(owner).get(part)
            if owner is None:
                return
        held = vars(owner).get(name)
        if held is None:
            return
        if id(held) in self.originals:  # imported from where it was guarded already
            self.done.append((owner, name, self.originals[id(held)], held))
            return
        key = (id(held), guard.wrap)
        if key not in self.wrapped:
            self.wrapped[key] = guard.wrap(held)
            self.originals[id(self.wrapped[key])] = held  # keeps both alive: ids stay theirs
        self.done.append((owner, name, held, self.wrapped[key]))
        setattr(owner, name, self.wrapped[key])


class _Finder(importlib.abc.MetaPathFinder):
    """Finds as the other finders do, and has the module guarded once it is there."""

    def __init__(self, patches: Patches) -> None:
        self._patches = patches
        self._names = {guard.module for guard in patches.guards}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in self._names:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, self._patches)
                return spec
        return None


class _Loader(importlib.abc.Loader):
    """Loads as ``loader`` does; then the guards. The module never sees this loader."""

    def __init__(self, loader: Any, patches: Patches) -> None:
        self._loader = loader
        self._patches = patches

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._patches.apply(module)
