"""What advisories cost: 500 pins matched, the command around it, an import, the file's size."""

import gzip
import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.tools import measure, seamark
from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.scan.dependencies.advisories import location
from seamark.scan.dependencies.advisories.database import open_database

Row = dict[str, Any]
ARCHIVE = Path(__file__).resolve().parents[2] / "shared" / "data" / "pysec-advisories.tar.gz"
_REPEAT = 7


def pins() -> list[tuple[str, str]]:
    """250 names that have advisories, most of them first, and 250 that have none."""
    with sqlite3.connect(f"file:{location.SNAPSHOT}?mode=ro&immutable=1", uri=True) as database:
        rows = database.execute("SELECT name, body FROM package").fetchall()
    known = sorted(((name, json.loads(body)) for name, body in rows), key=lambda r: -len(r[1]["e"]))
    found = [(name, body["v"][len(body["v"]) // 2]) for name, body in known if body["v"]][:250]
    return found + [(f"unknown-to-all-{number}", "1.0") for number in range(250)]


def _components(listed: list[tuple[str, str]]) -> list[Component]:
    return [
        Component(
            ecosystem="PyPI", name=name, title=name, version=version,
            purl=f"pkg:pypi/{name}@{version}", location=Location(path="r.txt", line=number),
        )
        for number, (name, version) in enumerate(listed, 1)
    ]  # fmt: skip


def advisories(work: Path) -> Iterator[Row]:
    """Rows about the database: matching, the cold command, import, size."""
    listed = pins()
    parts = _components(listed)
    book = open_database(location.SNAPSHOT)
    spent, hits = [], 0
    for _ in range(_REPEAT):
        started = time.process_time()
        hits = sum(len(book.affecting(each)) for each in parts)
        spent.append(time.process_time() - started)
    yield {"what": "500 pins matched, first time", "tool": "seamark", "hits": hits,
           "cpu_milliseconds": round(spent[0] * 1000, 1)}  # fmt: skip
    yield {"what": "500 pins matched, warm", "tool": "seamark", "hits": hits,
           "cpu_milliseconds": round(median(spent[1:]) * 1000, 1)}  # fmt: skip
    opened = []
    for _ in range(_REPEAT):
        started = time.process_time()
        open_database(location.SNAPSHOT).close()
        opened.append(time.process_time() - started)
    yield {"what": "snapshot opened, its digest compared", "tool": "seamark",
           "cpu_milliseconds": round(median(opened) * 1000, 1)}  # fmt: skip
    folder = work / "pins"
    folder.mkdir()
    text = "".join(f"{name}=={version}\n" for name, version in listed)
    (folder / "requirements.txt").write_text(text, encoding="utf-8")
    yield {"what": "500 pins, whole command", "tool": "seamark", **measure(seamark().scan(folder))}
    bare = work / "bare"
    bare.mkdir()
    (bare / "notes.md").write_text("nothing to read\n", encoding="utf-8")
    yield {"what": "start-up: a folder without lists", "tool": "seamark",
           **measure(seamark().scan(bare))}  # fmt: skip
    yield from _import(work)


def _import(work: Path) -> Iterator[Row]:
    if not ARCHIVE.exists():
        print(
            "the archive of PYSEC is not on this machine: no rows about its import", file=sys.stderr
        )
        return
    command = [seamark().version[0], "db", "import", str(ARCHIVE), "--db", str(work / "database")]
    yield {"what": "import of the PYSEC archive", "tool": "seamark", **measure(command)}
    data = Path(location.SNAPSHOT).read_bytes()
    yield {"what": "PYSEC database", "tool": "seamark",
           "megabytes": round(len(data) / 1e6, 2),
           "megabytes_gzipped": round(len(gzip.compress(data, 9)) / 1e6, 2)}  # fmt: skip
