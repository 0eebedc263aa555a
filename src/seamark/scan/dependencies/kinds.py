"""Which files are lists of dependencies: by name, as their tools know them."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from importlib import import_module

from seamark.scan.dependencies.listings import Role
from seamark.scan.dependencies.names import CONDA, NPM, PYPI

_READERS = "seamark.scan.dependencies.readers"


@dataclass(frozen=True, slots=True)
class Kind:
    """One format: its name, globs over a file's name or the end of its path, and its reader.

    ``reader`` is ``module:function`` beneath ``readers``, imported when the first such file is
    met: ``function(source: Source) -> Iterator[Item]``. Without one the format is known and not
    read, and each such file is reported as not assessed. ``sniff`` (``module:function`` likewise,
    ``function(path: str) -> bool``) looks into files whose names say too little.
    ``unless`` names a file beside it that says the same better: where that is, this is no list.
    """

    name: str
    patterns: tuple[str, ...]
    role: Role
    ecosystem: str
    reader: str = ""
    unless: str = ""
    sniff: str = ""

    def matches(self, path: str) -> bool:
        """Whether a file of this path (``/`` between parts) is of this kind, in any case: what
        one system does not take for a list, another does.
        """
        path = path.lower()
        name = os.path.basename(path)
        return any(
            fnmatchcase(path, f"*/{each}") or fnmatchcase(path, each)
            if "/" in each
            else fnmatchcase(name, each)
            for each in map(str.lower, self.patterns)
        )

    def recognizes(self, path: str) -> bool:
        """Whether the content of the file at ``path`` fits, where its name does not decide."""
        if not self.sniff:
            return True
        module, _, function = self.sniff.partition(":")
        return bool(getattr(import_module(f"{_READERS}.{module}"), function)(path))

    @property
    def place(self) -> str:
        """Where the reader is, as ``module:function``; empty where there is none."""
        return f"{_READERS}.{self.reader}" if self.reader else ""


KINDS = (
    Kind("pylock", ("pylock.toml", "pylock.*.toml"), Role.LOCK, PYPI, "locks.pylock:read"),
    Kind("poetry-lock", ("poetry.lock",), Role.LOCK, PYPI, "locks.poetry:read"),
    Kind("pdm-lock", ("pdm.lock", "pdm.*.lock"), Role.LOCK, PYPI, "locks.pdm:read"),
    Kind("uv-lock", ("uv.lock", "*.py.lock"), Role.LOCK, PYPI, "locks.uv:read"),
    Kind("pipfile-lock", ("Pipfile.lock",), Role.LOCK, PYPI, "python.pipfile:read_lock"),
    Kind("pipfile", ("Pipfile",), Role.DECLARATION, PYPI, "python.pipfile:read"),
    Kind(
        "conda-lock",
        ("conda-lock.yml", "conda-lock.yaml", "*.conda-lock.yml", "*.conda-lock.yaml"),
        Role.LOCK,
        CONDA,
        "conda.conda_lock:read",
    ),
    Kind(
        "conda-environment",
        (
            "environment.yml",
            "environment.yaml",
            "environment-*.yml",
            "environment-*.yaml",
            "environment_*.yml",
            "environment_*.yaml",
            "conda.yaml",
            "conda.yml",
            "conda-env.yml",
        ),
        Role.REQUIREMENTS,
        CONDA,
        "conda.conda:read",
    ),
    Kind(
        "conda-environment",
        ("environment*.y*ml", "*environment.y*ml", "env.y*ml", "environments/*.y*ml"),
        Role.REQUIREMENTS,
        CONDA,
        "conda.conda:read",
        sniff="conda.conda:is_environment",
    ),
    Kind(
        "conda-explicit",
        ("conda-*.lock", "*-explicit.txt", "spec-file.txt"),
        Role.LOCK,
        CONDA,
        "conda.conda_lock:read_explicit",
    ),
    Kind("pyproject", ("pyproject.toml",), Role.DECLARATION, PYPI, "python.pyproject:read"),
    Kind("setup-cfg", ("setup.cfg",), Role.DECLARATION, PYPI, "python.setuptools:read_cfg"),
    Kind(
        "setup-py",
        ("setup.py",),
        Role.DECLARATION,
        PYPI,
        "python.setuptools:read_py",
        sniff="python.setuptools:is_program",
    ),
    Kind(
        "requirements-in",
        ("*requirements*.in", "requirements/*.in"),
        Role.DECLARATION,
        PYPI,
        "python.requirements:read",
    ),
    Kind(
        "requirements",
        (
            "*requirements*.txt",
            "requirements/*.txt",
            "requirement.txt",
            "*requirements*.pip",
            "reqs*.txt",
            "*reqs.txt",
            "constraints*.txt",
            "*constraints.txt",
            "requirements*.lock",
        ),
        Role.REQUIREMENTS,
        PYPI,
        "python.requirements:read",
    ),
    Kind(
        "installed-python",
        ("*.dist-info/METADATA", "*.egg-info/PKG-INFO", "EGG-INFO/PKG-INFO", "*.egg-info"),
        Role.INSTALLED,
        PYPI,
        "python.installed:read",
    ),
    Kind("installed-egg", ("*.egg",), Role.INSTALLED, PYPI, "python.installed:read_egg"),
    Kind(
        "installed-python-damaged",
        ("*.dist-info/RECORD",),
        Role.INSTALLED,
        PYPI,
        "python.installed:read_record",
        unless="METADATA",
    ),
    Kind(
        "python-archive",
        ("*.whl", "*-[0-9]*.tar.gz"),
        Role.INSTALLED,
        PYPI,
        "python.python_archives:read",
        sniff="python.python_archives:is_archive",
    ),
    Kind("conda-meta", ("conda-meta/*.json",), Role.INSTALLED, CONDA, "conda.conda:read_installed"),
    Kind(
        "npm-lock",
        ("package-lock.json", "npm-shrinkwrap.json", "node_modules/.package-lock.json"),
        Role.LOCK,
        NPM,
        "npm.npm_lock:read",
    ),
    Kind("package-json", ("package.json",), Role.DECLARATION, NPM, "npm.npm_manifest:read"),
    Kind(
        "dpkg",
        ("var/lib/dpkg/status", "var/lib/dpkg/status.d/*"),
        Role.INSTALLED,
        "Debian",
        "system.dpkg:read",
    ),
    Kind("apk", ("lib/apk/db/installed",), Role.INSTALLED, "Alpine", "system.apk:read"),
    Kind("oci-layout", ("oci-layout",), Role.INSTALLED, "", "images.images:read_layout"),
    Kind(
        "image-archive",
        ("*.tar", "*.tar.gz", "*.tgz", "*.tar.zst", "*.oci"),
        Role.INSTALLED,
        "",
        "images.images:read_archive",
        sniff="images.image_marks:is_archive",
    ),
    Kind(
        "dockerfile",
        (
            "Dockerfile",
            "Dockerfile.*",
            "Dockerfile-*",
            "*.Dockerfile",
            "*.dockerfile",
            "Containerfile",
            "Containerfile.*",
            "*.Containerfile",
        ),
        Role.REQUIREMENTS,
        "oci",
        "images.dockerfiles:read",
    ),
    # Known by name, and not read: silence about them would be a false "no known vulnerabilities".
    Kind("yarn-lock", ("yarn.lock",), Role.LOCK, NPM),
    Kind("pnpm-lock", ("pnpm-lock.yaml",), Role.LOCK, NPM),
    Kind("bun-lock", ("bun.lock", "bun.lockb"), Role.LOCK, NPM),
    Kind("pixi-lock", ("pixi.lock",), Role.LOCK, CONDA, "conda.pixi:read"),
    Kind("pixi", ("pixi.toml",), Role.DECLARATION, CONDA, unless="pixi.lock"),
    Kind("cargo-lock", ("Cargo.lock",), Role.LOCK, "crates.io"),
    Kind("deno-lock", ("deno.lock",), Role.LOCK, NPM),
    Kind("pub-lock", ("pubspec.lock",), Role.LOCK, "Pub"),
    Kind("mix-lock", ("mix.lock",), Role.LOCK, "Hex"),
    Kind("swift-lock", ("Package.resolved",), Role.LOCK, "SwiftURL"),
    Kind("pods-lock", ("Podfile.lock",), Role.LOCK, "CocoaPods"),
    Kind("conan-lock", ("conan.lock",), Role.LOCK, "ConanCenter"),
    Kind("go-modules", ("go.mod", "go.sum"), Role.LOCK, "Go"),
    Kind("gemfile-lock", ("Gemfile.lock",), Role.LOCK, "RubyGems"),
    Kind("composer-lock", ("composer.lock",), Role.LOCK, "Packagist"),
    Kind("maven-pom", ("pom.xml",), Role.DECLARATION, "Maven"),
    Kind("gradle-lock", ("gradle.lockfile",), Role.LOCK, "Maven"),
    Kind("nuget-lock", ("packages.lock.json",), Role.LOCK, "NuGet"),
    Kind("renv-lock", ("renv.lock",), Role.LOCK, "CRAN"),
    Kind(
        "rpm-database",
        (
            "var/lib/rpm/rpmdb.sqlite",
            "var/lib/rpm/Packages",
            "var/lib/rpm/Packages.db",
            "usr/lib/sysimage/rpm/rpmdb.sqlite",
            "usr/lib/sysimage/rpm/Packages.db",
        ),
        Role.INSTALLED,
        "Red Hat",
    ),
)


_PATTERNS = tuple(each for kind in KINDS for each in kind.patterns)
FOLDER = Kind("folder", (), Role.REQUIREMENTS, "")
"""A folder that could not be looked into: whether lists are in it is not known."""

# One look at the name alone spares nearly every file of a project the rest.
_ANY_NAME = re.compile(
    "|".join(translate(each.rpartition("/")[2]) for each in _PATTERNS if not each.endswith("/*")),
    re.IGNORECASE,
)
_ANY_FOLDER = tuple(each[:-2].lower() for each in _PATTERNS if each.endswith("/*"))


def kind_of(path: str) -> Kind | None:
    """The kind of the file of this path, the first that matches; None for other files."""
    return next(kinds_of(path), None)


def kinds_of(path: str) -> Iterator[Kind]:
    """Every kind that a file of this path may be; its content decides (:attr:`Kind.sniff`)."""
    folder, _, name = path.rpartition("/")
    if _ANY_NAME.match(name) or folder.lower().endswith(_ANY_FOLDER):
        yield from (kind for kind in KINDS if kind.matches(path))
