"""What a call in R data would do, told by the names of the functions and their constant texts."""

from dataclasses import dataclass

from seamark.scan.models.r.values import Call, Symbol, Texts, Value


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROGRAMS = _names(
    """system system2 shell shell.exec pipe exec_wait exec_background exec_internal
    terminalExecute mcfork makeCluster makePSOCKcluster"""
)
_FETCHES = _names("download.file url.show install.packages install_github source_url getURL")
_LOADS = _names(
    "dyn.load library.dynam source sys.source getNativeSymbolInfo cppFunction sourceCpp"
)
_DANGEROUS = _PROGRAMS | _FETCHES | _LOADS
_ODD = _names(
    """url socketConnection serverSocket socketSelect curl_download curl_fetch_memory unlink
    file.remove file.symlink Sys.chmod Sys.setenv setHook addTaskCallback
    delayedAssign assignInNamespace unlockBinding attachNamespace
    assignInMyNamespace registerS3method setTimeLimit quit writeBin fifo"""
)
_NATIVE = _names(".C .Call .External .External2 .Fortran .Call.graphics")
_INDIRECT = _names(
    """do.call match.fun get get0 mget dynGet getFunction getExportedValue getFromNamespace
    getAnywhere as.name as.symbol call lapply sapply vapply Map mapply Reduce Filter rapply
    tapply apply outer Vectorize exec invoke getS3method"""
)
_EVALUATES = _names("eval evalq eval.parent withVisible local source_text eval_tidy")
_MAKES_CODE = _names("parse str2lang str2expression parse_expr parse_exprs")
_QUALIFIES = _names(":: :::")


@dataclass(frozen=True, slots=True)
class Judgment:
    """``name`` is what is reached; ``dangerous`` or only odd; ``why`` ends "it …"."""

    name: str
    dangerous: bool
    why: str


def judge(call: Call) -> Judgment | None:
    """What is wrong with this one call (calls inside it are judged on their own), or None."""
    name = function_name(call.head)
    if name in _DANGEROUS:
        return _reached(name)
    if name in _INDIRECT or name == ".Internal":
        for _tag, argument in call.arguments:
            reached = _constant_name(argument)
            if reached in _DANGEROUS:
                return _reached(reached)
    if name in _EVALUATES and any(_makes_code(argument) for _tag, argument in call.arguments):
        return Judgment(f"{name}(parse())", False, "runs code that it makes of text")
    if name in _NATIVE and call.arguments and isinstance(call.arguments[0][1], Texts):
        target = call.arguments[0][1].first
        shown = target[0] if target else ""
        return Judgment(f"{name}({shown})", False, "calls native code by the name of a symbol")
    if name in _ODD:
        return Judgment(name, False, "has effects outside the model")
    if isinstance(call.head, Call) and function_name(call.head.head) in _MAKES_CODE:
        return Judgment("parse()()", False, "calls what it makes of text")
    return None


def judge_name(name: str) -> Judgment | None:
    """What is wrong with a name that compiled code may call."""
    return _reached(name) if name in _DANGEROUS else None


def _reached(name: str) -> Judgment:
    if name in _PROGRAMS:
        return Judgment(name, True, "starts programs")
    if name in _FETCHES:
        return Judgment(name, True, "fetches files or packages")
    return Judgment(name, True, "loads code from elsewhere")


def function_name(head: Value) -> str:
    """The function that is called, without its package; empty where it is computed."""
    if isinstance(head, Symbol):
        return head.name
    if isinstance(head, Texts) and len(head.first) == 1:
        return head.first[0]
    if (
        isinstance(head, Call)
        and isinstance(head.head, Symbol)
        and head.head.name in _QUALIFIES
        and len(head.arguments) == 2
    ):
        return _constant_name(head.arguments[1][1])
    return ""


def _constant_name(value: Value) -> str:
    """A function given by name, by text, or by texts that are joined."""
    if isinstance(value, Call) and function_name(value.head) in ("paste", "paste0", "c", "quote"):
        glue = " " if function_name(value.head) == "paste" else ""
        parts = []
        for tag, argument in value.arguments:
            if tag == "sep" and isinstance(argument, Texts):
                glue = "".join(argument.first)
            elif not tag:
                parts.append(_constant_name(argument))
        return glue.join(parts)
    return function_name(value)


def _makes_code(value: Value) -> bool:
    return isinstance(value, Call) and function_name(value.head) in _MAKES_CODE
