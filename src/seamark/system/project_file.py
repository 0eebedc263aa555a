"""Reads ``seamark.yaml``; what is wrong is said with its line and a better word."""

import os
import typing
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from seamark.core.errors import ConfigurationError, SeamarkError
from seamark.core.suggest import did_you_mean
from seamark.system.project import Project
from seamark.system.yaml_text import Located, Place, read_yaml


def load_project(path: str) -> Project:
    """Read and validate. Raises ``ConfigurationError``: nothing ran."""
    name = os.path.basename(path)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(2 << 20)
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 (byte {error.start}).") from error
    return parse_project(text, name=name)


def parse_project(text: str, *, name: str = "seamark.yaml") -> Project:
    """Validate the text of a project file. Raises ``ConfigurationError``."""
    located = read_yaml(text, name=name)
    if not isinstance(located.data, dict):
        raise ConfigurationError(
            f"{name} holds no settings.", hint="seamark init writes one to begin with."
        )
    try:
        return Project.model_validate(located.data)
    except ValidationError as error:
        raise _explained(error, located, name) from error
    except SeamarkError as error:
        raise ConfigurationError(f"{name}: {error.what}", hint=error.hint) from error


def _explained(error: ValidationError, located: Located, name: str) -> ConfigurationError:
    problems = []
    hint = ""
    for each in error.errors(include_url=False)[:5]:
        place = tuple(each["loc"])
        line = _line(place, located)
        shown = ".".join(str(part) for part in place) or "it"
        if each["type"] == "extra_forbidden":
            problems.append(f"{name}:{line}: there is no '{place[-1]}' here.")
            hint = hint or did_you_mean(str(place[-1]), _fields(place[:-1]))
        elif each["type"] == "missing":
            problems.append(f"{name}:{line}: {shown} is missing.")
        else:
            what = each["msg"].removeprefix("Value error, ")
            problems.append(f"{name}:{line}: {shown}: {what}.")
    return ConfigurationError("\n".join(problems), hint=hint)


def _line(place: Place, located: Located) -> int:
    while place and place not in located.lines:
        place = place[:-1]
    return located.lines.get(place, 1)


def _fields(place: Place) -> Sequence[str]:
    """The names that would have been right at this place."""
    model: type[BaseModel] | None = Project
    for part in place:
        if model is None or isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        found = _model_in(field.annotation) if field else model
        model = found
    return list(model.model_fields) if model else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in typing.get_args(annotation):
        found = _model_in(part)
        if found:
            return found
    return None
