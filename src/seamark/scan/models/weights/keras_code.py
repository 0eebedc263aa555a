"""Code that a Keras configuration carries: marshalled lambdas and pickled PyTorch modules."""

import binascii
import re
from collections.abc import Iterator

from seamark.core.findings import Finding, Json
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.keras_rules import EMBEDDED_PICKLE, HOSTILE_CODE, LAMBDA
from seamark.scan.models.weights.marshalled import CodeNames, read_code

_REACHING = frozenset(
    "os nt posix sys subprocess socket ssl shutil pathlib tempfile glob pty ctypes cffi mmap "
    "multiprocessing threading asyncio concurrent http httplib urllib urllib2 urllib3 "
    "requests httpx aiohttp ftplib smtplib telnetlib paramiko pickle cPickle _pickle marshal dill "
    "cloudpickle joblib shelve importlib runpy pkgutil imp code codeop builtins __builtins__ "
    "__builtin__ eval exec execfile compile open __import__ getattr setattr delattr globals locals "
    "vars breakpoint system popen Popen spawn fork execv execve execvp check_output "
    "check_call getoutput urlopen urlretrieve sendall recv write_text write_bytes "
    "read_text read_bytes unlink rmtree makedirs chmod environ getenv base64 "
    "b64decode zlib codecs platform getpass webbrowser import_module load_module exec_module "
    "py_function py_func numpy_function read_file write_file WriteFile ReadFile".split()
)
"""Names that layer code has no use for: each reaches beyond tensors."""

_BENIGN_DUNDERS = frozenset({"__name__", "__doc__", "__version__", "__len__"})
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_TEXT_LIMIT = 4 << 20


def examine_lambda(config: object, scope: Scope) -> Iterator[Finding]:
    """Findings in the ``config`` of a ``Lambda`` layer or of a serialized ``__lambda__``."""
    read = False
    for encoded in _encoded_codes(config):
        read = True
        yield _judge_code(encoded, scope)
    function = config.get("function") if isinstance(config, dict) else config
    # By name, the configuration says which; a nested object is met by the walk through the tree.
    named = isinstance(function, str) or (isinstance(function, dict) and _is_nested(function))
    if not read and not named and function is not None:
        yield scope.finding(
            LAMBDA,
            "A Lambda layer holds a function in a form that no Keras writes.",
            anchor="lambda",
        )


def _is_nested(function: dict[str, object]) -> bool:
    return isinstance(function.get("class_name"), str) and function["class_name"] != "__tuple__"


def _encoded_codes(config: object) -> Iterator[str]:
    """Base64 texts of marshalled code in every form that Keras 1 to 3 writes."""
    if isinstance(config, list):  # Keras 1 to 2: [code, defaults, closure]
        if config and isinstance(config[0], str):
            yield config[0]
        return
    if not isinstance(config, dict):
        return
    if isinstance(config.get("code"), str):
        yield config["code"]
    if "value" in config:
        yield from _encoded_codes(config["value"])
        if isinstance(config["value"], str):
            yield config["value"]
    for key in ("function", "output_shape", "mask"):
        value = config.get(key)
        if isinstance(value, dict) and value.get("class_name") == "__tuple__":
            value = value.get("items")  # how Keras 2 spells a tuple in HDF5 files
        if (
            isinstance(value, list)
            and value
            and isinstance(value[0], str)
            and (key == "function" or len(value) == 3)
        ):
            yield value[0]
        elif isinstance(value, str) and config.get(f"{key}_type") == "lambda":
            yield value
        # Keras 3 nests {"class_name": "__lambda__"}, which the walk through the tree meets.


def _judge_code(encoded: str, scope: Scope) -> Finding:
    try:
        if len(encoded) > _TEXT_LIMIT:
            raise Malformed("the code is too large")
        found = read_code(binascii.a2b_base64(encoded.encode("ascii", "replace")))
    except (Malformed, ValueError) as error:
        reason = error.reason if isinstance(error, Malformed) else "it is not base64 text"
        words = _words_in(encoded)
        if words:
            return _hostile(scope, words, CodeNames(names=words))
        return scope.finding(
            LAMBDA,
            f"A Lambda layer holds code that cannot be read: {reason}.",
            anchor="lambda",
            evidence={"code": encoded[:200]},
        )
    reaching = {name for name in found.names | found.texts if _reaches(name)}
    reaching |= {text for text in found.texts if _WORD.fullmatch(text) is None and _commands(text)}
    if reaching:
        return _hostile(scope, reaching, found)
    return scope.finding(
        LAMBDA,
        "A Lambda layer holds compiled Python code.",
        anchor="lambda",
        evidence=_evidence(found),
    )


def _hostile(scope: Scope, reaching: set[str], found: CodeNames) -> Finding:
    names = ", ".join(sorted(text[:60] for text in reaching)[:8])
    return scope.finding(
        HOSTILE_CODE,
        f"The code of a Lambda layer uses {names}.",
        anchor=names[:200],
        evidence=_evidence(found),
    )


def _reaches(name: str) -> bool:
    if name in _REACHING or name.partition(".")[0] in _REACHING:
        return True
    return name.startswith("__") and name.endswith("__") and name not in _BENIGN_DUNDERS


def _commands(text: str) -> bool:
    """Whether a text constant contains Python source that itself reaches out."""
    return "__import__" in text or re.search(r"\bimport\s+\w", text) is not None


def _words_in(encoded: str) -> set[str]:
    """Reaching names in bytes that do not parse: damaged on purpose, or of an unknown Python."""
    try:
        raw = binascii.a2b_base64(encoded[:_TEXT_LIMIT].encode("ascii", "replace"))
    except ValueError:
        return set()
    words = set(_WORD.findall(raw.decode("latin-1")))
    return {word for word in words if len(word) > 3 and _reaches(word)}


def _evidence(found: CodeNames) -> dict[str, Json]:
    names: list[Json] = [*sorted(name[:100] for name in found.names)[:40]]
    texts: list[Json] = [*sorted(text[:100] for text in found.texts)[:20]]
    return {"names": names, "texts": texts, "code_objects": found.code_objects}


def examine_wrapped_module(config: object, scope: Scope) -> Iterator[Finding]:
    """Findings in the ``config`` of a ``TorchModuleWrapper``: base64 of a ``torch.save`` file."""
    module = config.get("module") if isinstance(config, dict) else None
    yield scope.finding(
        EMBEDDED_PICKLE,
        "A TorchModuleWrapper layer holds a pickled PyTorch module.",
        anchor="TorchModuleWrapper",
    )
    if isinstance(module, dict):  # {"class_name": "__bytes__", "config": {"value": ...}}
        inner = module.get("config")
        module = inner.get("value") if isinstance(inner, dict) else None
    if not isinstance(module, str):
        return
    try:
        data = binascii.a2b_base64(module.encode("ascii", "replace"))
    except ValueError:
        scope.skip("a wrapped PyTorch module that is not base64 text")
        return
    yield from scope.examine(BytesBlob(data), "TorchModuleWrapper")
