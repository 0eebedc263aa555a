"""May a model refer to this? Default deny by exact (module, name), from pinned data.

The allowlist is data: built offline per library release (``seamark allowlist build``), merged into
one file that loads in about a millisecond, and pinned by digest in ``allowlists/manifest.json``.
Nothing here looks at what is installed beside the scanner, nor at the running interpreter's own
list of modules: the same file gets the same verdict everywhere.
"""

import functools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from seamark.core.digests import digest_bytes
from seamark.core.errors import SeamarkError, UsageError

FOLDER = os.path.join(os.path.dirname(__file__), "allowlists")
MANIFEST = "manifest.json"
RUNTIME = "runtime.json"
SCHEMA = "seamark.allowlists/1"

CLASS = "c"
"""Kind: may be instantiated without its constructor (NEWOBJ, copyreg) and given a state."""
CALL = "f"
"""Kind: may be called with any inert arguments."""
NAME = "n"
"""Kind: may only be referred to: a scalar type, a loss function held as an attribute."""
ENUM = "enum"
"""Guard of enumerations: their members are pickled as a call with the literal value."""
TRUSTED = "x"
"""Kind of what the user allowed by hand: every use of it."""

_RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg", "UserDict": "collections"}
"""Python 2 homes of names that honest pickles hold. The engines map them as the loader does;
this is for callers that pass the operands as they stand in the file."""


class Decision(StrEnum):
    """What the allowlist says of a reference."""

    ALLOWED = "allowed"
    """Known data; :func:`guards.check_call` still holds each call to what its kind permits."""
    GUARDED = "guarded"
    """Known, and a gadget with wrong arguments: its calls must pass the named guard."""
    DOTTED = "dotted"
    """The name walks attributes, which reaches anything its module imported.

    The few that are honest (methods that one class keeps of itself) are listed in full."""
    STDLIB = "stdlib"
    """Python's standard library or builtins, and not a data type."""
    UNKNOWN = "unknown"
    """Somebody's code that no allowlist knows."""


@functools.cache
def parse_line(line: str) -> Mapping[str, str]:
    """``"A b=f d=dtype"`` as ``{"A": "c", "b": "f", "d": "dtype"}``."""
    kinds = {}
    for word in line.split():
        name, _, kind = word.partition("=")
        kinds[name] = kind or CLASS
    return kinds


def format_line(kinds: Mapping[str, str]) -> str:
    """The inverse of :func:`parse_line`, sorted by name."""
    return " ".join(n if k == CLASS else f"{n}={k}" for n, k in sorted(kinds.items()))


@dataclass(frozen=True, slots=True)
class Allowlist:
    """The references that models may hold.

    ``modules`` maps a module to its names as one line (``ndarray dtype=dtype``): lines are only
    split for modules that a file mentions, which keeps start-up short. ``stdlib`` holds the
    top-level modules that come with any Python from 2.7 on. ``extra`` is what the user allowed,
    by (module, name) with its kind.
    """

    modules: Mapping[str, str]
    stdlib: frozenset[str]
    extra: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def kind(self, module: str, name: str) -> str | None:
        """What may be done with a reference: a kind, a guard's name, or None (not allowed)."""
        if self.extra and (module, name) in self.extra:
            return self.extra[module, name]
        line = self.modules.get(_RENAMED.get(module, module))
        return None if line is None else parse_line(line).get(name)

    def decide(self, module: str, name: str) -> Decision:
        """What the allowlist says of ``module.name``. Never raises."""
        kind = self.kind(module, name)
        if kind is not None:
            return Decision.ALLOWED if len(kind) == 1 else Decision.GUARDED
        if "." in name:
            return Decision.DOTTED
        if module.partition(".")[0] in self.stdlib:
            return Decision.STDLIB
        return Decision.UNKNOWN


def load_allowlist(extra: frozenset[str] = frozenset()) -> Allowlist:
    """The shipped allowlist, widened by the user's ``module:name`` entries.

    Raises ``UsageError`` for an entry that is not of this form, and ``SeamarkError`` where the
    shipped data is missing or does not match its manifest: a scanner with a changed allowlist
    must not give verdicts.
    """
    allowlist = _shipped()
    return replace(allowlist, extra=parse_extra(extra)) if extra else allowlist


def parse_extra(entries: frozenset[str]) -> Mapping[tuple[str, str], str]:
    """``module:name`` entries with their kind: ``x`` (every use), or what ``=c`` at the end says.

    Raises ``UsageError`` for any other form.
    """
    kinds = {}
    for entry in entries:
        reference, _, kind = entry.partition("=")
        module, colon, name = reference.partition(":")
        if not (module and colon and name) or set("*:") & set(name) or "*" in module:
            raise UsageError(
                f"Not an allowlist entry: {entry!r}.",
                hint="Write module:name, exactly and without wildcards: mylib.models:Scorer",
            )
        if (kind or TRUSTED) not in (CLASS, CALL, NAME, TRUSTED, ENUM):
            raise UsageError(
                f"Unknown kind in the allowlist entry {entry!r}.",
                hint="Kinds: c (an instance), f (a call), n (a mention), enum, x (every use).",
            )
        kinds[module, name] = kind or TRUSTED
    return MappingProxyType(kinds)


@functools.cache
def _shipped() -> Allowlist:
    return read_allowlist(FOLDER)


def read_allowlist(folder: str) -> Allowlist:
    """The runtime allowlist in ``folder``. Raises ``SeamarkError`` unless its pin holds."""
    pins = _pins(folder)
    data = _pinned(folder, RUNTIME, pins)
    try:
        table = json.loads(data)
        return Allowlist(modules=table["modules"], stdlib=frozenset(table["stdlib"].split()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(f"{RUNTIME} is not an allowlist ({error})") from error


def ruleset_digest(folder: str = FOLDER) -> str:
    """Digest of the manifest, which pins every data file: part of the rule-set version."""
    return digest_bytes(_read(folder, MANIFEST))


def verify_all(folder: str = FOLDER) -> tuple[str, ...]:
    """Check every pinned file, also those that only the builder reads; their names in order.

    Raises ``SeamarkError`` for the first that is missing or changed.
    """
    pins = _pins(folder)
    for name in sorted(pins):
        _pinned(folder, name, pins)
    return tuple(sorted(pins))


def _pins(folder: str) -> Mapping[str, str]:
    try:
        manifest = json.loads(_read(folder, MANIFEST))
        if manifest["schema"] != SCHEMA:
            raise _broken(f"{MANIFEST} has an unknown schema")
        pins: Mapping[str, str] = manifest["files"]
        return pins
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(f"{MANIFEST} is not a manifest ({error})") from error


def _pinned(folder: str, name: str, pins: Mapping[str, str]) -> bytes:
    data = _read(folder, name)
    if pins.get(name) != digest_bytes(data):
        raise _broken(f"{name} does not match its digest in {MANIFEST}")
    return data


def _read(folder: str, name: str) -> bytes:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    except OSError as error:
        raise _broken(f"{name}: {error.strerror}") from error


def _broken(what: str) -> SeamarkError:
    return SeamarkError(
        f"The allowlist cannot be trusted: {what}.",
        hint="Install Seamark again; its data files were changed, lost or half written.",
    )
