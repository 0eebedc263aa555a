"""``Dockerfile`` and ``Containerfile``: the base images that a build starts from.

Source: Dockerfile reference of Docker (FROM, ARG, COPY --from, escape directive, heredocs).
Nothing is built or fetched. A name is followed through the defaults of ``ARG``; one that only the
command line of a build decides is not assessed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seamark.core.components import Component
from seamark.core.paths import printable
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.names import purl
from seamark.scan.dependencies.source import Source

OCI = "oci"
_DIRECTIVE = re.compile(r"#\s*([a-z]+)\s*=\s*(\S+)\s*", re.IGNORECASE)
_VARIABLE = re.compile(
    r"\\\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^{}]*))?\})"
)
_HEREDOC = re.compile(r"(?<!<)<<-?([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_OTHERS = (".dockerignore", ".go", ".js", ".md", ".py", ".rst", ".sh", ".ts")
"""Endings of files about Dockerfiles: globs to leave out, programs that write some, documents."""
_MAX_SUBSTITUTED = 2_000
_REFERENCE = re.compile(
    r"(?:(?P<host>(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost|[A-Za-z0-9-]+(?=:[0-9]+/))"
    r"(?::[0-9]+)?|\[[0-9a-fA-F:]+\](?::[0-9]+)?)/)?"
    r"(?P<name>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?"
)
# Where these instructions name an image, they take files from it.
_FROM_OPTION = re.compile(r"--from=(\S+)")
_MOUNT_FROM = re.compile(r"--mount=\S*?\bfrom=([^\s,]+)")


class _Undecided(Exception):  # noqa: N818 - a signal within this module
    """A variable has no value that the file decides."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its word in capitals, its arguments on one line, its first line."""

    word: str
    arguments: str
    line: int


def read(source: Source) -> Iterator[Item]:
    """Every image that the file starts from or copies from. Raises ``Unreadable``."""
    if not source.path.lower().endswith(_OTHERS):
        yield from base_images(source)


def base_images(source: Source) -> Iterator[Component | Unassessed]:
    """Every image that the file starts from or copies from. Raises ``Unreadable``.

    ``version`` is the digest, or else the tag (``latest`` where none is named); an image without
    digest has no hash. Other stages of the file and ``scratch`` are none.
    """
    arguments: dict[str, str | None] = {}
    stages: set[str] = set()
    count = 0
    for instruction in instructions(source.text()):
        if instruction.word == "ARG" and not count:
            arguments.update(_defaults(instruction.arguments, arguments))
        elif instruction.word == "FROM":
            yield from _from(instruction, arguments, stages, source)
            count += 1
            stages.add(str(count - 1))
        elif instruction.word in ("COPY", "ADD", "RUN"):
            option = _MOUNT_FROM if instruction.word == "RUN" else _FROM_OPTION
            for match in option.finditer(_options(instruction.arguments)):
                yield from _image(match.group(1), instruction, arguments, stages, source)
    if not count:
        reason = "it names no image to start from"
        yield Unassessed(name=source.shown, reason=reason, location=source.at())


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions of a Dockerfile: continued lines joined, comments and heredocs left out."""
    lines = text.splitlines()
    escape = _escape(lines)
    at = 0
    while at < len(lines):
        start, pieces = at, list[str]()
        while at < len(lines):
            line = lines[at].strip()
            at += 1
            if line.startswith("#") or (pieces and not line):
                continue
            start = start if pieces else at - 1
            continued = line.endswith(escape)
            pieces.append(line[:-1].strip() if continued else line)
            if not continued:
                break
        joined = " ".join(piece for piece in pieces if piece)
        word, _, rest = joined.replace("\t", " ").partition(" ")
        if not word:
            continue
        for _, mark in _HEREDOC.findall(rest) if word.upper() in ("RUN", "COPY", "ADD") else ():
            ends = (n for n in range(at, len(lines)) if lines[n].lstrip("\t").rstrip() == mark)
            at = next(ends, at - 1) + 1  # without an end it is none: nothing may hide in it
        yield Instruction(word.upper(), rest.strip(), start + 1)


def _escape(lines: list[str]) -> str:
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip())
        if not match:
            break
        if match.group(1).lower() == "escape" and match.group(2) in ("\\", "`"):
            return match.group(2)
    return "\\"


def _options(arguments: str) -> str:
    """The options that an instruction begins with."""
    words = arguments.split()
    end = next((n for n, word in enumerate(words) if not word.startswith("--")), len(words))
    return " ".join(words[:end])


def _defaults(text: str, known: Mapping[str, str | None]) -> Iterator[tuple[str, str | None]]:
    for word in _words(text):
        name, equals, value = word.partition("=")
        try:
            yield name, _substituted(_unquoted(value), known) if equals else None
        except _Undecided:
            yield name, None


def _words(text: str) -> list[str]:
    return re.findall(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*')+", text)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _substituted(text: str, known: Mapping[str, str | None]) -> str:
    """The text with its variables replaced. Raises :class:`_Undecided`."""

    def value(match: re.Match[str]) -> str:
        if match.group() == "\\$":
            return "$"
        name, operator, word = match.group(1) or match.group(2), match.group(3), match.group(4)
        given = known.get(name)
        if operator and "-" in operator:
            use_word = given is None or (operator == ":-" and not given)
            return word if use_word else given or ""
        if operator:
            return word if given or (operator == "+" and given is not None) else ""
        if given is None:
            raise _Undecided(name)
        return given

    found = _VARIABLE.sub(value, text)
    if "$" in found.replace("\\$", "") or len(found) > _MAX_SUBSTITUTED:
        raise _Undecided(text)
    return found


def _from(
    instruction: Instruction, known: Mapping[str, str | None], stages: set[str], source: Source
) -> Iterator[Component | Unassessed]:
    words = [word for word in instruction.arguments.split() if not word.startswith("--")]
    named = len(words) == 3 and words[1].upper() == "AS"
    if len(words) != 1 and not named:
        where = source.at(instruction.line)
        reason = "its FROM cannot be read"
        yield Unassessed(
            name=printable(instruction.arguments)[:200] or "FROM", reason=reason, location=where
        )
        return
    yield from _image(words[0], instruction, known, stages, source)
    if named:
        stages.add(words[2].lower())


def _image(
    text: str,
    instruction: Instruction,
    known: Mapping[str, str | None],
    stages: set[str],
    source: Source,
) -> Iterator[Component | Unassessed]:
    where = source.at(instruction.line)
    try:
        reference = _substituted(_unquoted(text), known)
    except _Undecided as undecided:
        shown = printable(str(undecided))[:200]
        reason = f"which image it is, only the build decides ({shown} has no value in the file)"
        yield Unassessed(name=printable(text)[:200], reason=reason, location=where)
        return
    if reference.lower() in stages or reference == "scratch":
        return
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        reason = "its name can be none of an image"
        yield Unassessed(name=printable(text)[:200] or "FROM", reason=reason, location=where)
        return
    host, name, tag, digest = match.group("host", "name", "tag", "digest")
    place = (
        host if host and host not in ("index.docker.io", "registry-1.docker.io") else "docker.io"
    )
    path = f"library/{name}" if place == "docker.io" and "/" not in name else name
    shown_tag = tag or ("" if digest else "latest")
    yield Component(
        ecosystem=OCI,
        name=f"{place}/{path}",
        title=reference,
        version=digest or shown_tag,
        purl=purl(
            "oci",
            path.rpartition("/")[2],
            digest or "",
            qualifiers={"repository_url": f"{place}/{path}", "tag": shown_tag},
        ),
        location=where,
        hashes=(digest,) if digest else (),
        direct=True,
    )
