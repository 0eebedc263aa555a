"""Does the project import what a package provides? Orders findings; it never silences one."""

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.judges.imports import Imports, imported_modules, top_level
from seamark.scan.dependencies.names import PYPI
from seamark.scan.dependencies.source import Source, Unreadable

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "attrs": ("attr", "attrs"),
    "beautifulsoup4": ("bs4",),
    "faiss-cpu": ("faiss",),
    "faiss-gpu": ("faiss",),
    "gitpython": ("git",),
    "google-api-python-client": ("googleapiclient", "apiclient"),
    "google-generativeai": ("google.generativeai",),
    "graphql-core": ("graphql",),
    "grpcio": ("grpc",),
    "jupyter-core": ("jupyter_core", "jupyter"),
    "llama-cpp-python": ("llama_cpp",),
    "markdown-it-py": ("markdown_it",),
    "mysqlclient": ("MySQLdb",),
    "mysql-connector-python": ("mysql",),
    "opencv-contrib-python": ("cv2",),
    "opencv-contrib-python-headless": ("cv2",),
    "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",),
    "paddlepaddle": ("paddle",),
    "pillow": ("PIL",),
    "protobuf": ("google.protobuf",),
    "psycopg2-binary": ("psycopg2",),
    "py-cpuinfo": ("cpuinfo",),
    "pycryptodome": ("Crypto",),
    "pycryptodomex": ("Cryptodome",),
    "pyjwt": ("jwt",),
    "pymupdf": ("fitz", "pymupdf"),
    "pynacl": ("nacl",),
    "pyopenssl": ("OpenSSL",),
    "pypdf2": ("PyPDF2",),
    "pyserial": ("serial",),
    "python-dateutil": ("dateutil",),
    "python-docx": ("docx",),
    "python-dotenv": ("dotenv",),
    "python-jose": ("jose",),
    "python-magic": ("magic",),
    "python-multipart": ("multipart", "python_multipart"),
    "pytorch-lightning": ("pytorch_lightning",),
    "pywin32": ("win32api", "win32con", "win32com", "pythoncom", "win32file"),
    "pyyaml": ("yaml",),
    "pyzmq": ("zmq",),
    "ruamel-yaml": ("ruamel",),
    "scikit-image": ("skimage",),
    "scikit-learn": ("sklearn",),
    "sentence-transformers": ("sentence_transformers",),
    "setuptools": ("setuptools", "pkg_resources"),
    "tensorflow-cpu": ("tensorflow",),
    "tensorflow-gpu": ("tensorflow",),
    "typing-extensions": ("typing_extensions",),
    "websocket-client": ("websocket",),
}
"""Modules of packages that are imported by other names than their own, for where no installed
package tells. Names as PyPI compares them."""

_SPACES: Final = ("google-cloud-", "azure-")
_SAME: Final = frozenset(
    "aiohttp certifi cryptography django fastapi flask gradio h5py httpx idna jinja2 joblib keras "
    "langchain lightgbm litellm lxml matplotlib mlflow numpy onnx onnxruntime openai pandas "
    "paramiko pyarrow pydantic ray redis requests scipy scrapy sqlalchemy starlette streamlit "
    "tensorflow torch torchvision tornado tqdm transformers twisted urllib3 uvicorn vllm werkzeug "
    "xgboost".split()
)
"""Packages that are known to be imported by their own name."""
_MAX_RECORD: Final = 4 << 20


class Reach(StrEnum):
    """What is known of the project's use of a package."""

    IMPORTED = "imported"
    NOT_SEEN = "not seen"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Reachability:
    """Answers for the packages of one case; files are read when it is first asked.

    ``wanted`` are the components that will be asked about, and ``modules`` dotted names beside.
    """

    case: Case
    wanted: Iterable[Component]
    modules: Iterable[str] = ()
    _imports: Imports | None = field(default=None, init=False)
    _known: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict, init=False)

    def reach(self, component: Component) -> Reach:
        """Whether the project's own code imports the package.

        A package that is not imported, but that others may need, is unknown: they may.
        """
        if component.ecosystem != PYPI:
            return Reach.UNKNOWN
        imports = self.imports()
        modules, certain = self._modules_of(component)
        if any(imports.find(each) for each in modules):
            return Reach.IMPORTED
        doubtful = any(top_level(each) in imports.doubtful for each in modules)
        if not certain or doubtful or not imports.complete:
            return Reach.UNKNOWN
        return Reach.UNKNOWN if _is_needed(component, self.case.inventory) else Reach.NOT_SEEN

    def reach_of(self, module: str) -> Reach:
        """Whether the project's own code imports one of ``modules``."""
        imports = self.imports()
        if imports.find(module):
            return Reach.IMPORTED
        if top_level(module) in imports.doubtful or not imports.complete:
            return Reach.UNKNOWN
        return Reach.NOT_SEEN

    def where(self, component: Component) -> Location | None:
        """Where the package is first imported."""
        modules, _ = self._modules_of(component)
        found = (self.imports().find(each) for each in modules)
        return next((each for each in found if each), None)

    def imports(self) -> Imports:
        """What the project imports of what was wanted."""
        if self._imports is None:
            names = {top_level(each) for each in self.modules}
            for component in self.wanted:
                if component.ecosystem == PYPI:
                    names |= {top_level(each) for each in self._modules_of(component)[0]}
            self._imports = imported_modules(self.case.inventory.root, names, paths=self.case.paths)
        return self._imports

    def _modules_of(self, component: Component) -> tuple[tuple[str, ...], bool]:
        """The package's modules, and whether these are known and not guessed by its name."""
        if component.name not in self._known:
            found = _installed(component.name, self.case.inventory)
            certain = bool(found) or component.name in MODULES or component.name in _SAME
            self._known[component.name] = (found or modules_of(component.name), certain)
        return self._known[component.name]


def modules_of(name: str) -> tuple[str, ...]:
    """The modules that a package of PyPI provides, as far as its name tells."""
    if name in MODULES:
        return MODULES[name]
    for space in _SPACES:
        if name.startswith(space):
            head = space.rstrip("-").replace("-", ".")
            rest = name.removeprefix(space)
            return (f"{head}.{rest.replace('-', '_')}", f"{head}.{rest.replace('-', '.')}")
    return (name.replace("-", "_"),)


def _is_needed(component: Component, inventory: Inventory) -> bool:
    """Whether another package of the project needs it, or no list tells."""
    path = component.location.path
    listing = next((each for each in inventory.listings if each.path == path), None)
    others = listing.components if listing else ()
    if any(each.requires is None for each in others):
        return component.direct is not True or len(others) > 1
    return any(component.name in (each.requires or ()) for each in others)


def _installed(name: str, inventory: Inventory) -> tuple[str, ...]:
    """The modules as the installed package itself says (``top_level.txt``, ``RECORD``)."""
    for listing in inventory.listings:
        if listing.kind != "installed-python":
            continue
        if any(each.name == name for each in listing.components):
            folder = os.path.dirname(listing.path)
            found = _from_top_level(inventory.root, folder) or _from_record(inventory.root, folder)
            if found:
                return found
    return ()


def _from_top_level(root: str, folder: str) -> tuple[str, ...]:
    text = _text(root, f"{folder}/top_level.txt")
    names = (line.strip() for line in text.splitlines())
    return tuple(sorted({name for name in names if name.isidentifier()}))


def _from_record(root: str, folder: str) -> tuple[str, ...]:
    found: set[str] = set()
    try:
        for row in csv.reader(io.StringIO(_text(root, f"{folder}/RECORD"))):
            path = row[0] if row else ""
            first, slash, _ = path.partition("/")
            name = first if slash else first.removesuffix(".py")
            if path.endswith((".py", ".so", ".pyd")) and name.isidentifier():
                found.add(name)
    except csv.Error:
        return ()
    return tuple(sorted(found))


def _text(root: str, shown: str) -> str:
    source = Source(path=os.path.join(root, shown), shown=shown, root=root)
    try:
        text = source.text()
    except Unreadable:  # an older package has none, and its name has to do
        return ""
    return text if len(text) <= _MAX_RECORD else ""
