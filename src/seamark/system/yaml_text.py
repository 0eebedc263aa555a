"""YAML as we accept it: plain data, no aliases, no key twice; each value with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from seamark.core.errors import ConfigurationError

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """The data of a file, and the line of every value by its place (keys and indexes)."""

    data: Any
    lines: Mapping[Place, int]


class _Loader(yaml.SafeLoader):
    """Days stay text: the field that wants one says with its line what is wrong with it."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml(text: str, *, name: str) -> Located:
    """Parse one document. Raises ``ConfigurationError`` with the line for what is not accepted."""
    if len(text) > MAX_BYTES:
        raise ConfigurationError(f"{name} is larger than {MAX_BYTES} bytes.")
    try:
        _refuse_aliases(text, name)
        loader = _Loader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        _locate(node, (), lines, name)
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        problem = error.problem or error.context or "cannot be read"
        raise ConfigurationError(f"{where}: no valid YAML ({problem}).") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigurationError(f"{name}: no valid YAML ({error}).") from error
    except RecursionError as error:
        raise ConfigurationError(f"{name}: nested too deeply.") from error
    return Located(data, lines)


def _refuse_aliases(text: str, name: str) -> None:
    # An alias can make a small file mean gigabytes, and no configuration needs one.
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ConfigurationError(f"{name}:{_line_of(event)}: aliases (*name) are not accepted.")
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ConfigurationError(f"{name}:{_line_of(event)}: nested too deeply.")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _locate(node: yaml.Node | None, place: Place, lines: dict[Place, int], name: str) -> None:
    if node is None:
        return
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*place, str(key.value))
            if below in lines:
                line = key.start_mark.line + 1
                raise ConfigurationError(f"{name}:{line}: the key '{key.value}' is there twice.")
            lines[below] = key.start_mark.line + 1
            _locate(value, below, lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _locate(value, (*place, index), lines, name)
