"""Guards of ``pickle``: each stream is examined from where it begins to its end, then loaded.

Streams that are no files on disk are read up to the STOP opcode, and exactly these bytes are
examined and loaded; what follows stays unread, as with the real loader.
"""

import functools
import io
import pickletools
import sys
from collections.abc import Callable
from types import BuiltinMethodType
from typing import Any

from seamark.harden.loading.audit import is_left_alone
from seamark.harden.loading.examine import STREAM_LIMIT, scan_source, scan_stream
from seamark.harden.loading.patches import Guard
from seamark.harden.loading.policy import Policy, current, examined, loading
from seamark.harden.loading.refusals import UnsafeModel, report_of
from seamark.harden.loading.sources import open_rest
from seamark.scan.models import rules
from seamark.scan.models.pickle.reader import examine_first
from seamark.scan.models.pickle.rules import PERSISTENT_ID

_OWN_IDS = (PERSISTENT_ID.id,)
"""An unpickler that resolves persistent ids itself knows what they mean."""


def _policy(depth: int = 2) -> Policy | None:
    """The policy for a call from the frame ``depth`` above; None where it is not to be examined."""
    policy = current()
    if policy is None or loading() is not None:
        return None
    caller = sys._getframe(depth).f_globals.get("__name__")
    return None if is_left_alone(caller) else policy


def guard_loads(original: Callable[..., Any]) -> Callable[..., Any]:
    """``pickle.loads``: the bytes are examined, and the same bytes are loaded."""

    @functools.wraps(original)
    def loads(data: Any, /, *args: Any, **options: Any) -> Any:
        policy = _policy()
        if policy is None:
            return original(data, *args, **options)
        content = data if isinstance(data, bytes) else bytes(memoryview(data))
        policy.judge(scan_stream(content, policy))
        with examined(policy):
            return original(content, *args, **options)

    return loads


def guard_load(original: Callable[..., Any]) -> Callable[..., Any]:
    """``pickle.load``: one stream from the file's position on."""

    @functools.wraps(original)
    def load(file: Any, *args: Any, **options: Any) -> Any:
        policy = _policy()
        if policy is None:
            return original(file, *args, **options)
        return load_one(file, policy, lambda source: original(source, *args, **options))

    return load


def load_one(
    file: Any, policy: Policy, call: Callable[[Any], Any], *, ignored: tuple[str, ...] = ()
) -> Any:
    """Examine the stream at the file's position, ``call`` with it, and set the position after."""
    source = None
    if type(file) in (io.BufferedReader, io.FileIO, io.BufferedRandom):
        source = open_rest(file, limit=0)
    if source is None:
        data = read_stream(file, policy)
        name = str(getattr(file, "name", "<stream>"))
        policy.judge(scan_stream(data, policy, name=name), ignored=ignored)
        with examined(policy):
            return call(io.BytesIO(data))
    start = file.tell()
    policy.judge(scan_source(source, policy, reader=examine_first), ignored=ignored)
    handed = source.open()
    with examined(policy):
        result = call(handed)
    file.seek(start + handed.tell())
    return result


class _Tee:
    """Reads as ``file`` does and keeps what was read."""

    def __init__(self, file: Any, policy: Policy) -> None:
        self._file = file
        self._policy = policy
        self._parts: list[bytes] = []
        self._held = 0

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; a length that lies is not asked for in one piece."""
        parts = []
        while size > 0:
            part = self._keep(self._file.read(min(size, 1 << 20)))
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def readline(self) -> bytes:
        """One line, as text opcodes end."""
        return self._keep(self._file.readline())

    def held(self) -> bytes:
        """All that was read."""
        return b"".join(self._parts)

    def _keep(self, given: Any) -> bytes:
        part = bytes(given)
        self._parts.append(part)
        self._held += len(part)
        if self._held > STREAM_LIMIT:
            message = f"The stream is longer than {STREAM_LIMIT} bytes and no file on disk."
            raise UnsafeModel(report_of(rules.LIMIT_EXCEEDED, "<stream>", message))
        return part


def read_stream(file: Any, policy: Policy) -> bytes:
    """The bytes of one pickle stream, read no further than it goes.

    A stream that breaks is given up to there. Raises ``EOFError`` where there is nothing.
    """
    tee = _Tee(file, policy)
    try:
        for _opcode in pickletools.genops(tee):  # type: ignore[arg-type]
            pass
    except UnsafeModel:
        raise
    except Exception:  # whatever a broken stream makes of pickletools: the scanner names it
        if not tee.held():
            raise EOFError("Ran out of input") from None
    return tee.held()


class _Door:
    """Stands before a file: what an unpickler reads through it is examined first."""

    def __init__(self, file: Any, policy: Policy) -> None:
        self.file = file
        self.policy = policy
        self._source: Any = file

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._source.read(size)
        return data

    def readline(self) -> bytes:
        line: bytes = self._source.readline()
        return line

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._source.read(len(view))
        view[: len(data)] = data
        return len(data)

    def load(self, call: Callable[[], Any], *, own_ids: bool) -> Any:
        """Load the next stream by ``call`` from its examined bytes."""

        def through(source: Any) -> Any:
            self._source = source
            return call()

        try:
            ignored = _OWN_IDS if own_ids else ()
            return load_one(self.file, self.policy, through, ignored=ignored)
        finally:
            self._source = self.file


def _resolves_ids(unpickler: Any) -> bool:
    """Whether somebody gave the unpickler a ``persistent_load`` of Python's own."""
    resolve = getattr(unpickler, "persistent_load", None)
    return resolve is not None and not isinstance(resolve, BuiltinMethodType)


def guard_unpickler(original: Any) -> Any:
    """``pickle.Unpickler``: a subclass whose ``load`` examines. Subclasses of it do as well."""

    class Unpickler(original):  # type: ignore[misc]
        """Examines each stream before it is loaded."""

        __doc__ = original.__doc__

        def __init__(self, file: Any, *args: Any, **options: Any) -> None:
            policy = _policy()
            self._seamark_door = None if policy is None else _Door(file, policy)
            super().__init__(self._seamark_door or file, *args, **options)

        def load(self) -> Any:
            """Read and return one object, once its stream was examined."""
            door = self._seamark_door
            if door is None or loading() is not None:
                return super().load()
            return door.load(super().load, own_ids=_resolves_ids(self))

    Unpickler.__name__ = original.__name__
    Unpickler.__qualname__ = original.__qualname__
    Unpickler.__module__ = original.__module__
    return Unpickler


def guard_python_load(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``pickle._Unpickler.load``: also that of subclasses, as dill and joblib have them."""

    @functools.wraps(original)
    def load(self: Any) -> Any:
        policy = _policy()
        if policy is None:
            return original(self)
        file = getattr(self._file_read, "__self__", None)
        if file is None or hasattr(self, "file_handle"):
            return _load_with_arrays(self, file, policy, original)
        kept = self._file_read, self._file_readline, getattr(self, "_file_readinto", None)

        def through(source: Any) -> Any:
            self._file_read, self._file_readline = source.read, source.readline
            self._file_readinto = source.readinto
            return original(self)

        try:
            return load_one(file, policy, through, ignored=_OWN_IDS)
        finally:
            self._file_read, self._file_readline, self._file_readinto = kept

    return load


def _load_with_arrays(
    unpickler: Any, file: Any, policy: Policy, original: Callable[[Any], Any]
) -> Any:
    """The unpickler of joblib by itself: it reads arrays past us, so all is examined."""
    source = None if file is None else open_rest(file, limit=STREAM_LIMIT)
    if source is None:
        message = "The stream cannot be read twice, so it was not examined."
        policy.refuse(UnsafeModel(report_of(rules.NOT_A_REGULAR_FILE, "<stream>", message)))
        return original(unpickler)
    policy.judge(scan_source(source, policy, reader=examine_first))
    with examined(policy):
        return original(unpickler)


GUARDS = (
    *(Guard(module, "load", guard_load) for module in ("pickle", "_pickle")),
    *(Guard(module, "loads", guard_loads) for module in ("pickle", "_pickle")),
    Guard("pickle", "_load", guard_load),
    Guard("pickle", "_loads", guard_loads),
    *(Guard(module, "Unpickler", guard_unpickler) for module in ("pickle", "_pickle", "shelve")),
    Guard("pickle", "_Unpickler.load", guard_python_load),
    *(Guard(m, "load", guard_load) for m in ("cloudpickle", "cloudpickle.cloudpickle")),
    # dill derives from the C unpickler at its import: its functions are where it can be met.
    *(Guard(m, "load", guard_load) for m in ("dill", "dill._dill")),
    *(Guard(m, "loads", guard_loads) for m in ("dill", "dill._dill")),
    *(Guard(m, "loads", guard_loads) for m in ("cloudpickle", "cloudpickle.cloudpickle")),
)
