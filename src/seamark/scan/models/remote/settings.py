"""What reading over a network may cost, and whether objects are fetched whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSettings:
    """Bounds of remote reads. Running out ends as ``unclear``.

    ``seconds`` of wall time for one request, ``requests`` and ``bytes`` for one object with what
    is opened beside it; ``cache`` bytes of it are held in memory. A listing may take
    ``listing_seconds`` and give ``files`` names in ``folders`` folders, ``depth`` deep.
    ``download`` fetches each object whole into a temporary file and hashes it; an object may then
    have ``download_bytes``, and must leave ``spare_bytes`` of the disk free.
    """

    download: bool = False
    seconds: float = 60.0
    requests: int = 20_000
    bytes: int = 1 << 30
    cache: int = 16 << 20
    listing_seconds: float = 120.0
    files: int = 100_000
    folders: int = 10_000
    depth: int = 32
    download_bytes: int = 1 << 40
    spare_bytes: int = 1 << 30


DEFAULT = RemoteSettings()
"""Headers only, within bounds that a model of 100 GB stays far below."""
