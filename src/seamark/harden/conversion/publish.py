"""Results appear as a whole or not at all, and never in place of something else unasked."""

import os
from collections.abc import Sequence
from contextlib import suppress

from seamark.core.errors import SeamarkError, UsageError


def require_free(paths: Sequence[str], source: str, *, force: bool) -> None:
    """Raise ``UsageError`` where a result would overwrite something, or the source itself."""
    for path in paths:
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
            raise UsageError(f"Cannot write into {folder}.", hint="Choose another --output.")
        if os.path.isdir(path):
            raise UsageError(f"{path} is a directory.", hint="Name a file with --output.")
        if os.path.exists(path) and os.path.samefile(path, source):
            raise UsageError(
                "The result would replace the source.", hint="Choose another --output."
            )
        if os.path.lexists(path) and not force:
            raise UsageError(f"{path} exists.", hint="Choose another --output, or use --force.")


def publish(made: Sequence[tuple[str, str]], *, force: bool) -> None:
    """Move results (from, to) to their places. Raises ``SeamarkError`` with nothing left behind."""
    done: list[str] = []
    try:
        for temporary, path in made:
            _sync(temporary)
            os.chmod(temporary, 0o666 & ~_umask())
            if force:
                os.replace(temporary, path)
            else:
                os.link(temporary, path)  # fails where something has appeared meanwhile
                os.unlink(temporary)
            done.append(path)
        for folder in {os.path.dirname(path) or "." for _, path in made}:
            _sync(folder)
    except OSError as error:
        for path in done if not force else ():
            with suppress(OSError):
                os.unlink(path)
        raise SeamarkError(
            f"Cannot put the result in its place: {error.strerror} ({error.filename}).",
            hint="Choose another --output.",
        ) from error


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
