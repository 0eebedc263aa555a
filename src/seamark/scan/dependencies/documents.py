"""TOML, JSON and YAML as lists of dependencies hold them: bounded, and no key twice.

Two readers of a document with a repeated key may see two lists, so neither is right.
"""

import json
import re
import sys
import tomllib
from collections import Counter
from itertools import pairwise
from typing import Any

from seamark.scan.dependencies.source import Source, Unreadable

MAX_DEPTH = 200
MAX_PARTS = 16
"""Parts of one dotted key of TOML; real ones have less than ten."""
_QUOTED = re.compile(r"""["](?:[^"\\]|\\.)*+["]|'[^']*+'""")
_LONG_KEY = re.compile(rf"(?:\.[ \t]*+[\w-]++[ \t]*+){{{MAX_PARTS}}}")
_YAML_BYTES = 64 << 20
_YAML_VALUES = 400_000
"""Values of one YAML document: each costs some 450 bytes while it is read."""
_PART = 1000
"""Entries of a long list that are parsed at once."""


def read_toml(source: Source) -> dict[str, Any]:
    """The document. Raises :class:`Unreadable`, also for a key that is there twice."""
    return parse_toml(source.text())


def parse_toml(text: str) -> dict[str, Any]:
    """The document of this text, for readers that also look at its lines."""
    _require_short_keys(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"it is no valid TOML ({error})") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:  # a whole number of more digits than Python converts
        raise Unreadable(f"it holds a value that cannot be read ({error})") from error


def _require_short_keys(text: str) -> None:
    """Refuse keys of very many parts (``a.a.a…``), for which ``tomllib`` needs their square."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") >= MAX_PARTS and _LONG_KEY.search(_QUOTED.sub("q", line)):
            raise Unreadable("it is nested too deeply", number)


def parse_toml_list(text: str, name: str) -> dict[str, Any]:
    """The same as :func:`parse_toml`, in less memory, for a document that is ``[[name]]`` mostly.

    It is cut at headers and parsed in parts, whose equal keys become one object. Where the parts
    might not mean what the whole does, or are wrong, the whole is parsed.
    """
    header = f"\n[[{name}]]\n"
    if text.count(header) < 2 * _PART or '"""' in text or "'''" in text:
        return parse_toml(text)
    cuts = [match.start() + 1 for match in re.finditer(re.escape(header), text)][::_PART]
    merged: dict[str, Any] = {}
    entries: list[Any] = []
    for begin, end in pairwise([0, *cuts, len(text)]):
        try:
            part = tomllib.loads(text[begin:end])
        except (ValueError, RecursionError):
            return parse_toml(text)  # for the error with its place
        found = part.pop(name, []) if begin else []
        if not isinstance(found, list) or merged.keys() & part.keys() or name in part:
            return parse_toml(text)
        merged |= part
        entries += (_with_shared_keys(each) for each in found)
    return {**merged, name: entries}


def _with_shared_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {sys.intern(key): _with_shared_keys(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_shared_keys(each) for each in value]
    return value


def read_json(source: Source) -> Any:
    """The document. Raises :class:`Unreadable`."""
    return parse_json(source.text())


def parse_json(text: str) -> Any:
    """The document of this text, for readers that also look at its lines."""
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is no valid JSON ({error.msg})", error.lineno) from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:  # a whole number of more digits than Python converts
        raise Unreadable(f"it holds a value that cannot be read ({error})") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise Unreadable(f"the key {twice!r} is there twice")
    return found


def read_yaml(source: Source) -> Any:
    """One document of plain data, scalars as YAML 1.1 resolves them, but no dates and floats.

    Versions stay text: ``3.10`` is not 3.1. Raises :class:`Unreadable`, also for anchors that
    are used (a small file can mean gigabytes), repeated keys and tags of other types.
    """
    return parse_yaml(source.text())


def parse_yaml(text: str) -> Any:
    """The document of this text, for readers that also look at its lines."""
    import yaml

    if len(text) > _YAML_BYTES:
        raise Unreadable(f"it is larger than {_YAML_BYTES >> 20} MiB, too much for YAML")
    try:
        return _construct(_compose(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise Unreadable(f"it is no valid YAML ({error.problem or error.context})", line) from error
    except yaml.YAMLError as error:
        raise Unreadable(f"it is no valid YAML ({error})") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error


def parse_yaml_list(text: str, name: str) -> Any:
    """The same as :func:`parse_yaml`, in less memory, for a mapping that is one list mostly.

    The list's items begin with ``- `` at the line's beginning, as most tools write it. A cut
    within a value leaves its first part without an end, so that part is an error and the whole
    is parsed instead.
    """
    head = re.search(rf"^{re.escape(name)}:[ \t]*\r?\n(?=- )", text, re.MULTILINE)
    starts = [match.start() for match in re.finditer(r"^- ", text, re.MULTILINE)]
    cuts = [start for start in starts if head and start >= head.end()][::_PART]
    if head is None or len(cuts) < 2:
        return parse_yaml(text)
    merged: dict[str, Any] = {}
    entries: list[Any] = []
    for begin, end in pairwise([0, *cuts, len(text)]):
        try:
            part = parse_yaml((f"{name}:\n" if begin else "") + text[begin:end])
        except Unreadable:
            return parse_yaml(text)
        found = part.pop(name, None) if isinstance(part, dict) else None
        whole = isinstance(found, list) if begin else found is None  # the key with nothing behind
        if not whole or merged.keys() & part.keys():
            return parse_yaml(text)
        merged |= part
        entries += found or ()
    return {**merged, name: entries}


def _compose(text: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=loader)):
        if number > _YAML_VALUES:
            raise Unreadable(f"it holds more than {_YAML_VALUES} values, too many for YAML")
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable("it uses aliases (*name)", _line(event))
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise Unreadable("it is nested too deeply", _line(event))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
    return yaml.compose(text, Loader=loader)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _construct(node: Any) -> Any:
    import yaml

    if node is None:
        return None
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, line)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(each) for each in node.value]
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = key.value
        if not isinstance(name, str):
            raise Unreadable("a key of it is no text", line)
        if name in found:
            raise Unreadable(f"the key {name!r} is there twice", key.start_mark.line + 1)
        found[name] = _construct(value)
    return found


def _scalar(node: Any, line: int) -> Any:
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() in ("yes", "true", "on")
    if kind in ("str", "int", "float", "timestamp"):
        return str(node.value)
    raise Unreadable(f"it holds a value of the type {node.tag}", line)
