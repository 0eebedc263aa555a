"""The key of our own receipts: in the user's configuration folder, for his eyes only."""

import os
import secrets
import stat

from seamark.core.settings import Settings

_BYTES = 32


def receipts_key(settings: Settings, *, project: str) -> tuple[bytes | None, str]:
    """The key, made on first use; or None and why there is none.

    A key that others can read or write, or that lies inside the project (where a repository
    could have put it), is not used.
    """
    folder = settings.config_home
    if not folder:
        return None, "there is no home directory for the key"
    root = os.path.realpath(project).rstrip("/") + "/"
    if os.path.realpath(folder).startswith(root) and root != "/":
        return None, "the configuration folder lies inside the project"
    path = os.path.join(folder, "receipts.key")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return _read(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        return None, f"{path}: {error.strerror}"
    try:
        temporary = f"{path}.{os.getpid()}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # never replaces the key that another run made meanwhile
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
        return _read(path)
    except OSError as error:
        return None, f"{path}: {error.strerror}"


def _read(path: str) -> tuple[bytes | None, str]:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid not in (os.geteuid(), 0):
            return None, f"{path} can be read or changed by others"
        key = file.read(_BYTES + 1)
    return (key, "") if len(key) == _BYTES else (None, f"{path} is damaged; delete it")
