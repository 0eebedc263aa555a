"""Eight forms of files in which names get values, and the line on which each one stands."""

import json
from collections.abc import Callable, Sequence

Pair = tuple[str, str]
Form = Callable[[Sequence[Pair]], str]


def _lines(head: str, line: str) -> Form:
    return lambda pairs: head + "".join(line.format(name=n, value=v) for n, v in pairs)


def _yaml(pairs: Sequence[Pair]) -> str:
    return "service:\n" + "".join(f"  {n.lower()}: {json.dumps(v)}\n" for n, v in pairs)


def _json(pairs: Sequence[Pair]) -> str:
    return json.dumps({"settings": dict(pairs)}, indent=2) + "\n"


def _notebook(pairs: Sequence[Pair]) -> str:
    source = ["import os\n", *(f'{name} = "{value}"\n' for name, value in pairs)]
    cell = {"cell_type": "code", "id": "a1", "metadata": {}, "outputs": [], "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}, indent=1) + "\n"


FORMS: dict[str, tuple[str, Form]] = {
    "python": ("app/{}.py", _lines("import os\n\n", '{name} = "{value}"\n')),
    "env": ("app/{}.env", _lines("# settings\n", "{name}={value}\n")),
    "yaml": ("app/{}.yaml", _yaml),
    "json": ("app/{}.json", _json),
    "notebook": ("app/{}.ipynb", _notebook),
    "dockerfile": ("app/{}.Dockerfile", _lines("FROM scratch\n", "ENV {name}={value}\n")),
    "ini": ("app/{}.ini", _lines("[main]\n", "{name} = {value}\n")),
    "shell": ("app/{}.sh", _lines("#!/bin/sh\n", "export {name}='{value}'\n")),
}
"""The path and the text of each form."""
