"""What npm's files say of one package: its name, its digest, where it comes from.

Specifications are those of npm-package-arg: a range, a tag, ``npm:`` for another package under
this name, a URL, a repository (``user/name`` is one on GitHub), a folder.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote

from seamark.core.components import Component, Origin, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.names import NPM, purl
from seamark.scan.dependencies.readers.entries import Broken, checked_text
from seamark.scan.dependencies.readers.python.python_origins import clean_url, vcs_origin

_NAME = re.compile(r"(?:@[A-Za-z0-9_~.-]+/)?[A-Za-z0-9_~!'()*.-]{1,214}")
_EXACT = re.compile(r"[v=]*[ ]*(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)")
_SHORT = re.compile(
    r"(?:(github|gitlab|bitbucket|gist):)?([^/:@\s#][^/:\s#]*(?:/[^/:\s#]+)?)(#.*)?"
)
_SCP = re.compile(r"(?:git\+ssh://)?git@([\w.-]+):([^\s#]+)(#.*)?")
_HOSTED = re.compile(
    r"https?://(?:[^/@]*@)?(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)/[^/]+/[^/#]+/?(#.*)?"
)
_HOSTS = {"": "github.com", "github": "github.com", "gitlab": "gitlab.com",
          "bitbucket": "bitbucket.org", "gist": "gist.github.com"}  # fmt: skip
_FOLDERS = ("file:", "link:", "portal:", "workspace:", "./", "../", "/", "~/", ".\\", "..\\")
_SIZES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
REGISTRIES = ("https://registry.npmjs.org/", "https://registry.yarnpkg.com/")
"""npm's registry, and the other name of it that yarn writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a specification asks for; ``name`` is the real one behind an alias."""

    name: str
    version: str = ""
    constraint: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a place in a file says of a package beside its name."""

    location: Location
    hashes: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    requires: tuple[str, ...] | None = None
    groups: tuple[str, ...] = ()
    direct: bool | None = None
    install_script: bool = False


def component(wanted: Wanted, title: str, facts: Facts) -> Component:
    """The component. Raises :class:`Broken` where the name is none."""
    if not is_name(wanted.name):
        raise Broken("its name is no name of an npm package")
    scope, _, base = wanted.name.rpartition("/")
    return Component(
        ecosystem=NPM,
        name=wanted.name,
        title=title,
        purl=purl("npm", base, wanted.version, namespace=scope),
        location=facts.location,
        version=wanted.version,
        constraint="" if wanted.version else wanted.constraint,
        hashes=facts.hashes,
        licenses=facts.licenses,
        requires=facts.requires,
        groups=facts.groups,
        direct=facts.direct,
        origin=wanted.origin,
        install_script=facts.install_script,
    )


def is_name(name: str) -> bool:
    """Whether this can be the name of a package, old ones with capitals among them."""
    return _NAME.fullmatch(name) is not None and name.rpartition("/")[2] not in (".", "..")


def exact_version(text: str) -> str:
    """The version where the text is one and no range; empty otherwise."""
    found = _EXACT.fullmatch(text.strip())
    return found[1] if found else ""


def integrity(value: object) -> tuple[str, ...]:
    """Digests of subresource integrity (``sha512-BASE64?options``, several), in hex."""
    found = set()
    for each in checked_text(value, "integrity").split():
        algorithm, _, digest = each.partition("?")[0].partition("-")
        try:
            raw = base64.b64decode(digest, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Broken("its integrity is no digest in base64") from error
        if len(raw) != _SIZES.get(algorithm):
            raise Broken("its integrity is no digest of its algorithm")
        found.add(f"{algorithm}:{raw.hex()}")
    return tuple(sorted(found))


def wanted(name: str, spec: str) -> Wanted:
    """What ``"name": "spec"`` asks for."""
    spec = spec.strip()
    if spec.startswith("npm:"):
        real, _, version = spec.removeprefix("npm:").rpartition("@")
        if not real:  # npm:name, any version
            real, version = version, ""
        return Wanted(name=real, version=exact_version(version), constraint=version)
    origin = _place(spec)
    if origin is not None:
        return Wanted(name=name, origin=origin)
    return Wanted(name=name, version=exact_version(spec), constraint=spec or "*")


def _place(spec: str) -> Origin | None:
    """The origin that a specification names; None for ranges and tags."""
    if spec.startswith(_FOLDERS):
        path = re.sub(r"^(file|link|portal):", "", spec)
        return Origin(kind=OriginKind.PATH, url=clean_url(path)[0])
    if spec.startswith(("git+", "git://", "git@", "ssh://")) or _HOSTED.fullmatch(spec):
        return repository(spec)
    if "://" in spec:
        url, secret = clean_url(spec)
        return Origin(kind=OriginKind.URL, url=url, secret=secret)
    found = _SHORT.fullmatch(spec)
    if found and (found[1] or ("/" in found[2] and not spec.startswith("@"))):
        address = f"https://{_HOSTS[found[1] or '']}/{found[2]}"
        return vcs_origin(address, (found[3] or "#")[1:])
    return None


def repository(url: str) -> Origin:
    """The origin of a repository's URL, with what is asked for after ``#``."""
    address, _, revision = url.partition("#")
    found = _SCP.fullmatch(address)
    if found:
        address = f"git+ssh://git@{found[1]}/{found[2]}"
    return vcs_origin(address, revision)


def check_archive(name: str, version: str, resolved: str) -> None:
    """That a registry's archive is the one of this version: npm installs what the address says.

    Raises :class:`Broken`.
    """
    place, found, file_name = unquote(resolved.partition("?")[0]).rpartition("/-/")
    if not version or not found or not place.endswith(f"/{name}"):
        return  # no archive of a registry, or that of another package, which is an origin
    base = name.rpartition("/")[2]
    said = file_name.rpartition("/")[2]
    if not said.endswith(".tgz") or said == f"{base}-{version.partition('+')[0]}.tgz":
        return
    of_this = said.startswith(f"{base}-") and exact_version(said[len(base) + 1 : -len(".tgz")])
    if not of_this:
        if resolved.startswith(REGISTRIES):
            raise Broken("its address is not that of an archive of it")
        return
    if of_this.partition("+")[0] != version.partition("+")[0]:
        raise Broken(f"its address is that of version {of_this}")


def resolved_origin(name: str, resolved: str) -> Origin | None:
    """Where a lock says that the package's archive is; None for its own place on the registry.

    The registry's archive of *another* package is an origin too: what is installed is what the
    address says, under the name that the lock says.
    """
    if not resolved:
        return None
    if resolved.startswith(("git+", "git://", "git@", "ssh://", "github:")):
        return _place(resolved)
    if "://" not in resolved or resolved.startswith("file:"):
        return Origin(kind=OriginKind.PATH, url=clean_url(resolved.removeprefix("file:"))[0])
    address, secret = clean_url(resolved)
    plain = re.sub("%2f", "/", address, flags=re.IGNORECASE)
    base, found, rest = plain.partition(f"/{name}/-/")
    if found and "/" not in rest.strip("/"):
        if f"{base}/" in REGISTRIES and not secret:
            return None
        return Origin(kind=OriginKind.INDEX, url=base, secret=secret)
    return Origin(kind=OriginKind.URL, url=address, secret=secret)
