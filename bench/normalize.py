"""How fast the normalizer goes through texts: megabytes for one CPU second, all views taken."""

import base64
import json
import os
import random
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from seamark.recognizers.normalize import decode, views

_SEED = 4


def _sources(limit: int = 8_000_000) -> list[str]:
    """Modules of the standard library of this Python, tests left out."""
    found, size = [], 0
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if {"test", "tests", "site-packages", "idle_test"} & set(path.parts):
            continue
        found.append(decode(path.read_bytes()).text)
        size += len(found[-1])
        if size > limit:
            break
    return found


def _quiet() -> list[str]:
    """The same in one text, without the lines that hold an escape, a percent sign or an entity."""
    lines = "\n".join(_sources()).splitlines()
    kept = [line for line in lines if line.isascii() and not set(line) & set("\\%&")]
    return ["\n".join(kept)]


def _notebooks() -> list[str]:
    """A module a notebook, a cell each forty lines; every fifth cell has a picture of 100 kB."""
    chance = random.Random(_SEED)
    found = []
    for source in _sources(3_000_000):
        lines = source.splitlines(keepends=True)
        cells = []
        for start in range(0, len(lines), 40):
            data: dict[str, Any] = {"text/plain": lines[start : start + 3]}
            if start % 200 == 0:
                data["image/png"] = base64.b64encode(chance.randbytes(100_000)).decode()
            output = {"output_type": "display_data", "data": data, "metadata": {}}
            cells.append(
                {"cell_type": "code", "source": lines[start : start + 40], "outputs": [output]}
            )
        found.append(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}, indent=1))
    return found


def _encoded() -> list[str]:
    """Manifests in which half of the characters are Base64 of text, the rest plain YAML."""
    found = []
    for source in _sources(4_000_000):
        rows = []
        for number, start in enumerate(range(0, len(source), 300)):
            value = base64.b64encode(source[start : start + 300].encode()).decode()
            rows.append(
                f"item-{number}:\n  note: {source[start : start + 200]!a}\n  data: {value}\n"
            )
        found.append("".join(rows))
    return found


_INPUTS: dict[str, Callable[[], list[str]]] = {
    "source code, one file at a time": _sources,
    "source code without encodings, one text": _quiet,
    "notebooks": _notebooks,
    "manifests, half Base64 of text": _encoded,
}


def speeds(repeat: int) -> Iterator[dict[str, Any]]:
    """One row an input: the best of several runs, and how much the views repeat of the text."""
    for what, make in _INPUTS.items():
        texts = make()
        size = sum(map(len, texts))
        best, produced, count, stopped = float("inf"), 0, 0, 0
        for _ in range(repeat):
            produced = count = stopped = 0
            before = time.process_time()
            for text in texts:
                reading = views(text)
                for view in reading:
                    count += 1
                    produced += len(view.text)
                stopped += bool(reading.exhausted)
            best = min(best, time.process_time() - before)
        yield {
            "what": what,
            "tool": "seamark",
            "megabytes": round(size / 1e6, 1),
            "texts": len(texts),
            "mb_per_cpu_second": round(size / 1e6 / best, 1),
            "views_per_text": round(count / len(texts), 1),
            "characters_seen_per_character": round(produced / size, 2),
            "budgets_exhausted": stopped,
        }


if __name__ == "__main__":
    for row in speeds(int(os.environ.get("REPEAT", "1"))):
        print(row)
