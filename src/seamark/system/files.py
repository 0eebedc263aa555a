"""Files of our own are replaced as a whole or not at all."""

import os
import tempfile

from seamark.core.errors import SeamarkError


def write_atomically(path: str, data: bytes, *, mode: int = 0o644) -> None:
    """Write to a temporary name beside ``path``, fsync, rename.

    A special file (``/dev/stderr``, a FIFO) is written to as it is. Raises ``SeamarkError``.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            with open(path, "wb") as special:
                special.write(data)
            return
        path = os.path.realpath(path)  # a link stays a link; its target is replaced
        directory = os.path.dirname(path) or "."
        handle, temporary = tempfile.mkstemp(prefix=".seamark-", dir=directory)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise SeamarkError(
            f"Cannot write {path}: {error.strerror}.", hint="Choose another --output."
        ) from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
