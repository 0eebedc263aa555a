"""What a conversion is asked to do, and the record of what it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from seamark.core.findings import Finding
from seamark.core.verdicts import ExitCode, Verdict

SCHEMA = "seamark.conversion/1"


class Target(StrEnum):
    """Formats that need no code to be loaded."""

    SAFETENSORS = "safetensors"
    SKOPS = "skops"
    ONNX = "onnx"
    WEIGHTS = "weights"
    """Keras: the weights as HDF5, and the architecture as JSON beside them."""


class Engine(StrEnum):
    """Who reads a torch checkpoint."""

    AUTO = "auto"
    OWN = "own"
    """Our own reader: no torch, constant memory."""
    TORCH = "torch"
    """torch itself, with ``weights_only=True``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One conversion. ``to`` None takes what suits the source; ``output`` "" names it after that.

    ``sample`` is a file of inputs (``.npy``, ``.npz``); without, ``samples`` inputs are drawn with
    ``seed``. ``atol`` and ``rtol`` None take what the type of the outputs allows. ``python`` is the
    interpreter that has the libraries ("": this one). ``allow`` holds references, ``module:name``.
    """

    source: str
    to: Target | None = None
    output: str = ""
    sample: str = ""
    samples: int = 256
    atol: float | None = None
    rtol: float | None = None
    seed: int = 0
    python: str = ""
    engine: Engine = Engine.AUTO
    drop_other: bool = False
    allow: frozenset[str] = frozenset()
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """One file, source or result, as the scanner saw it."""

    path: str
    digest: str | None
    size: int
    format: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file's way through the child: what was written, and the proof that it is equal.

    ``written`` (tensors, bytes, types, aliases, dropped, libraries) and ``equality`` hold JSON
    values as the worker gave them; ``docs/convert.md`` and the schema name their keys.
    """

    source: str
    written: Mapping[str, Any] = field(default_factory=dict)
    equality: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The record of one conversion, also of one that was refused.

    ``results`` is empty unless the exit code is 0: nothing that failed stays on disk.
    ``confinement`` names what held the child (see ``confine.py``). ``findings`` are those of the
    source, or of a result that the rescan did not accept.
    """

    exit_code: ExitCode
    exit_reason: str
    target: str = ""
    engine: str = ""
    python: str = ""
    seed: int = 0
    sources: tuple[FileState, ...] = ()
    results: tuple[FileState, ...] = ()
    parts: tuple[Part, ...] = ()
    confinement: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    skipped: tuple[str, ...] = ()
    started: str = ""
    finished: str = ""
    notes: str = field(default="", repr=False)
