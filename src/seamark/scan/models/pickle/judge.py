"""The judge: the interpreter's own C unpickler over inert stubs, in a limited child process.

The opcode machine is the victim's own, byte for byte; only imports, calls and persistent ids are
replaced by stubs (see ``judge_child.py``, which also says what confines the child). Started
on first use, reused for all streams of this process, replaced when it dies.
"""

import functools
import os
import struct
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.pickle.trace import End, Trace

if TYPE_CHECKING:
    import socket
    import subprocess

MARGIN = 1 << 16
"""Bytes after the explainer's end that the judge gets: an explainer that stops early is found."""

MEBIBYTES = 160
"""Memory for a small stream, beyond what the child has at rest."""

SMALL, GROWTH = 8 << 20, 24
"""Bytes of memory granted for each byte of opcodes beyond the small: short lists take that much."""

CPU_SECONDS = 0.8
BYTES_PER_SECOND = 8 << 20
AHEAD = 1 << 16
"""Bytes of streams that are asked for ahead: they fit into the socket's buffer at once."""

_PATIENCE = 10.0
_CHUNK = 1 << 20
_REQUEST = struct.Struct("<QId?")
_ANSWER = struct.Struct("<BQQQI")
_TEXT = struct.Struct("<II")
_COUNT = struct.Struct("<Q")
_LONGEST_ANSWER = 256 << 20


class JudgeDied(Exception):  # noqa: N818  what happened, not whose fault
    """The child was killed by a limit or a signal, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """What the C unpickler did with a stream.

    ``asked`` maps (module, name) as they stand in the stream to how often they were asked for, in
    order. ``consumed`` is the offset in the blob after STOP, and None where the stream broke.
    """

    end: End
    consumed: int | None
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    persistent: int = 0
    reason: str = ""


class Judge:
    """One child process and the conversation with it. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._greeted = False
        self._asked_ahead: deque[bytes] = deque()
        self._known: dict[bytes, bytes] = {}
        self._held = b""

    def start(self) -> None:
        """Start the child unless it runs, without waiting for it: it starts while others work."""
        if self._child is not None:
            return
        import socket
        import subprocess

        ours, theirs = socket.socketpair()
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "judge_child.py")
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603  our own script, our own interpreter
                [sys.executable, "-I", "-S", "-B", "-Wignore", script],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        self._socket, self._greeted = ours, False

    def close(self) -> None:
        """End the child."""
        if self._socket is not None:
            self._socket.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._child = self._socket = None
        self._asked_ahead.clear()

    def ask_ahead(self, streams: Sequence[bytes]) -> None:
        """Send whole small streams that :meth:`judge` will soon be asked for, all at once.

        A word with the child costs more than most streams. Whatever cannot be sent or answered
        is asked for again when its turn comes. At most :data:`AHEAD` bytes: what fits into the
        socket's buffer, so that neither side ever waits for the other to read.
        """
        requests = []
        for data in streams:
            requests += [_REQUEST.pack(len(data), MEBIBYTES, _seconds(len(data)), True), data]
        with self._lock:
            self._known.clear()
            try:
                self._greet(_PATIENCE)
                assert self._socket is not None
                while self._asked_ahead:
                    self._receive_answer()  # of streams that were not asked for after all
                self._known.clear()
                self._socket.sendall(b"".join(requests))
                self._asked_ahead.extend(streams)
            except (OSError, struct.error, ValueError):
                self.close()

    def _foreseen(self, blob: Blob, trace: Trace, seconds: float) -> bytes | None:
        """The answer that was asked for ahead; None where it was not, or got lost."""
        if trace.start or trace.cuts or not isinstance(blob, BytesBlob):
            return None
        data = blob.data
        if data not in self._known and data not in self._asked_ahead:
            return None
        if any(frame_end > blob.size for _, frame_end in trace.frames):
            return None  # it must be sent otherwise
        assert self._socket is not None
        try:
            self._socket.settimeout(max(0.01, seconds))
            while data not in self._known:
                self._receive_answer()
        except (OSError, struct.error, ValueError):
            self.close()  # whose fault it was shows when each is asked alone
            return None
        return self._known[data]

    def _receive_answer(self) -> None:
        data = self._asked_ahead.popleft()
        self._known[data] = self._answer()

    def judge(
        self, blob: Blob, trace: Trace, *, seconds: float, read_ahead: bool = True
    ) -> Judgment:
        """Run the stream that ``trace`` explains. Raises :class:`JudgeDied`.

        ``seconds`` bounds the wall time. The ranges that the trace cuts out are left out. Without
        ``read_ahead`` the stream is given as by ``io.BytesIO``: the C unpickler then drops what is
        left of a frame when an opcode straddles its end, and so reads other opcodes.
        """
        if read_ahead and (self._asked_ahead or self._known):
            with self._lock:
                answer = self._foreseen(blob, trace, seconds)
            if answer is not None:
                return _read_answer(answer, [(0, blob.size)], 0)
        segments = list(_segments(blob, trace))
        length = sum(len(s) if isinstance(s, bytes) else s[1] - s[0] for s in segments)
        memory = MEBIBYTES + (max(0, length - SMALL) * GROWTH >> 20)
        limits = (memory, _seconds(length))
        with self._lock:
            try:
                answer = self._ask(
                    blob, segments, _REQUEST.pack(length, *limits, read_ahead), seconds
                )
                return _read_answer(answer, segments, trace.start)
            except (OSError, struct.error, ValueError, IndexError) as error:
                self.close()
                raise JudgeDied(_why(error)) from error

    def _ask(
        self, blob: Blob, segments: "list[bytes | tuple[int, int]]", request: bytes, seconds: float
    ) -> bytes:
        self._greet(seconds)
        while self._asked_ahead:
            self._receive_answer()
        assert self._socket is not None
        peer = self._socket
        pending = [request]
        for segment in segments:
            if isinstance(segment, bytes):
                pending.append(segment)
                continue
            for at in range(segment[0], segment[1], _CHUNK):
                piece = blob.read(at, min(_CHUNK, segment[1] - at))
                if len(piece) != min(_CHUNK, segment[1] - at):
                    raise ValueError("the file shrank while it was read")
                pending.append(piece)
                peer.sendall(b"".join(pending))
                pending = []
        if pending:
            peer.sendall(b"".join(pending))
        return self._answer()

    def _greet(self, seconds: float) -> None:
        """Have a child that runs, and wait no longer than ``seconds`` for it from now on."""
        self.start()
        assert self._socket is not None
        self._socket.settimeout(max(0.01, seconds))
        if not self._greeted:
            self._held = b""
            self._hold(1)
            self._held = self._held[1:]
            self._greeted = True

    def _answer(self) -> bytes:
        self._hold(_COUNT.size)
        (length,) = _COUNT.unpack_from(self._held)
        if length > _LONGEST_ANSWER:
            raise ValueError("the answer is too long")
        end = _COUNT.size + length
        self._hold(end)
        answer, self._held = self._held[_COUNT.size : end], self._held[end:]
        return answer

    def _hold(self, length: int) -> None:
        """Have ``length`` bytes of what the child says."""
        if len(self._held) >= length:
            return
        assert self._socket is not None
        parts = [self._held]
        held = len(self._held)
        while held < length:
            part = self._socket.recv(_CHUNK)
            if not part:
                raise ConnectionResetError("the child closed its socket")
            parts.append(part)
            held += len(part)
        self._held = b"".join(parts)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it did not end in time"
    if isinstance(error, OSError):
        return "it exceeded its memory or CPU time, or crashed"
    return f"its answer could not be read ({error})"


def _seconds(length: int) -> float:
    """CPU time for a stream of so many bytes."""
    return CPU_SECONDS + length / BYTES_PER_SECOND


def _segments(blob: Blob, trace: Trace) -> "Iterator[bytes | tuple[int, int]]":
    """The stream as ranges of the blob and, where something is cut out, the bytes in its place.

    Frames do not count the same any more once something is cut out, or may end beyond what is
    sent; their length is then set to 0, which the C unpickler takes as no frame.
    """
    at = trace.start
    end = min(blob.size, max(trace.consumed, at) + MARGIN)
    cuts = trace.cuts
    if cuts or any(frame_end > end for _, frame_end in trace.frames):
        cuts = sorted([*cuts, *((frame + 1, frame + 9, bytes(8)) for frame, _ in trace.frames)])
    for start, stop, instead in cuts:
        if start > at:
            yield (at, start)
        yield instead
        at = stop
    if end > at:
        yield (at, end)


def _place(segments: "list[bytes | tuple[int, int]]", start: int, consumed: int) -> int:
    """The offset in the blob of what is at ``consumed`` in the bytes that were sent."""
    at = start
    for segment in segments:
        if isinstance(segment, bytes):
            if consumed < len(segment):
                return at  # inside what stands for something else: no honest place
            consumed -= len(segment)
            continue
        length = segment[1] - segment[0]
        if consumed <= length:
            return segment[0] + consumed
        consumed -= length
        at = segment[1]
    return at + consumed


def _read_answer(answer: bytes, segments: "list[bytes | tuple[int, int]]", start: int) -> Judgment:
    end, consumed, persistent, count, length = _ANSWER.unpack_from(answer)
    at = _ANSWER.size + length
    reason = answer[_ANSWER.size : at].decode("utf-8", "replace")
    if end == 2:
        raise ValueError("more distinct references than an answer holds")
    asked = {}
    for _ in range(count):
        first, second = _TEXT.unpack_from(answer, at)
        at += _TEXT.size
        module = answer[at : at + first].decode("utf-8", "surrogatepass")
        name = answer[at + first : at + first + second].decode("utf-8", "surrogatepass")
        at += first + second
        (asked[(module, name)],) = _COUNT.unpack_from(answer, at)
        at += _COUNT.size
    if end:
        return Judgment(End.BROKEN, None, asked, persistent, reason)
    return Judgment(End.STOP, _place(segments, start, consumed), asked, persistent)


def agree(trace: Trace, judgment: Judgment) -> str:
    """Where the two engines differ, as a clause; empty where they agree."""
    if trace.asked != judgment.asked or list(trace.asked) != list(judgment.asked):
        return "they saw different imports"
    if trace.persistent_count != judgment.persistent:
        return "they saw different persistent ids"
    if trace.end != judgment.end:
        detail = judgment.reason or trace.reason
        return f"explainer: {trace.end.value}, judge: {judgment.end.value} ({detail})"
    if judgment.consumed is not None and judgment.consumed != trace.consumed:
        return f"explainer ended at {trace.consumed}, judge at {judgment.consumed}"
    return ""


@functools.cache
def _judge_of(_pid: int) -> Judge:
    import atexit

    judge = Judge()
    atexit.register(judge.close)
    return judge


def shared_judge() -> Judge:
    """The judge of this process; after a fork, the child's own."""
    return _judge_of(os.getpid())
