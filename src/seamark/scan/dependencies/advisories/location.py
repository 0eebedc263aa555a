"""Where databases are kept: files named by their digest, and a pointer that is swapped.

A folder holds ``sha256-….sqlite`` and ``current``, which names one of them. Both are written under
other names, synced and renamed, so that a crash at any point leaves the old one in use.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from seamark.core.errors import SeamarkError

SNAPSHOT = os.path.join(os.path.dirname(__file__), "snapshot.sqlite")
"""The database that ships with Seamark."""
_POINTER = "current"
_NAME = re.compile(r"sha256-[0-9a-f]{64}\.sqlite")
_UNFINISHED = ".new-"


def home_of(environment: Mapping[str, str]) -> str:
    """The folder of the user's databases: ``SEAMARK_ADVISORIES``, else under the XDG data folder.

    Empty where the environment names no home at all.
    """
    named = environment.get("SEAMARK_ADVISORIES", "")
    if named:
        return named
    base = environment.get("XDG_DATA_HOME", "")
    if not base.startswith("/"):  # the specification: a relative path is to be ignored
        home = environment.get("HOME") or environment.get("USERPROFILE") or ""
        base = f"{home.rstrip('/')}/.local/share" if home else ""
    return f"{base.rstrip('/')}/seamark/advisories" if base else ""


def current(home: str) -> str:
    """The path of the database in use; empty where none was ever imported.

    Raises :class:`SeamarkError` where there was one and the pointer to it is lost or damaged:
    falling back to the shipped snapshot would be silent.
    """
    pointer = os.path.join(home, _POINTER)
    try:
        with open(pointer, "rb") as file:
            name = file.read(200).decode("ascii", "replace").strip()
    except FileNotFoundError:
        if os.path.isdir(home) and any(_NAME.fullmatch(each) for each in os.listdir(home)):
            raise _damaged(f"{pointer} is missing") from None
        return ""
    except OSError as error:
        raise _damaged(f"{pointer} cannot be read ({error.strerror})") from error
    if not _NAME.fullmatch(name):
        raise _damaged(f"{pointer} names no database")
    return os.path.join(home, name)


def _damaged(reason: str) -> SeamarkError:
    return SeamarkError(reason, hint="Import the advisories again: seamark db import.")


def digest_named(path: str) -> str:
    """The digest that the file's name promises (``sha256:…``); empty for other names."""
    name = os.path.basename(path)
    return f"sha256:{name[7:71]}" if _NAME.fullmatch(name) else ""


def digest_of_file(path: str) -> str:
    """``sha256:…`` of the file's bytes."""
    with open(path, "rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


@contextmanager
def writing(home: str) -> Iterator[str]:
    """The only writer of a folder: a path for the new database, swapped in at the end.

    What earlier writers left unfinished is removed. Raises :class:`SeamarkError` where another
    process writes, or where the folder cannot be written; then nothing was changed.
    """
    import tempfile

    try:
        os.makedirs(home, mode=0o700, exist_ok=True)
        with open(os.path.join(home, "lock"), "ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SeamarkError(
                    f"Another process is writing into {home}.", hint="Wait until it is done."
                ) from None
            _sweep(home)
            handle, path = tempfile.mkstemp(prefix=_UNFINISHED, dir=home)
            os.close(handle)
            try:
                yield path
                _swap(home, path)
            finally:
                _sweep(home)
    except OSError as error:
        raise SeamarkError(
            f"Cannot write into {home}: {error.strerror or error}.",
            hint="Choose another folder: SEAMARK_ADVISORIES or --db.",
        ) from error


def _swap(home: str, path: str) -> None:
    import tempfile

    before = _pointed(home)
    name = f"{digest_of_file(path).replace(':', '-')}.sqlite"
    os.chmod(path, 0o444)
    _sync(path)
    os.replace(path, os.path.join(home, name))
    _sync(home)
    handle, pointer = tempfile.mkstemp(prefix=_UNFINISHED, dir=home)
    with os.fdopen(handle, "wb") as file:
        file.write(f"{name}\n".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    os.replace(pointer, os.path.join(home, _POINTER))
    _sync(home)
    for each in os.listdir(home):  # the one before stays: somebody may just be opening it
        if _NAME.fullmatch(each) and each not in (name, before):
            os.unlink(os.path.join(home, each))


def _pointed(home: str) -> str:
    try:
        return os.path.basename(current(home))
    except SeamarkError:
        return ""


def _sweep(home: str) -> None:
    for each in os.listdir(home):
        if each.startswith(_UNFINISHED):
            os.unlink(os.path.join(home, each))


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
