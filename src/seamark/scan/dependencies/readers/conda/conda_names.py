"""What conda's files say of one package: match specifications, channels, archives' addresses.

``name=1.2`` means 1.2 and what begins so, ``name==1.2`` and ``name 1.2`` mean 1.2, and only those
and ``name=1.2=build`` leave nothing open (docs.conda.io, package search and match specifications).
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.names import CONDA, purl
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.locks.python_lock import checked_hash
from seamark.scan.dependencies.readers.python.python_origins import clean_url

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_HEAD = re.compile(
    r"(?:([^\s\[\]=<>!~]+?)::?(?:[^\s:\[\]]*:)?)?([A-Za-z0-9_.*-]+)\s*(.*)", re.DOTALL
)
_BRACKET = re.compile(r"\[([^\[\]]*)\]\s*$")
_PAIR = re.compile(r"""\s*([a-z_0-9]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,\s"']*))\s*(?:,|$)""")
_VERSION = re.compile(r"(?:\d+!)?[A-Za-z0-9_.+]+(?:-[A-Za-z0-9_.]+)?")
_REST = re.compile(r"[A-Za-z0-9_.*+!=<>~,|()^$ -]*")
_ARCHIVE = re.compile(r"(.+)-([^-]+)-([^-]+)(\.conda|\.tar\.bz2)")
_TOKEN = re.compile(r"/t/[^/]+(?=/|$)")
_SUBDIRS = re.compile(r"noarch|(?:linux|osx|win|emscripten|wasi|freebsd|zos)-[a-z0-9]+")
_HUB = "https://conda.anaconda.org"
_USUAL = (
    "https://conda.anaconda.org/conda-forge",
    "https://repo.anaconda.com/pkgs/",
    "https://conda.anaconda.org/anaconda",
    "https://conda.anaconda.org/main",
)
NO_CHANNELS = ("nodefaults",)
"""Words among channels that name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A match specification, as far as it says what is installed."""

    name: str
    version: str = ""
    constraint: str = ""
    build: str = ""
    channel: str = ""
    subdir: str = ""
    hashes: tuple[str, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a place in a file says of a package beside its specification."""

    location: Location
    hashes: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    requires: tuple[str, ...] | None = None
    groups: tuple[str, ...] = ()
    direct: bool | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel's address without credentials, and whether it held some."""

    url: str
    secret: bool = field(default=False)


def component(spec: Spec, title: str, facts: Facts) -> Component:
    """The component. Raises :class:`Broken` where the name is none."""
    if not _NAME.fullmatch(spec.name):
        raise Broken("its name is no name of a conda package")
    name = spec.name.lower()
    channel = spec.channel and channel_of(spec.channel).url.removeprefix(f"{_HUB}/")
    qualifiers = {"build": spec.build, "channel": channel, "subdir": spec.subdir}
    exact = bool(spec.version)
    return Component(
        ecosystem=CONDA,
        name=name,
        title=title,
        purl=purl("conda", name, spec.version, qualifiers=qualifiers if exact else {}),
        location=facts.location,
        version=spec.version,
        constraint="" if exact else spec.constraint,
        hashes=tuple(sorted({*facts.hashes, *spec.hashes})),
        licenses=facts.licenses,
        requires=facts.requires,
        groups=facts.groups,
        direct=facts.direct,
        origin=spec.origin or (channel_origin(spec.channel) if spec.channel else None),
    )


def channel_of(text: str) -> Channel:
    """The channel's address: names are those of anaconda.org, ``defaults`` Anaconda's own."""
    text = text.strip().rstrip("/")
    if "://" not in text:
        if text in ("defaults", "pkgs/main", "main", "pkgs/r", "r"):
            return Channel("https://repo.anaconda.com/pkgs/" + ("r" if text[-1] == "r" else "main"))
        return Channel(text if text.startswith((".", "/")) else f"{_HUB}/{text}")
    url, secret = clean_url(text)
    return Channel(_TOKEN.sub("", url), secret or _TOKEN.search(url) is not None)


def channel_origin(channel: str) -> Origin | None:
    """The origin of a package from this channel; None for Anaconda's own and conda-forge."""
    url = channel_of(channel).url
    if url.startswith(_USUAL[1]) or url in _USUAL:
        return None
    return Origin(kind=OriginKind.INDEX, url=url)


def parse_spec(text: str) -> Spec:
    """A specification as conda's files write it. Raises :class:`Broken`."""
    text = text.strip()
    archive = text.partition("#")[0].endswith((".conda", ".tar.bz2"))
    if archive or ("://" in text and "::" not in text):
        return parse_archive(text)
    bracket = _BRACKET.search(text)
    pairs = _pairs(bracket[1]) if bracket else {}
    head = _HEAD.fullmatch(text[: bracket.start()] if bracket else text)
    if head is None:
        raise Broken("it is no match specification")
    channel, name, rest = head[1] or pairs.get("channel", ""), head[2], head[3].strip()
    version, build = _version_and_build(rest)
    version = pairs.get("version", version)
    build = pairs.get("build", build)
    if "version" in pairs and re.match(r"[A-Za-z0-9]", version):
        version = f"=={version}"  # in brackets, a plain version means itself
    exact = _exact(version, build)
    channel, subdir = _split_subdir(channel, pairs.get("subdir", ""))
    hashes = tuple(checked_hash(key, pairs[key]) for key in ("md5", "sha256") if key in pairs)
    constraint = " ".join(each for each in (version, build and f"build {build}") if each) or "*"
    return Spec(
        name=name, version=exact, constraint=constraint, build=build if exact else "",
        channel=channel, subdir=subdir, hashes=hashes,
    )  # fmt: skip


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text.rstrip()):
        match = _PAIR.match(text, at)
        if match is None or match.end() == at:
            raise Broken("its brackets cannot be read")
        found[match[1]] = match[2] or match[3] or match[4] or ""
        at = match.end()
    return found


def _version_and_build(rest: str) -> tuple[str, str]:
    """What stands after the name, as ``=1.2=build``, ``==1.2``, ``>=1,<2`` or ``1.2 build``."""
    if not rest:
        return "", ""
    if not _REST.fullmatch(rest):
        raise Broken("it is no match specification")
    words = re.sub(r"([=<>!~,|])\s+", r"\1", re.sub(r"\s+([=<>!~,|])", r"\1", rest)).split()
    if len(words) > 2:
        raise Broken("it is no match specification")
    version, build = words[0], words[1] if len(words) == 2 else ""
    if re.match(r"[A-Za-z0-9*]", version):  # a space before it: no operator, and no prefix match
        version = f"=={version}"
    if not build:
        # "=1.2=build" and "==1.2=build", but not the operators "==", "<=", "!=", "~="
        parts = re.fullmatch(r"(={1,2}(?:\d+!)?[^=<>!~,|]+)=([^=<>!~,|]+)", version)
        if parts:
            version, build = parts[1], parts[2]
    return version, build


def _exact(version: str, build: str) -> str:
    """The version where nothing is left open; empty otherwise."""
    text = version.lstrip("=")
    if not version.startswith("=") or not _VERSION.fullmatch(text):
        return ""
    if version.startswith("==") or (build and "*" not in build):
        return text
    return ""


def _split_subdir(channel: str, subdir: str) -> tuple[str, str]:
    before, _, last = channel.rpartition("/")
    if before and _SUBDIRS.fullmatch(last):
        return before, subdir or last
    return channel, subdir


def parse_archive(text: str) -> Spec:
    """An archive's URL or path, with a hash after ``#``. Raises :class:`Broken`."""
    address, _, digest = text.partition("#")
    folder, _, file = address.rpartition("/")
    found = _ARCHIVE.fullmatch(unquote(file))
    if found is None:
        raise Broken("it is no archive of a conda package")
    hashes = (_explicit_hash(digest),) if digest else ()
    channel, subdir = _split_subdir(folder, "")
    origin = None
    if "://" not in address:
        origin = Origin(kind=OriginKind.PATH, url=address)
    elif not subdir:
        origin = Origin(kind=OriginKind.URL, url=channel_of(address).url)
    return Spec(
        name=found[1], version=found[2], build=found[3], hashes=hashes,
        channel=channel if subdir and not origin else "", subdir=subdir, origin=origin,
    )  # fmt: skip


def _explicit_hash(digest: str) -> str:
    algorithm, found, value = digest.partition(":")
    return checked_hash(algorithm, value) if found else checked_hash("md5", digest)
