"""Record which references a library really writes: run this in that library's own environment.

``python record.py EXAMPLES.py OUT.json`` runs ``EXAMPLES.py``, a script that defines
``examples() -> Iterator[object]``, pickles every object it yields with each protocol, and notes
every reference and how it was used. It stands alone on purpose (standard library only), because
it runs where Seamark is not installed. It loads only what the examples just made.
"""

import io
import json
import pickle
import runpy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

PROTOCOLS = (0, 2, 4, 5)


_Unpickler: Any = getattr(pickle, "_Unpickler")  # noqa: B009 (typeshed hides it)


class Recorder(_Unpickler):  # type: ignore[misc]
    """The standard library's own unpickler in Python, which notes what it is asked to do."""

    dispatch: ClassVar[dict[int, Any]] = dict(_Unpickler.dispatch)

    def __init__(self, data: bytes, uses: dict[str, dict[str, set[str]]]) -> None:
        super().__init__(io.BytesIO(data))
        self.uses = uses
        self.names: dict[int, tuple[str, str]] = {}
        self.kept: list[object] = []

    def find_class(self, module: str, name: str) -> object:
        """Resolve a reference and note it."""
        found: object = super().find_class(module, name)
        self.names[id(found)] = (module, name)
        self.kept.append(found)
        self.note(found, "refer")
        return found

    def note(self, target: object, use: str) -> None:
        """Note how an imported object was used."""
        if id(target) in self.names:
            module, name = self.names[id(target)]
            self.uses.setdefault(module, {}).setdefault(name, set()).add(use)


def _noting(opcode: bytes, use: str, depth: int) -> Any:
    original = _Unpickler.dispatch[opcode[0]]

    def step(self: Recorder) -> None:
        if len(self.stack) >= depth:
            self.note(self.stack[-depth], use)
        original(self)

    return step


Recorder.dispatch[pickle.REDUCE[0]] = _noting(pickle.REDUCE, "call", 2)
Recorder.dispatch[pickle.NEWOBJ[0]] = _noting(pickle.NEWOBJ, "new", 2)
Recorder.dispatch[pickle.NEWOBJ_EX[0]] = _noting(pickle.NEWOBJ_EX, "new", 3)


def record(objects: Iterable[object]) -> Mapping[str, Any]:
    """References by module and name with their uses, over all objects and protocols."""
    uses: dict[str, dict[str, set[str]]] = {}
    failed: list[str] = []
    for thing in objects:
        for protocol in PROTOCOLS:
            try:
                Recorder(pickle.dumps(thing, protocol), uses).load()
            except Exception as error:  # Any library may fail in any way.
                failed.append(f"{type(thing).__name__} {protocol}: {error!r}"[:200])
    entries = {
        module: {name: sorted(how) for name, how in sorted(names.items())}
        for module, names in sorted(uses.items())
    }
    return {"schema": "seamark.recorded/1", "entries": entries, "failed": failed}


def main(arguments: list[str]) -> None:
    """Run an examples script and write what its objects refer to."""
    script, out = arguments
    result = record(runpy.run_path(script)["examples"]())
    Path(out).write_text(json.dumps(result, indent=1) + "\n", encoding="ascii")
    print(f"{sum(map(len, result['entries'].values()))} references", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
