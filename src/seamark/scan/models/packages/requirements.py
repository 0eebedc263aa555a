"""What a model asks to have installed: ``requirements.txt``, ``conda.yaml``, ``python_env.yaml``.

Serving programs install these when they deploy the model. Which packages are good is another
check's business; here it is from where they come, and whether they are packages at all.
"""

import re
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code.yaml_documents import read_file
from seamark.scan.models.code.yaml_trees import Tree
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.packages import requirements_rules as rules
from seamark.scan.models.packages.installed import examine_installed
from seamark.scan.models.scope import Scope

_SIZE_LIMIT = 1 << 20
_MOST_FINDINGS = 50
_INDEX_HOSTS = frozenset(
    "pypi.org pypi.python.org files.pythonhosted.org download.pytorch.org "
    "pypi.nvidia.com pypi.ngc.nvidia.com data.pyg.org conda.anaconda.org repo.anaconda.com".split()
)
_CHANNELS = frozenset(
    "conda-forge defaults main anaconda pytorch nvidia bioconda pkgs/main pkgs/r nodefaults "
    "fastai huggingface rapidsai intel free".split()
)
_INDEX_OPTION = re.compile(
    r"(?:^|\s)(--(?:extra-)?index-url|--find-links|-i|-f|--index)(?:\s*=\s*|\s+)?(\S*)"
)
_FILE_OPTION = re.compile(r"^(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s*)(\S+)")
_EDITABLE = re.compile(r"^(?:-e|--editable)(?:\s*=\s*|\s+)(\S+)")
_OPTION = re.compile(
    r"(--(?:trusted-host|global-option|install-option|build-option|config-settings|"
    r"process-dependency-links))\b"
)
_ADDRESS = re.compile(r"(?:(?:git|hg|svn|bzr)\+\S+|(?:https?|ftp|s3|gs|ssh|file)://\S+)", re.I)
_LOCAL = re.compile(
    r"^(?:\.{0,2}/|\.$|\.\[|[A-Za-z]:[\\/]|~|[^\s@;#=<>!~\[]+[\\/])|^file:"
    r"|\.(?:whl|egg|zip|tgz|tbz|txz|tlz|tar|tar\.(?:gz|bz2|xz|lzma|Z))$"
)
_NAMED = re.compile(r"^[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*@\s*(\S.*)$")
_SHELL = re.compile(r"[`|\n\r]|\$\(|&&|\$\{IFS|>>|<\(|(?<![<>=!~])>(?![=\d.\s])|\$\w+\s*\(")
_MARKER = re.compile(
    r"^[\s(]*(?:(?:python_version|python_full_version|os_name|sys_platform|platform_\w+|extra|"
    r"implementation_\w+|dependency_groups|extras)\b|['\"])"
)


def examine_requirements(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``requirements.txt``."""
    text = _read(blob, scope)
    scope.set_format("requirements")
    yield from capped(_judge_lines(text, scope))


def examine_conda(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``conda.yaml``. Raises ``Malformed``."""
    scope.set_format("requirements")
    document = read_file(blob, scope, "the environment").tree()
    if isinstance(document, dict):
        yield from capped(_judge_conda(document, scope))


def examine_python_env(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``python_env.yaml``. Raises ``Malformed``."""
    scope.set_format("requirements")
    document = read_file(blob, scope, "the environment").tree()
    if isinstance(document, dict):
        yield from capped(_judge_python_env(document, scope))


def judge_requirement(text: str, scope: Scope, *, line: int | None = None) -> Iterator[Finding]:
    """Findings about one requirement or option, as pip takes it from a line of a file."""
    text = _spelled_out(text.strip())
    shown = text[:200]
    bare, _, marker = text.partition(";")
    if _SHELL.search(text) or (marker.strip() and not _MARKER.match(marker)):
        yield scope.finding(
            rules.SHELL_COMMAND,
            f"The requirement {shown!r} holds shell syntax.",
            anchor=shown,
            line=line,
        )
        return
    option = _OPTION.search(bare)
    if option:
        yield scope.finding(
            rules.BUILD_OPTION, f"{shown!r} sets {option[1]}.", anchor=shown, line=line
        )
    indexes = list(_INDEX_OPTION.finditer(bare)) if bare.startswith("-") else []
    for match in indexes:
        if not is_known_index(match[2]):
            yield scope.finding(
                rules.FOREIGN_INDEX,
                f"Packages are taken from {match[2][:200] or 'nowhere'!r}.",
                anchor=match[2][:200],
                line=line,
            )
    included = _FILE_OPTION.match(bare)
    if included and _ADDRESS.match(included[2]):
        yield _direct(included[2], scope, line)
    elif included:
        yield from examine_installed(examine_requirements, included[2], scope)
    if not indexes and not included:
        yield from _judge_package(bare.strip(), scope, line)


def _judge_package(bare: str, scope: Scope, line: int | None) -> Iterator[Finding]:
    editable = _EDITABLE.match(bare)
    named = _NAMED.match(bare)
    target = editable[1] if editable else named[1] if named else bare
    if _ADDRESS.match(target) and not target.lower().startswith("file:"):
        if not _is_known_wheel(target):
            yield _direct(target, scope, line)
    elif editable or _LOCAL.search(target.split(" --")[0].strip()):
        yield scope.finding(
            rules.LOCAL_PACKAGE,
            f"{target[:200]!r} is installed from a file or folder.",
            anchor=target[:200],
            line=line,
        )


def _direct(target: str, scope: Scope, line: int | None) -> Finding:
    return scope.finding(
        rules.DIRECT_REFERENCE,
        f"A package is taken from {target[:200]!r}.",
        anchor=target[:200],
        line=line,
    )


def is_known_index(address: str) -> bool:
    """Whether packages from this address come from an index that everybody uses."""
    scheme, separator, rest = address.partition("://")
    host = rest.partition("/")[0]
    return bool(separator) and scheme.lower() == "https" and host.lower() in _INDEX_HOSTS


def _is_known_wheel(address: str) -> bool:
    """A wheel of an index itself: what pip freezes for torch's own builds."""
    return is_known_index(address) and address.partition("#")[0].endswith(".whl")


def _judge_lines(text: str, scope: Scope) -> Iterator[Finding]:
    joined = ""
    for number, raw in enumerate(text.splitlines(), 1):
        content = raw if not raw.lstrip().startswith("#") else ""
        content = re.sub(r"\s#.*$", "", content)
        if content.endswith("\\"):
            joined += content[:-1]
            continue
        content, joined = joined + content, ""
        if content.strip():
            yield from judge_requirement(content, scope, line=number)
    if joined.strip():
        yield from judge_requirement(joined, scope)


def _judge_conda(document: dict[str, Tree], scope: Scope) -> Iterator[Finding]:
    for channel in _texts(document.get("channels")):
        if channel not in _CHANNELS and not is_known_index(channel):
            yield scope.finding(
                rules.FOREIGN_INDEX,
                f"Packages are taken from the channel {channel[:200]!r}.",
                anchor=channel[:200],
            )
    dependencies = document.get("dependencies")
    for entry in dependencies if isinstance(dependencies, list) else []:
        if isinstance(entry, dict):
            for each in _texts(entry.get("pip")):
                yield from judge_requirement(each, scope)
        elif isinstance(entry, str):
            channel, separator, name = entry.rpartition("::")
            if separator and channel not in _CHANNELS and not is_known_index(channel):
                yield scope.finding(
                    rules.FOREIGN_INDEX,
                    f"A package is taken from the channel {channel[:200]!r}.",
                    anchor=channel[:200],
                )
            yield from judge_requirement(name, scope)


def _judge_python_env(document: dict[str, Tree], scope: Scope) -> Iterator[Finding]:
    for key in ("build_dependencies", "dependencies"):
        for each in _texts(document.get(key)):
            yield from judge_requirement(each, scope)
    version = document.get("python")
    if isinstance(version, str) and not re.fullmatch(r"[\w.*+-]{1,30}", version):
        yield scope.finding(
            rules.SHELL_COMMAND,
            f"The version of Python is {version[:200]!r}.",
            anchor="python",
        )


def _texts(value: Tree) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def capped(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The first findings, each once."""
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        key = (finding.rule.id, finding.anchor)
        if key not in seen:
            seen.add(key)
            yield finding
        if len(seen) >= _MOST_FINDINGS:
            return


_LONG_OPTION = re.compile(r"^--([a-z][a-z-]*)")
_OPTIONS = (
    "config-settings constraint editable extra-index-url find-links global-option hash index-url "
    "no-binary no-index only-binary pre prefer-binary require-hashes requirement trusted-host "
    "use-feature process-dependency-links install-option build-option"
).split()
"""Options of requirements files; pip takes any beginning that fits only one."""


def _spelled_out(line: str) -> str:
    """``line`` with a shortened option at its beginning written in full."""
    match = _LONG_OPTION.match(line)
    if match is None or match[1] in _OPTIONS:
        return line
    meant = [option for option in _OPTIONS if option.startswith(match[1])]
    return f"--{meant[0]}{line[match.end() :]}" if meant else line


_CODING = re.compile(rb"\A(?:[^\n]*\n)?[ \t]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_PLAIN_CODINGS = frozenset((b"utf-8", b"utf8", b"ascii", b"us-ascii", b"latin-1", b"iso-8859-1"))


def _read(blob: Blob, scope: Scope) -> str:
    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"holds {blob.size} bytes of requirements (at most {_SIZE_LIMIT})")
    scope.tally.bytes += blob.size
    raw = blob.read(0, blob.size)
    coding = _CODING.match(raw)
    if coding and coding[1].lower() not in _PLAIN_CODINGS:
        scope.skip(f"requirements in the encoding {coding[1].decode('ascii', 'replace')[:40]}")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    return raw.decode("utf-8-sig", "replace")
