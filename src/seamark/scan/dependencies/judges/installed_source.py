"""Python source that runs at installation or start, read as a syntax tree and never run.

The judge of code beside models (``scan.models.code``) tells what source does; here it is decided
what of that a build, or a start of Python, has no need for.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from seamark.scan.models.code import rules as code
from seamark.scan.models.code.source_effects import Effect, effect_of
from seamark.scan.models.code.source_judge import Sight, SourceJudge
from seamark.scan.models.code.source_names import Names
from seamark.scan.models.code.source_parsing import parse
from seamark.scan.models.code.source_regions import Regions, SourceTooLargeError

MAX_BYTES: Final = 384 << 10
"""Largest source that is parsed."""

_HIDDEN: Final = (code.HIDES_CODE, code.FETCHES_OR_LEAKS)
_REACHING: Final = (Effect.FETCH, Effect.UNPICKLE, Effect.REMOTE)
_TOOLS: Final = re.compile(
    r"(?i)(?:^|[\s/\\;&|(\"'])(curl|wget|powershell|pwsh|certutil|bitsadmin|mshta|regsvr32|ncat|"
    r"socat|crontab|schtasks|launchctl|base64|iex|invoke-webrequest)(?:\.exe)?(?=$|[\s\"';|)])"
)
_BETWEEN: Final = 400
_EXECUTORS: Final = frozenset({"builtins.exec", "builtins.eval"})


@dataclass(frozen=True, slots=True)
class Act:
    """Something that source does: a sentence on it, its line, and what it is about.

    ``hidden`` says that the source conceals it, or runs what it fetched.
    """

    text: str
    about: str
    line: int
    hostile: bool
    hidden: bool = False


class NotExaminedError(Exception):
    """The source could not be examined; the message is a clause without a full stop."""


def acts_of_setup(data: bytes) -> list[Act]:
    """What a ``setup.py`` does that no build needs. Commands that it defines count as run.

    Running compilers, git and the like is usual, and so is executing the package's own files
    (for its version). Raises :class:`NotExaminedError`.
    """
    tree = _parse(data)
    commands = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for name in commands[:64]:
        if name.isascii():
            tree.body += ast.parse(f"{name}().run()\n{name}().finalize_options()").body
    found = [act for sight in _sights(tree) if (act := _at_install(sight))]
    return _unique([*found, *_calls(tree)])


def acts_of_start(data: bytes) -> list[Act]:
    """What code that runs at every start does beyond setting Python up.

    Raises :class:`NotExaminedError`.
    """
    return _unique(act for sight in _sights(_parse(data)) if (act := _at_start(sight)))


def _parse(data: bytes) -> ast.Module:
    if len(data) > MAX_BYTES:
        raise NotExaminedError(f"it has {len(data):,} bytes")
    try:
        return parse(data)
    except SyntaxError as error:
        raise NotExaminedError(f"it is not valid Python here ({error.msg})") from error
    except (ValueError, RecursionError, MemoryError, LookupError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise NotExaminedError(f"it cannot be parsed ({reason or 'too large'})") from error


def _sights(tree: ast.Module) -> Iterator[Sight]:
    try:
        yield from SourceJudge(tree).sights()
    except SourceTooLargeError as error:
        raise NotExaminedError(str(error)) from error
    except RecursionError as error:
        raise NotExaminedError("it is nested too deeply") from error


def _effect(sight: Sight) -> Effect | None:
    found = effect_of(sight.about)
    return found[1] if found else None


def _act(sight: Sight, *, hostile: bool) -> Act:
    text = sight.message.replace(" when it is imported", "")
    text = text.replace("Importing this file", "The code")
    return Act(text, sight.about, sight.line, hostile, hidden=sight.rule in _HIDDEN)


def _at_install(sight: Sight) -> Act | None:
    if sight.rule is code.NOT_READ:
        raise NotExaminedError("it gives names too many meanings to follow them all")
    if sight.rule in _HIDDEN:
        return _act(sight, hostile=True)
    effect = _effect(sight)
    if sight.rule is code.RUNS_ON_LOAD and effect is Effect.CONNECT:
        return _act(sight, hostile=True)
    if sight.rule is code.ACTS_ON_IMPORT and effect in _REACHING:
        return _act(sight, hostile=False)
    return _act(sight, hostile=False) if sight.rule is code.SENSITIVE_FILE else None


def _at_start(sight: Sight) -> Act | None:
    if sight.rule is code.NOT_READ:
        raise NotExaminedError("it gives names too many meanings to follow them all")
    if sight.rule in _HIDDEN or sight.rule is code.RUNS_ON_LOAD:
        return _act(sight, hostile=True)
    if sight.rule is code.ACTS_ON_IMPORT and _effect(sight) in (*_REACHING, Effect.NATIVE):
        return _act(sight, hostile=True)
    return _act(sight, hostile=False) if sight.rule is code.SENSITIVE_FILE else None


def _calls(tree: ast.Module) -> Iterator[Act]:
    """Programs that are run to fetch something, and code that is made up while running."""
    regions = Regions(tree)
    names = Names(regions.nodes)
    bound = _bound(regions.nodes)
    for node in regions.nodes:
        if not isinstance(node, ast.Call):
            continue
        found = [effect_of(target.path) for target in names.resolve(node.func)]
        effects = {each[1] for each in found if each}
        if Effect.PROCESS in effects:
            tool = _TOOLS.search(" ".join(_texts(node, names))[: _BETWEEN * 20])
            if tool:
                text = f"The code runs the program {tool[1].lower()}."
                yield Act(text, tool[1].lower(), node.lineno, hostile=False)
        elif any(each and each[0] in _EXECUTORS for each in found) and _computes(
            node, names, bound
        ):
            text = "The code runs code that it does not read from one of its files."
            yield Act(text, "computed code", node.lineno, hostile=False)


def _bound(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """What names are given by ``for`` and ``with``: a line of a file, a file."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            found.setdefault(node.target.id, []).append(node.iter)
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            found.setdefault(node.optional_vars.id, []).append(node.context_expr)
    return found


def _computes(call: ast.Call, names: Names, bound: dict[str, list[ast.expr]]) -> bool:
    code_given = call.args[0] if call.args else None
    if code_given is None or isinstance(code_given, ast.Constant):
        return False  # what a literal does was judged already
    return not _reads(code_given, names, bound)


def _reads(argument: ast.expr, names: Names, bound: dict[str, list[ast.expr]]) -> bool:
    """Whether an expression, or what its variables are given, reads a file (as versions are)."""
    waiting: list[tuple[ast.AST, int]] = [(argument, 0)]
    for _ in range(400):
        if not waiting:
            return False
        node, depth = waiting.pop()
        called = ""
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called == "open" or "read" in called or called == "get_data":
            return True
        if isinstance(node, ast.Name) and depth < 4:
            given = [value for _, value in names.assigned.get(node.id, [])[:8]]
            given += bound.get(node.id, [])[:8]
            waiting += [(value, depth + 1) for value in given]
        waiting += [(child, depth) for child in ast.iter_child_nodes(node)]
    return False


def _texts(call: ast.Call, names: Names) -> Iterator[str]:
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    for argument in arguments[:8]:
        for value in names.folder.values(argument):
            parts = value if isinstance(value, tuple) else (value,)
            yield from (part[:_BETWEEN] for part in parts if isinstance(part, str))
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value[:_BETWEEN]


def _unique(acts: "Iterator[Act] | list[Act]") -> list[Act]:
    """Each thing once, the hostile sight of it if there is one, in the order of lines."""
    found: dict[str, Act] = {}
    for act in acts:
        if act.about not in found or (act.hostile and not found[act.about].hostile):
            found[act.about] = act
    return sorted(found.values(), key=lambda act: (act.line, act.about))
