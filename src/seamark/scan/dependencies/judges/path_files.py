"""``.pth`` files: Python runs those of their lines that begin with ``import`` at every start.

Source: the documentation of the module ``site``. Lines that widely used tools write are known by
their whole text, not by the file's name; a module that a line imports is examined where it lies
beside the file.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from seamark.core.findings import Finding, Location
from seamark.core.rules import Confidence, Rule
from seamark.scan.dependencies.judges import install_rules as rules
from seamark.scan.dependencies.judges.installed_source import (
    Act,
    NotExaminedError,
    acts_of_start,
)

MAX_BYTES: Final = 1 << 20
_LONGEST: Final = 20_000

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.]*"
_FOLDERS: Final = r"\*\((?:'[A-Za-z0-9_]+', ?)*'[A-Za-z0-9_]+',?\)"
_CHILD: Final = rf"(?:; ?m and setattr\(sys\.modules\['{_NAME}'\], '{_NAME}', m\))?"
_PATCHED: Final = (
    # setuptools
    r"import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os\.environ\.get\(var, "
    r"'(?:local|stdlib)'\) == 'local'; enabled and __import__\('_distutils_hack'\)\.add_shim\(\);",
    r"import (__editable___\w+_finder); \1\.install\(\)",
    # packages of one namespace (setuptools, since 2015 and before)
    r"import sys, types, os;has_mfs = sys\.version_info > \(3, 5\);p = os\.path\.join\("
    rf"sys\._getframe\(1\)\.f_locals\['sitedir'\], {_FOLDERS}\);importlib = has_mfs and "
    r"__import__\('importlib\.util'\);has_mfs and __import__\('importlib\.machinery'\);m = has_mfs "
    rf"and sys\.modules\.setdefault\('{_NAME}', importlib\.util\.module_from_spec\("
    rf"importlib\.machinery\.PathFinder\.find_spec\('{_NAME}', \[os\.path\.dirname\(p\)\]\)\)\);"
    rf"m = m or sys\.modules\.setdefault\('{_NAME}', types\.ModuleType\('{_NAME}'\)\);mp = "
    r"\(m or \[\]\) and m\.__dict__\.setdefault\('__path__',\[\]\);"
    rf"\(p not in mp\) and mp\.append\(p\){_CHILD}",
    r"import sys, ?types, ?os; ?p = os\.path\.join\(sys\._getframe\(1\)\.f_locals\['sitedir'\], "
    rf"{_FOLDERS}\); ?ie = os\.path\.exists\(os\.path\.join\(p, ?'__init__\.py'\)\); ?m = not ie "
    rf"and sys\.modules\.setdefault\('{_NAME}', ?types\.(?:new_module|ModuleType)\('{_NAME}'\)\); ?"
    r"mp = \(m or \[\]\) and m\.__dict__\.setdefault\('__path__', ?\[\]\); ?"
    rf"\(p not in mp\) and mp\.append\(p\){_CHILD}",
    # coverage, hunter, virtualenv, pywin32, editables
    r"import sys; exec\('import os\\n\\nif os\.getenv\(\"COVERAGE_PROCESS_START\"\) or "
    r"os\.getenv\(\"COVERAGE_PROCESS_CONFIG\"\):\\n try:\\n  import coverage\\n except:\\n  pass\\n"
    r" else:\\n  coverage\.process_startup\((?:slug=\"pth\")?\)'\)",
    r"import coverage; coverage\.process_startup\(\)",
    r"import hunter; hunter\._embed_via_environment\(\)",
    r"import (?:_virtualenv|pywin32_bootstrap|_editable_impl_\w+)",
)
_KNOWN: Final = re.compile("|".join(f"(?:{each})" for each in _PATCHED).replace(r"\1", r"(?:\w+)"))
_EDITABLE: Final = re.compile(r"import (\w+); (\w+)\.install\(\)")
_IMPORTED: Final = re.compile(r"import[ \t]+([A-Za-z_][A-Za-z0-9_]*)")

Modules = Callable[[str], bytes | None]
"""The source of a top-level module beside the file; None where there is none."""


def judge_path_file(data: bytes, where: Location, modules: Modules) -> Iterator[Finding]:
    """Findings on one file. ``where`` is the file, without a line."""
    if len(data) > MAX_BYTES:
        yield _finding(rules.NOT_READ, where, "size", f"The file has {len(data):,} bytes.")
        return
    text = data.decode("utf-8-sig", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(("import ", "import\t")):
            place = Location(path=where.path, member=where.member, line=number)
            yield from _judge_line(line.rstrip(), place, modules)


def _judge_line(line: str, where: Location, modules: Modules) -> Iterator[Finding]:
    if len(line) > _LONGEST:
        reason = f"A line that runs has {len(line):,} characters."
        yield _finding(rules.NOT_READ, where, "line", reason)
        return
    known = _is_known(line)
    try:
        acts = [] if known else [act for act in acts_of_start(line.encode()) if act.hostile]
        for name in sorted({match[1] for match in _IMPORTED.finditer(line)}):
            source = modules(name)
            of_module = acts_of_start(source) if source else []
            # A known line imports a whole library, which may do more than a bare start should.
            acts += [act for act in of_module if act.hidden or (act.hostile and not known)]
    except NotExaminedError as problem:
        text = f"A line that runs was not examined: {problem}."
        yield _finding(rules.NOT_READ, where, "line", text)
        return
    if acts:
        yield _hostile(acts, where, line)
    elif not known:
        shown = line if len(line) <= 120 else f"{line[:117]}…"
        yield _finding(rules.RUNS_AT_START, where, line[:200], f"Every start runs '{shown}'.")


def _is_known(line: str) -> bool:
    text = line.rstrip()
    if not _KNOWN.fullmatch(text):
        return False
    editable = _EDITABLE.fullmatch(text)
    return editable is None or editable[1] == editable[2]


def _hostile(acts: list[Act], where: Location, line: str) -> Finding:
    return Finding(
        rule=rules.HOSTILE_START,
        message=f"A line that every start of Python runs: {acts[0].text}",
        location=where,
        anchor=acts[0].about,
        evidence={"line": line[:500], "acts": [act.text for act in acts[:8]]},
    )


def _finding(rule: Rule, where: Location, anchor: str, message: str) -> Finding:
    return Finding(
        rule=rule, message=message, location=where, anchor=anchor, confidence=Confidence.MEDIUM
    )
