"""Object stores through fsspec: S3, Google Cloud Storage, the Hugging Face hub, and others.

fsspec is an extra, and is imported only here.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from seamark.core.errors import UsageError
from seamark.scan.models.remote.addresses import Address, extra_of, printable
from seamark.scan.models.remote.settings import DEFAULT, RemoteSettings
from seamark.scan.models.remote.sources import ObjectChangedError, RemoteError, bounded

_CHUNK = 4 << 20
_LOCAL = ("file", "local")

_IDENTITY = (
    "ETag", "etag", "VersionId", "version_id", "generation", "blob_id", "oid", "md5Hash", "crc32c",
    "content_md5", "content_settings", "mtime", "LastModified", "last_modified", "updated",
    "timeModified", "modified", "created",
)  # fmt: skip
"""What the stores say of an object that changes with its content, the strongest first."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a listing: the store's own name for it, and whether it is a folder."""

    key: str
    folder: bool
    size: int | None


class Store:
    """One place on an object store: its file system, and the name of what the URL names."""

    def __init__(self, address: Address, settings: RemoteSettings = DEFAULT) -> None:
        """Raises ``UsageError`` where fsspec or the store's library is not installed."""
        self._fs: Any
        self._fs, self.root = _filesystem(address)
        self._settings = settings

    def look(self, key: str) -> Found:
        """What ``key`` is. Raises ``RemoteError``."""
        return _found(self._info(key), key)

    def list(self, key: str) -> "list[Found]":
        """What lies in a folder, itself left out, sorted. Raises ``RemoteError``."""
        rows = bounded(lambda: self._fs.ls(key, detail=True), self._settings.listing_seconds)
        try:
            found = {each.key: each for each in (_found(row, "") for row in rows)}
        except (TypeError, AttributeError, KeyError):
            raise RemoteError("the listing is not one") from None
        own = key.strip("/")
        return sorted(
            (each for each in found.values() if each.key.strip("/") != own),
            key=lambda each: printable(each.key),
        )

    def open(self, key: str) -> "StoredObject":
        """An object for reading. Raises ``RemoteError``."""
        return StoredObject(self._fs, key, self._info(key), self._settings)

    def _info(self, key: str) -> Mapping[str, Any]:
        info = bounded(lambda: self._fs.info(key), self._settings.seconds)
        if not isinstance(info, Mapping):
            raise RemoteError("the store does not say what it is")
        return info


class StoredObject:
    """An object of a store. See :class:`seamark.scan.models.remote.sources.Source`."""

    def __init__(
        self, fs: Any, key: str, info: Mapping[str, Any], settings: RemoteSettings
    ) -> None:
        found = _found(info, key)
        if found.folder:
            raise RemoteError("it is a folder")
        if found.size is None and not settings.download:
            raise RemoteError("the store does not say how large the object is (--download)")
        self._fs = fs
        self._key = key
        self._settings = settings
        self._file: Any = None
        self.size = found.size or 0
        self.identity = _identity(info)

    def fetch(self, offset: int, length: int) -> bytes:
        """See :class:`Source`. Where the library reads by version, each read is held to it."""

        def read() -> bytes:
            if self._file is None:
                # Our blocks are the cache; the library's own would read ahead megabytes.
                self._file = self._fs.open(self._key, mode="rb", cache_type="none")
            self._file.seek(offset)
            return bytes(self._file.read(length))

        data = bounded(read, self._settings.seconds)
        if len(data) != length:
            more = len(data) > length
            raise RemoteError(
                "the store sends more than was asked for"
                if more
                else "the connection ended in the middle of the answer"
            )
        return data

    def stream(self) -> Iterator[bytes]:
        """All bytes in order."""
        file = bounded(
            lambda: self._fs.open(self._key, mode="rb", block_size=_CHUNK, cache_type="readahead"),
            self._settings.seconds,
        )
        try:
            while chunk := bounded(lambda: bytes(file.read(_CHUNK)), self._settings.seconds):
                yield chunk
            if self.changed():
                raise ObjectChangedError("the object changed between two reads")
        finally:
            with suppress(Exception):
                file.close()

    def changed(self) -> bool:
        """See :class:`Source`: asks the store again, past the library's cache of listings."""

        def ask() -> Any:
            parent = self._key.rpartition("/")[0]
            self._fs.invalidate_cache(parent)
            return self._fs.info(self._key)

        info = bounded(ask, self._settings.seconds)
        found = _found(info, self._key)
        return (found.size or 0, _identity(info)) != (self.size, self.identity)

    def close(self) -> None:
        """See :class:`Source`."""
        if self._file is not None:
            with suppress(Exception):
                self._file.close()
            self._file = None


def require(address: Address) -> None:
    """Raises ``UsageError`` where what reads this address is not installed."""
    _class_for(address)


def _class_for(address: Address) -> Any:
    extra = extra_of(address.scheme)
    missing = UsageError(
        f"Reading {address.scheme}:// needs the extra '{extra}'.",
        hint=f"Install it: pip install 'seamark[{extra}]'",
    )
    try:
        fsspec: Any = import_module("fsspec")
    except ImportError:
        raise missing from None
    try:
        found = fsspec.get_filesystem_class(address.scheme)
    except ImportError:
        if extra != "remote":
            raise missing from None
        raise UsageError(
            f"fsspec needs another package to read {address.scheme}://.",
            hint="Install the package that fsspec's documentation names for it.",
        ) from None
    except ValueError:
        raise UsageError(
            f"Nothing reads {address.scheme}:// here.",
            hint="Write s3://, gs://, hf://, https://, or another scheme that fsspec knows.",
        ) from None
    protocols = found.protocol if isinstance(found.protocol, tuple | list) else (found.protocol,)
    if set(_LOCAL) & set(protocols):
        raise UsageError("This URL names local files.", hint="Give their path.")
    return found


def _filesystem(address: Address) -> tuple[Any, str]:
    cls = _class_for(address)
    try:
        options = cls._get_kwargs_from_urls(address.url)
        return cls(**options), str(cls._strip_protocol(address.url))
    except Exception as error:  # any client library, and it may quote credentials
        raise RemoteError(
            f"the client for {address.scheme}:// could not be made ({type(error).__name__})"
        ) from None


def _found(info: Mapping[str, Any], key: str) -> Found:
    size = info.get("size")
    known = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    return Found(
        key=key or str(info["name"]),
        folder=info.get("type") == "directory",
        size=size if known else None,
    )


def _identity(info: Mapping[str, Any]) -> str:
    """The strongest marks of the content that the store gives, for comparison and the report."""
    lfs = info.get("lfs")
    if isinstance(lfs, Mapping) and isinstance(lfs.get("sha256"), str):
        return _short("lfs", lfs["sha256"])
    for name in _IDENTITY:
        value = info.get(name)
        if value not in (None, ""):
            return _short(name, value)
    return ""


def _short(name: str, value: object) -> str:
    text = printable(str(value))[:120]
    return f"{name.lower()} {''.join(sign for sign in text if sign.isprintable())}"
