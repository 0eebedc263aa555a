"""Where a Python package comes from: URLs, repositories and files' names, without credentials.

A URL in a list of dependencies often carries a token. None of it may reach a report, so every
URL goes through :func:`clean_url` before it is kept, and every quoted text through :func:`redact`.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from seamark.core.components import Origin, OriginKind
from seamark.scan.dependencies.names import pypi_name

VCS = ("git+", "hg+", "svn+", "bzr+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|file:")
_SCP = re.compile(r"(?:git\+)?(?:[\w.-]+@)?([\w.-]+):(?!//)([^\s:]+)")
_USER = re.compile(r"://[^/\s]*@")
_PAIR = re.compile(r"[^\s/:@\"']+:[^\s/:@\"']+@")
_QUERY = re.compile(r"(://[^\s?#]*)\?[^\s#\"']*")
_TOKEN_HOSTS = ("fury.io", "cloudsmith.io", "gemfury.com")
"""Hosts of package indexes whose URLs may carry a token as the first part of the path."""
USUAL_INDEXES = frozenset(("https://pypi.org/simple", "https://pypi.python.org/simple"))
"""PyPI, where a package comes from that names no index."""
_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Za-z_][A-Za-z0-9_]*")
_TOKEN_LENGTH = 16
_SECRET_KEY = re.compile(r"(?i)token|secret|passw|auth|signature|credential|^sig$|^key$|api_?key")
_HASHES = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_HEX = re.compile(r"[0-9a-fA-F]+")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
ARCHIVES = (
    ".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz",
    ".tar.lz", ".tar.lzma",
)  # fmt: skip
"""Ends of names that pip takes for an archive rather than for a package's name."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a file's name says: the package, its version, and whether it is a wheel."""

    name: str
    version: str
    wheel: bool


def is_url(text: str) -> bool:
    """Whether this is a URL rather than a path or a package's name."""
    return _SCHEME.match(text) is not None


def is_commit(revision: str) -> bool:
    """Whether a revision is a full commit, which nobody can move, and no tag or branch."""
    return _COMMIT.fullmatch(revision) is not None


def redact(text: str, limit: int = 200) -> str:
    """A piece of a file as it may be shown: no credentials, printable, and short."""
    text = _QUERY.sub(r"\1", _PAIR.sub("", _USER.sub("://", text[:8192])))
    return plain(text if len(text) <= limit else f"{text[:limit]}…")


def plain(text: str) -> str:
    """The text with a sign in place of each character that cannot be shown."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def clean_url(url: str) -> tuple[str, bool]:
    """The URL without user, password, query and fragment, and whether it held a secret.

    Queries are dropped whole, since signed URLs keep their signature there. ``git@`` stays: it is
    how a server is spoken to, not who speaks. Never raises.
    """
    prefix = next((each for each in VCS if url.startswith(each)), "")
    try:
        parts = urlsplit(url.removeprefix(prefix))
    except ValueError:
        return redact(url), "@" in url
    if not parts.scheme or (parts.scheme != "file" and not parts.netloc):
        return redact(url.partition("#")[0]), False
    user, _, host = parts.netloc.rpartition("@")
    path, token = _without_token(host, parts.path)
    path, stray = _without_pair(host, path)
    token = token or stray
    keep = "git@" if user == "git" and "ssh" in parts.scheme else ""
    secret = token or _holds_secret(parts.query) or _is_secret(user, keep)
    return plain(f"{prefix}{parts.scheme}://{keep}{host}{path}"), secret


def _is_secret(user: str, keep: str) -> bool:
    """Whether what stands before the host is a secret: no variables, which keep it elsewhere, and
    no bare name of a user, which is shorter than any token.
    """
    name, _, password = _REFERENCE.sub("", user).partition(":")
    return not keep and (bool(password) or len(name) >= _TOKEN_LENGTH)


def _holds_secret(query: str) -> bool:
    return any(_SECRET_KEY.search(name) for name, value in parse_qsl(query) if value)


def _without_token(host: str, path: str) -> tuple[str, bool]:
    first, _, rest = path.removeprefix("/").partition("/")
    if host.endswith(_TOKEN_HOSTS) and len(first) >= 12 and rest:
        return f"/{rest}", True
    return path, False


def _without_pair(host: str, path: str) -> tuple[str, bool]:
    """The path without credentials that got into it: a slash in a password ends the host early."""
    _, at, tail = path.rpartition("@")
    port = host.rpartition(":")[2]
    if at and ":" in host and not port.isdigit():
        return f"/{tail}", True
    cleaned = _PAIR.sub("", path)
    return cleaned, cleaned != path


def fragment_of(url: str) -> dict[str, str]:
    """What stands after ``#``: ``egg``, ``subdirectory``, a hash by its algorithm."""
    return dict(parse_qsl(url.partition("#")[2]))


def hashes_of(url: str) -> tuple[str, ...]:
    """The hashes in a URL's fragment, as ``sha256:…``; what is no hash is left out."""
    pairs = fragment_of(url).items()
    return tuple(f"{name}:{value.lower()}" for name, value in pairs if is_hash(name, value))


def is_hash(algorithm: str, digest: str) -> bool:
    """Whether this is a digest of an algorithm that Python packaging knows, in full."""
    return len(digest) == _HASHES.get(algorithm) and _HEX.fullmatch(digest) is not None


def origin_of(url: str) -> Origin:
    """The origin that a URL as pip spells it means: an archive, a repository, a folder."""
    if url.startswith(VCS):
        address, _, _ = url.partition("#")
        head, slash, tail = address.partition("://")
        host, _, path = tail.partition("/")
        path, _, revision = path.rpartition("@") if "@" in path else (path, "", "")
        return vcs_origin(
            f"{head}{slash}{host}/{path}", revision, fragment_of(url).get("subdirectory", "")
        )
    kind = OriginKind.PATH if url.startswith("file:") else OriginKind.URL
    address, secret = clean_url(url)
    return Origin(kind=kind, url=address, secret=secret)


def vcs_origin(
    url: str, revision: str = "", subdirectory: str = "", *, tool: str = "git"
) -> Origin:
    """The origin of a repository: ``git+https://host/path``, with the folder as a fragment."""
    if not url.startswith(VCS):
        url = f"{tool}+{url}"
    scp = _SCP.fullmatch(url)
    if scp and "://" not in url:
        url = f"git+ssh://git@{scp[1]}/{scp[2]}"
    address, secret = clean_url(url)
    if subdirectory:
        address += f"#subdirectory={plain(subdirectory)}"
    return Origin(kind=OriginKind.VCS, url=address, revision=plain(revision), secret=secret)


def index_origin(url: str) -> Origin | None:
    """The origin that an index means; None for PyPI itself."""
    address = clean_url(url)[0]
    if address.rstrip("/") in USUAL_INDEXES:
        return None
    return Origin(kind=OriginKind.INDEX, url=address)


def file_name_of(url: str) -> str:
    """The last part of the URL's or path's name, unquoted."""
    return unquote(url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2])


def artifact_of(file_name: str) -> Artifact | None:
    """The package and version that a wheel's or source archive's name stands for.

    Wheels have strict names; those of source archives are a convention, so a caller who knows
    the package from elsewhere compares.
    """
    from packaging.utils import (
        InvalidSdistFilename,
        InvalidWheelFilename,
        parse_sdist_filename,
        parse_wheel_filename,
    )

    try:
        if file_name.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(file_name)
            return Artifact(name, str(version), wheel=True)
        for end in (".tar.bz2", ".tgz", ".tar.xz"):  # as pip accepts them, if only from before
            if file_name.endswith(end):
                file_name = f"{file_name.removesuffix(end)}.tar.gz"
        name, version = parse_sdist_filename(file_name)
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return None
    return Artifact(name, str(version), wheel=False)


def another_file(file_name: str, title: str, version: str) -> str:
    """How a file's name contradicts the package or version that it is said to be; mostly empty.

    Source archives are named after their package by convention only. A local version (``+cpu``)
    may be left out of either.
    """
    from packaging.version import InvalidVersion, Version

    found = artifact_of(file_name)
    if found is None:
        return ""
    if found.name != pypi_name(title):
        return f"a file of it is the package {found.name!r}" if found.wheel else ""
    try:
        said, wanted = Version(found.version), Version(version)
    except InvalidVersion:
        return ""
    if said == wanted or (said.public == wanted.public and not (said.local and wanted.local)):
        return ""
    return f"a file of it is of version {found.version!r}"


def is_archive(text: str) -> bool:
    """Whether pip would take this for an archive's file by how it ends."""
    return text.lower().endswith(ARCHIVES)
