"""What well-known functions of Python do that code beside a model has no need for."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final


class Effect(Enum):
    """A kind of effect; the value completes the sentence "this code ..."."""

    PROCESS = "runs a program"
    EXECUTE = "runs code that it holds as data"
    REMOTE = "fetches code and runs it"
    NATIVE = "loads native code"
    UNPICKLE = "unpickles data"
    CONNECT = "opens a network connection of its own"
    FETCH = "talks to the network"
    DESTROY = "removes files"
    HOOK = "hooks into the interpreter"


def _members(module: str, names: str, effect: Effect) -> dict[str, Effect]:
    return {f"{module}.{name}": effect for name in names.split()}


_OS = (
    "system popen execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle "
    "spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp startfile fork "
    "forkpty popen2 popen3"
)

EFFECTS: Final[Mapping[str, Effect]] = {
    **_members("os", _OS, Effect.PROCESS),
    **_members("posix", _OS, Effect.PROCESS),
    **_members("nt", _OS, Effect.PROCESS),
    **_members(
        "subprocess",
        "run call Popen check_call check_output getoutput getstatusoutput _execute_child",
        Effect.PROCESS,
    ),
    **_members("pty", "spawn fork", Effect.PROCESS),
    **_members("commands", "getoutput getstatusoutput", Effect.PROCESS),
    **_members("asyncio", "create_subprocess_shell create_subprocess_exec", Effect.PROCESS),
    **_members("asyncio.subprocess", "create_subprocess_shell", Effect.PROCESS),
    **_members("_posixsubprocess", "fork_exec", Effect.PROCESS),
    **_members("pexpect", "spawn run runu", Effect.PROCESS),
    **_members("distutils.spawn", "spawn", Effect.PROCESS),
    **_members("webbrowser", "open open_new open_new_tab get", Effect.PROCESS),
    **_members("platform", "popen", Effect.PROCESS),
    **_members("pip", "main", Effect.PROCESS),
    **_members("pip._internal", "main", Effect.PROCESS),
    **_members("pip._internal.cli.main", "main", Effect.PROCESS),
    **_members("ensurepip", "bootstrap", Effect.PROCESS),
    **_members("invoke", "run", Effect.PROCESS),
    **_members("builtins", "eval exec", Effect.EXECUTE),
    **_members("runpy", "run_path run_module", Effect.EXECUTE),
    **_members("code", "interact InteractiveInterpreter InteractiveConsole", Effect.EXECUTE),
    **_members("timeit", "timeit repeat Timer", Effect.EXECUTE),
    **_members("cProfile", "run runctx", Effect.EXECUTE),
    **_members("profile", "run runctx", Effect.EXECUTE),
    **_members("pdb", "run runeval runcall", Effect.EXECUTE),
    **_members("types", "FunctionType CodeType LambdaType", Effect.EXECUTE),
    **_members("marshal", "loads load", Effect.EXECUTE),
    **_members("imp", "load_source load_module load_dynamic", Effect.EXECUTE),
    **_members("importlib.machinery", "ExtensionFileLoader", Effect.NATIVE),
    **_members("zipimport", "zipimporter", Effect.EXECUTE),
    **_members("pandas", "eval", Effect.EXECUTE),
    **_members("torch.hub", "load", Effect.REMOTE),
    **_members("ctypes", "CDLL PyDLL WinDLL OleDLL cdll windll pythonapi", Effect.NATIVE),
    **_members("_ctypes", "dlopen", Effect.NATIVE),
    **_members("numpy.ctypeslib", "load_library", Effect.NATIVE),
    **_members("torch.ops", "load_library", Effect.NATIVE),
    **_members("torch.classes", "load_library", Effect.NATIVE),
    **_members("torch.utils.cpp_extension", "load load_inline", Effect.NATIVE),
    **_members("pickle", "loads load Unpickler", Effect.UNPICKLE),
    **_members("_pickle", "loads load Unpickler", Effect.UNPICKLE),
    **_members("cPickle", "loads load", Effect.UNPICKLE),
    **_members("cloudpickle", "loads load", Effect.UNPICKLE),
    **_members("dill", "loads load", Effect.UNPICKLE),
    **_members("joblib", "load", Effect.UNPICKLE),
    **_members("shelve", "open", Effect.UNPICKLE),
    **_members("yaml", "unsafe_load unsafe_load_all", Effect.UNPICKLE),
    **_members("jsonpickle", "decode", Effect.UNPICKLE),
    **_members("pandas", "read_pickle", Effect.UNPICKLE),
    **_members("socket", "socket create_connection create_server", Effect.CONNECT),
    **_members("telnetlib", "Telnet", Effect.CONNECT),
    **_members("paramiko", "SSHClient Transport", Effect.CONNECT),
    **_members("ftplib", "FTP FTP_TLS", Effect.CONNECT),
    **_members("smtplib", "SMTP SMTP_SSL", Effect.CONNECT),
    **_members("xmlrpc.client", "ServerProxy", Effect.CONNECT),
    **_members("websocket", "create_connection WebSocketApp", Effect.CONNECT),
    **_members("websockets", "connect", Effect.CONNECT),
    **_members("dns.resolver", "resolve query", Effect.CONNECT),
    **_members("asyncio", "open_connection start_server", Effect.CONNECT),
    **_members("urllib.request", "urlopen urlretrieve build_opener", Effect.FETCH),
    **_members("urllib2", "urlopen", Effect.FETCH),
    **_members("urllib", "urlopen urlretrieve", Effect.FETCH),
    **_members("urllib3", "PoolManager request", Effect.FETCH),
    **_members("requests", "get post put patch delete head request Session session", Effect.FETCH),
    **_members(
        "httpx", "get post put patch delete request stream Client AsyncClient", Effect.FETCH
    ),
    **_members("aiohttp", "ClientSession request", Effect.FETCH),
    **_members("http.client", "HTTPConnection HTTPSConnection", Effect.FETCH),
    **_members("wget", "download", Effect.FETCH),
    **_members("gdown", "download", Effect.FETCH),
    **_members("torch.hub", "load_state_dict_from_url download_url_to_file", Effect.FETCH),
    **_members("shutil", "rmtree", Effect.DESTROY),
    **_members("os", "remove unlink rmdir removedirs truncate", Effect.DESTROY),
    **_members("sys", "settrace setprofile", Effect.HOOK),
    **_members("threading", "settrace setprofile", Effect.HOOK),
}

CALL_ONLY: Final = frozenset(
    {"types.FunctionType", "types.CodeType", "types.LambdaType", "timeit.Timer"}
)
"""Names that ordinary code mentions (``isinstance``); only a call of them counts."""


def _dangerous_modules() -> Mapping[str, frozenset[str]]:
    modules: dict[str, set[str]] = {}
    for path in EFFECTS:
        module, _, name = path.rpartition(".")
        modules.setdefault(module, set()).add(name)
    return {module: frozenset(names) for module, names in modules.items()}


DANGEROUS_MODULES: Final = _dangerous_modules()
"""Names that have an effect, by module: what a star import may bring in."""

HIDING_MODULES: Final = frozenset({"os", "posix", "nt", "subprocess", "builtins", "ctypes", "pty"})
"""Modules of which nobody reads a member whose name is computed."""


def effect_of(path: str) -> tuple[str, Effect] | None:
    """``(name, effect)`` of a dotted name, also behind a re-export (``logging.os.system``)."""
    for suffix in _suffixes(path):
        effect = EFFECTS.get(suffix)
        if effect is not None:
            return suffix, effect
        module, _, _ = suffix.rpartition(".")
        if EFFECTS.get(module) is Effect.NATIVE:  # ctypes.cdll.LoadLibrary
            return suffix, Effect.NATIVE
    return None


def _suffixes(path: str) -> Iterator[str]:
    parts = path.split(".")
    for start in range(min(len(parts) - 1, 8)):
        yield ".".join(parts[start:])
