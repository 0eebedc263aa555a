"""What the support system stands on: the pins it is installed from, and what is installed.

The pins come from Seamark's own lock, with hashes; what is installed is the metadata that the
packages of this very environment carry (licenses, what they need). The careless versions have
the shape of real accidents: nothing here is ever installed from them.
"""

import shutil
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, distribution, version
from pathlib import Path

LOCK = Path(__file__).resolve().parents[2] / "constraints.txt"
PACKAGES = ("joblib", "narwhals", "numpy", "scikit-learn", "scipy", "threadpoolctl")
INSTALLED = "deployed/site-packages"

CARELESS = """\
# from the notebook that worked
--extra-index-url https://packages.bean-and-leaf.example/simple
joblib==1.6.0
numpy==2.4.6
scikit-learn
scipy==1.17.1
jinja2==2.11.2
bean-and-leaf-billing==1.4.0
"""

_AGPL = """\
Metadata-Version: 2.4
Name: ultralytics
Version: 8.2.103
License-Expression: AGPL-3.0-only
Requires-Dist: numpy<2.0.0,>=1.23.0
"""


def write_supply(project: Path) -> None:
    """The pinned requirements of a project, and the metadata of what is installed for it."""
    pins = "".join(line for name in PACKAGES for line in _pins(name))
    (project / "requirements.txt").write_text(pins, encoding="utf-8")
    for name in PACKAGES:
        _copy_metadata(distribution(name), project / INSTALLED)


def careless_requirements(path: Path) -> None:
    """One package open, one with known vulnerabilities, one that anybody may claim."""
    path.write_text(CARELESS, encoding="utf-8")


def careless_license(path: Path) -> None:
    """A package whose license obliges whoever offers it as a service."""
    path.write_text(_AGPL, encoding="utf-8")


def _pins(name: str) -> Iterator[str]:
    """The lines in the lock of the version that is installed, hashes included, comments not."""
    start = f"{name}=={version(name)} "
    inside = False
    for line in LOCK.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.startswith((" ", "#")):
            inside = line.startswith(start)
        if inside and not line.lstrip().startswith("#"):
            yield line


def _copy_metadata(found: Distribution, site: Path) -> None:
    metadata = _file(found.files or (), found)
    folder = site / metadata.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(metadata, folder / "METADATA")


def _file(files: Sequence[object], found: Distribution) -> Path:
    name = next(each for each in files if str(each).endswith(".dist-info/METADATA"))
    return Path(str(found.locate_file(str(name))))
