"""What a call in R data would do, told by the names of the functions and their constant texts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from seamark.scan.models.r import functions as f
from seamark.scan.models.r.values import Call, Pairs, Symbol, Texts, Value

_ADDRESS = re.compile(r"(?:https?|ftps?|file)://", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z.][\w.]*")
_DEEPEST = 8
"""Levels of an expression that are looked into for one question; calls nest by the thousand."""
_DEEPEST_HEAD = 64


@dataclass(frozen=True, slots=True)
class Judgment:
    """``name`` is what is reached; ``dangerous`` or only odd; ``why`` ends "it …"."""

    name: str
    dangerous: bool
    why: str


def judge(call: Call) -> Judgment | None:
    """What is wrong with this one call (calls inside it are judged on their own), or None."""
    names = list(_functions(call.head))
    for name in names:
        if name in f.DANGEROUS:
            return _reached(name)
    taken = _taken(call)
    if taken in f.DANGEROUS:
        return _reached(taken)
    part = _part(call.head)
    if part in f.PASSED:
        return Judgment(part, False, "is called as a part of another object")
    if isinstance(call.head, Call) and _decodes(call.head):
        return Judgment("a decoded name", False, "calls what it makes of text or numbers")
    package = _package(call.head)
    if package in f.FOREIGN:
        return Judgment(f"{package}::{names[0] if names else ''}", False, f.FOREIGN[package])
    for name in names:
        found = _judge_named(name, call)
        if found:
            return found
    if isinstance(call.head, Call) and function_name(call.head.head) in f.MAKES_CODE:
        return Judgment("parse()()", False, "calls what it makes of text")
    if not f.COMPUTES.intersection(names):
        start = 1 if names and names[0] in ("<-", "<<-", "=") else 0
        for _tag, argument in call.arguments[start:]:
            if isinstance(argument, Symbol) and argument.name in f.PASSED:
                return _passed(argument.name)
    return None


def judge_name(name: str) -> Judgment | None:
    """What is wrong with a name that compiled code may call."""
    return _reached(name) if name in f.DANGEROUS else None


def judge_default(pairs: Pairs) -> Judgment | None:
    """What is wrong with the default values of a function's arguments."""
    for tag, value in pairs.items:
        if tag and isinstance(value, Symbol) and value.name in f.PASSED:
            return _passed(value.name)
    return None


def _judge_named(name: str, call: Call) -> Judgment | None:
    if name in f.INDIRECT:
        for _tag, argument in call.arguments:
            reached = _constant_name(argument)
            if reached in f.DANGEROUS:
                return _reached(reached)
    if name in f.LOOKS_UP and call.arguments and _decodes(call.arguments[0][1]):
        return Judgment(name, False, "looks up a name that it decodes")
    if name in f.EVALUATES and any(_makes_code(argument) for _tag, argument in call.arguments):
        return Judgment(f"{name}(parse())", False, "runs code that it makes of text")
    if name in f.MAKES_CODE and call.arguments:
        written = " ".join(text for _tag, value in call.arguments for text in _texts(value))
        named = next((each for each in _WORD.findall(written) if each in f.PASSED), "")
        return _reached(named) if named else Judgment(name, False, "makes code of text")
    if name in ("eval", "evalq") and call.arguments and _decodes(call.arguments[0][1]):
        return Judgment(name, False, "runs what it decodes")
    if name in f.NATIVE and call.arguments and isinstance(call.arguments[0][1], Texts):
        target = call.arguments[0][1].first
        shown = target[0] if target else ""
        return Judgment(f"{name}({shown})", False, "calls native code by the name of a symbol")
    if name in f.ODD:
        return Judgment(name, False, "has effects outside the model")
    if name in f.ATTACHES and call.arguments:
        package = _constant_name(call.arguments[0][1])
        if package in f.FOREIGN:
            return Judgment(f"{name}({package})", False, f.FOREIGN[package])
    if name == "options" and any(tag in f.OPTIONS for tag, _argument in call.arguments):
        return Judgment("options", False, "tells R which programs or code to run")
    return _judge_files(name, call)


def _judge_files(name: str, call: Call) -> Judgment | None:
    """Functions whose constant arguments are files or addresses."""
    texts = [text for _tag, value in call.arguments for text in _texts(value)]
    if name in f.READS and any(_ADDRESS.match(text) for text in texts):
        return Judgment(name, False, "reads an address")
    if name in f.RESTORES and texts:
        return Judgment(name, False, "loads objects from another file")
    if name in f.OPENS and any(text[:1] in ("w", "a") and len(text) < 4 for text in texts[1:]):
        return Judgment(name, False, "writes a file")
    if name in f.WRITES:
        position, wanted = f.WRITES[name]
        plain = [value for tag, value in call.arguments if not tag]
        named = [value for tag, value in call.arguments if tag and tag == wanted]
        targets = named or (plain[position : position + 1] if position >= 0 else [])
        if any(text for value in targets for text in _texts(value)):
            return Judgment(name, False, "writes a file")
    return None


def _reached(name: str) -> Judgment:
    if name in f.PROGRAMS:
        return Judgment(name, True, "starts programs")
    if name in f.FETCHES:
        return Judgment(name, True, "fetches files or packages")
    return Judgment(name, True, "loads code from elsewhere")


def _passed(name: str) -> Judgment:
    return Judgment(name, False, "is handed on as a value, to be called under another name")


def _functions(head: Value, depth: int = 0) -> Iterator[str]:
    """The functions that a call's head may stand for; nothing where it is computed otherwise."""
    name = function_name(head)
    if name:
        yield name
        return
    if not isinstance(head, Call) or depth > _DEEPEST_HEAD:
        return
    how = function_name(head.head)
    arguments = [argument for _tag, argument in head.arguments]
    if how in f.TAKES_FROM:
        yield from filter(None, [_taken(head)])
    elif how in f.GROUPS or how in ("if", "switch"):
        for argument in arguments:
            yield from _functions(argument, depth + 1)
    elif how in f.INDIRECT and arguments:
        reached = _constant_name(arguments[0])
        if reached:
            yield reached


def _part(value: Value) -> str:
    """The constant name of a part that is taken out of a list or an environment."""
    if not isinstance(value, Call) or len(value.arguments) < 2:
        return ""
    taken = function_name(value.head) in f.TAKES_FROM
    return _constant_name(value.arguments[1][1]) if taken else ""


def _taken(value: Value) -> str:
    """The function that is taken out of R's own environments."""
    name = _part(value)
    source = value.arguments[0][1] if name and isinstance(value, Call) else None
    own = isinstance(source, Call) and function_name(source.head) in f.ENVIRONMENTS
    return name if own else ""


def function_name(head: Value) -> str:
    """The function that is called, without its package; empty where it is computed."""
    if isinstance(head, Symbol):
        return head.name
    if isinstance(head, Texts) and len(head.first) == 1:
        return head.first[0]
    if _is_qualified(head):
        return _plain_name(head.arguments[1][1])
    return ""


def _plain_name(value: Value) -> str:
    if isinstance(value, Texts):
        return value.first[0] if value.first else ""
    return value.name if isinstance(value, Symbol) else ""


def _is_qualified(value: Value) -> TypeGuard[Call]:
    return (
        isinstance(value, Call)
        and isinstance(value.head, Symbol)
        and value.head.name in f.QUALIFIES
        and len(value.arguments) == 2
    )


def _package(head: Value) -> str:
    return _plain_name(head.arguments[0][1]) if _is_qualified(head) else ""


def _constant_name(value: Value, depth: int = 0) -> str:
    """A function given by name, by text, or by texts that are joined."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, Call) and function_name(value.head) in ("paste", "paste0", "c", "quote"):
        glue = " " if function_name(value.head) == "paste" else ""
        parts = []
        for tag, argument in value.arguments:
            if tag == "sep" and isinstance(argument, Texts):
                glue = "".join(argument.first)
            elif not tag:
                parts.append(_constant_name(argument, depth + 1))
        return glue.join(parts)
    return function_name(value)


def _texts(value: Value, depth: int = 0) -> tuple[str, ...]:
    """Constant texts, also as parts of a joined one."""
    if depth > _DEEPEST:
        return ()
    if isinstance(value, Texts):
        return value.first
    if isinstance(value, Call) and function_name(value.head) in ("paste", "paste0", "file.path"):
        return tuple(t for _tag, part in value.arguments for t in _texts(part, depth + 1))
    return ()


def _decodes(value: Value, depth: int = 0) -> bool:
    """Whether a value is made by decoding, or in more steps than any honest name takes."""
    if not isinstance(value, Call) or function_name(value.head) in ("{", "function"):
        return False
    return (
        depth > _DEEPEST
        or function_name(value.head) in f.DECODES
        or any(_decodes(part, depth + 1) for _tag, part in value.arguments)
    )


def _makes_code(value: Value) -> bool:
    return isinstance(value, Call) and function_name(value.head) in f.MAKES_CODE
