"""Package URLs read: what they name, in the words of our components. Source: ECMA-427."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from seamark.scan.dependencies.names import pypi_name

LONGEST = 4096

_HEAD = re.compile(r"pkg:/*([A-Za-z][A-Za-z0-9.+-]*)/(.+)", re.DOTALL)
_ECOSYSTEMS = {
    "pypi": "PyPI",
    "npm": "npm",
    "conda": "conda",
    "cargo": "crates.io",
    "golang": "Go",
    "gem": "RubyGems",
    "composer": "Packagist",
    "maven": "Maven",
    "nuget": "NuGet",
    "cran": "CRAN",
    "hex": "Hex",
    "pub": "Pub",
    "oci": "oci",
    "docker": "oci",
}
_DISTRIBUTIONS = {
    "debian": "Debian",
    "ubuntu": "Ubuntu",
    "alpine": "Alpine",
    "wolfi": "Wolfi",
    "chainguard": "Chainguard",
}
_NUMBER = re.compile(r"(?:[a-z]+-)?v?(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purl:
    """The parts of a package URL, decoded; ``namespace`` may have several, joined by ``/``."""

    type: str
    name: str
    namespace: str = ""
    version: str = ""
    qualifiers: tuple[tuple[str, str], ...] = ()

    @property
    def package(self) -> tuple[str, str, str]:
        """What is compared regardless of version: type, namespace and name."""
        return self.type, self.namespace, self.name

    @property
    def ecosystem(self) -> str:
        """The ecosystem as OSV calls it, with the release of a distribution where it is said."""
        if self.type in ("deb", "apk", "rpm"):
            vendor = self.namespace.partition("/")[0]
            system = _DISTRIBUTIONS.get(vendor.lower(), vendor.capitalize())
            return f"{system}:{self._release()}" if self._release() else system
        return _ECOSYSTEMS.get(self.type, self.type)

    def _release(self) -> str:
        """``12`` of ``distro=debian-12``, ``v3.19`` of ``distro=alpine-3.19.1``."""
        said = dict(self.qualifiers).get("distro", "").lower()
        match = _NUMBER.fullmatch(said)
        if not match:
            return ""
        numbers = match[1].split(".")
        return f"v{'.'.join(numbers[:2])}" if self.type == "apk" else numbers[0]

    @property
    def component_name(self) -> str:
        """The name as our components have it: with the scope for npm, the group for Maven."""
        if self.type == "maven":
            return f"{self.namespace}:{self.name}"
        if self.type in ("deb", "apk", "rpm", "conda", "oci", "docker"):
            return self.name
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def parse_purl(text: str) -> Purl | None:
    """The package URL, its name as the ecosystem compares it; None for what is none."""
    match = _HEAD.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if match is None:
        return None
    rest = match[2].partition("#")[0]
    rest, _, query = rest.partition("?")
    slash = rest.rfind("/")
    at = rest.rfind("@")
    version = ""
    if at > max(slash, 0):  # one before the last slash begins the scope of npm
        rest, version = rest[:at], rest[at + 1 :]
    parts = [unquote(part) for part in rest.split("/") if part]
    if not parts:
        return None
    kind = match[1].lower()
    name = pypi_name(parts[-1]) if kind == "pypi" else parts[-1]
    namespace = "/".join(parts[:-1])
    if kind in ("deb", "apk", "rpm", "github", "bitbucket", "composer"):
        name, namespace = name.lower() if kind != "rpm" else name, namespace.lower()
    return Purl(
        type=kind,
        name=name,
        namespace=namespace,
        version=unquote(version),
        qualifiers=tuple(sorted(parse_qsl(query, keep_blank_values=False))),
    )
