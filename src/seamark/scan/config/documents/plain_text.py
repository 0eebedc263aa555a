"""INI, properties, environment files, ``name value`` lines and TOML, with positions.

All become a :class:`Map`: INI and TOML one per section, the others flat.
"""

import re
import tomllib
from typing import Any

from seamark.scan.config.documents.document import (
    MAX_VALUES,
    List,
    Map,
    Position,
    Unreadable,
)

MAX_CHARACTERS = 8 << 20
_ASSIGNED = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=(.*)", re.DOTALL)
_TOML_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?")
_TOML_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")


def read_environment(text: str) -> Map:
    """``NAME=value`` lines as ``.env`` files and ``env_file`` have them; quotes are taken off."""
    found = Map()
    for number, line in _lines(text):
        match = _ASSIGNED.match(line)
        if match and not line.lstrip().startswith("#"):
            _put(found, match.group(1), _value(match.group(2)), (number, match.start(1) + 1))
    return found


def read_properties(text: str) -> Map:
    """``name=value`` or ``name: value`` lines of Java properties (TorchServe)."""
    found = Map()
    for number, line in _lines(text):
        stripped = line.strip()
        if not stripped or stripped[0] in "#!":
            continue
        at = next((n for n, c in enumerate(stripped) if c in "=:"), -1)
        if at > 0:
            column = len(line) - len(line.lstrip()) + 1
            _put(found, stripped[:at].strip(), stripped[at + 1 :].strip(), (number, column))
    return found


def read_words(text: str) -> Map:
    """``name value`` lines (redis.conf); of a repeated name the last counts."""
    found = Map()
    for number, line in _lines(text):
        name, _, value = line.strip().partition(" ")
        if name and not name.startswith("#"):
            column = len(line) - len(line.lstrip()) + 1
            _put(found, name, value.strip(), (number, column))
    return found


def read_ini(text: str) -> Map:
    """Sections of ``name = value`` lines; what stands before the first is in section ````."""
    found = Map()
    section = _section(found, "", (1, 1))
    for number, line in _lines(text):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped.startswith("[") and "]" in stripped:
            section = _section(found, stripped[1 : stripped.index("]")].strip(), (number, 1))
            continue
        at = next((n for n, c in enumerate(stripped) if c in "=:"), -1)
        if at > 0 and not line[:1].isspace():
            _put(section, stripped[:at].strip(), stripped[at + 1 :].strip(), (number, 1))
    return found


def read_toml(text: str) -> Map:
    """The document. Lines are found by headers and keys. Raises :class:`Unreadable`."""
    _bound(text)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"it is no valid TOML ({error})") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:  # a whole number of more digits than Python converts
        raise Unreadable(f"it holds a value that cannot be read ({error})") from error
    places: dict[tuple[str, ...], Position] = {}
    header: tuple[str, ...] = ()
    for number, line in _lines(text):
        if match := _TOML_HEADER.fullmatch(line):
            header = _dotted(match.group(1))
            places.setdefault(header, (number, 1))
        elif match := _TOML_KEY.match(line):
            places.setdefault((*header, *_dotted(match.group(1))), (number, match.start(1) + 1))
    made = _placed(data, (), places, (1, 1))
    return made if isinstance(made, Map) else Map()


def _placed(
    value: Any,
    where: tuple[str, ...],
    places: dict[tuple[str, ...], Position],
    outer: Position,
) -> Any:
    # tomllib refuses nesting beyond the recursion limit, so this recursion is bounded.
    if isinstance(value, dict):
        found = Map()
        for key, each in value.items():
            position = places.get((*where, key), outer)
            found[key] = _placed(each, (*where, key), places, position)
            found.positions[key] = position
        return found
    if isinstance(value, list):
        items = List()
        for each in value:
            items.append(_placed(each, where, places, outer))
            items.positions.append(outer)
        return items
    return value if isinstance(value, str | int | bool) else str(value)


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _section(found: Map, name: str, position: Position) -> Map:
    if not isinstance(found.get(name), Map):
        found[name] = Map()
        found.positions[name] = position
    section = found[name]
    assert isinstance(section, Map)
    return section


def _value(text: str) -> str:
    text = text.strip()
    if text[:1] in ("'", '"') and (end := text.find(text[0], 1)) > 0:
        return text[1:end]
    return text.split(" #", 1)[0].rstrip()


def _put(found: Map, name: str, value: str, position: Position) -> None:
    found[name] = value
    found.positions[name] = position


def _lines(text: str) -> list[tuple[int, str]]:
    _bound(text)
    lines = text.split("\n")
    if len(lines) > MAX_VALUES:
        raise Unreadable(f"it holds more than {MAX_VALUES} lines")
    return list(enumerate(lines, start=1))


def _bound(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"it is larger than {MAX_CHARACTERS >> 20} MiB, too much for a setting")
