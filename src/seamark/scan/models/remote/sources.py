"""The seam to what holds remote bytes, and what goes wrong there.

Errors of a client library are never passed on in words: their texts quote URLs, and those can hold
credentials. What went wrong is told in our own.
"""

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class RemoteError(OSError):
    """A remote read failed; the router turns it into ``unclear``. The text holds no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ObjectChangedError(RemoteError):
    """The object is not the one whose bytes were read before."""


class Source(Protocol):
    """One object of known size that is read in ranges."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    @property
    def identity(self) -> str:
        """What tells this content from an earlier or later one (``etag "a1b2"``); may be empty."""
        ...

    def fetch(self, offset: int, length: int) -> bytes:
        """Exactly these bytes, all of which exist. Raises :class:`RemoteError`."""
        ...

    def changed(self) -> bool:
        """Whether the object is another one by now. Raises :class:`RemoteError`."""
        ...

    def close(self) -> None:
        """Give back connections. Never raises."""
        ...


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (PermissionError, "access was denied"),
    (FileNotFoundError, "there is no such object"),
    (IsADirectoryError, "it is a folder"),
    (NotADirectoryError, "it is no folder"),
    (TimeoutError, "the other side did not answer in time"),
    (ConnectionError, "the connection was lost"),
    (EOFError, "the connection ended too early"),
    (ImportError, "a library that reads it is not installed"),
    (NotImplementedError, "this kind of place does not support it"),
)


def in_words(error: BaseException) -> str:
    """What went wrong, without a word of the error's own text."""
    if isinstance(error, RemoteError):
        return error.reason
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    name = type(error).__name__
    return f"the client library failed ({name})" if name.isidentifier() else "it failed"


def bounded(call: Callable[[], T], seconds: float) -> T:
    """The result of ``call``, or :class:`RemoteError` for whatever it raises or if it hangs.

    A call that hangs is left behind on a daemon thread: client libraries cannot be interrupted,
    and some retry for minutes.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(call())
        except BaseException as error:  # handed to the caller, in words
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True, name="seamark-remote")
    thread.start()
    thread.join(seconds)
    if done:
        return done[0]
    if failed:
        if isinstance(failed[0], RemoteError):
            raise failed[0]
        raise RemoteError(in_words(failed[0])) from None
    raise RemoteError(f"no answer within {seconds:g} s")
