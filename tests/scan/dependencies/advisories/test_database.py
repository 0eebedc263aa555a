"""What a database holds: aliases once, severity, KEV, EPSS, provenance; and what is refused."""

import gzip
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seamark.core.errors import SeamarkError
from seamark.core.rules import Severity
from seamark.scan.dependencies.advisories import location
from seamark.scan.dependencies.advisories.assembling import Input
from seamark.scan.dependencies.advisories.build import build
from seamark.scan.dependencies.advisories.database import (
    DatabaseUnusable,
    locate,
    open_book,
    open_database,
)
from seamark.scan.dependencies.settings import Settings

Make = Callable[..., Any]
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
ARCHIVE = Path(__file__).parents[5] / "shared" / "data" / "pysec-advisories.tar.gz"


def record(name: str, **more: Any) -> dict[str, Any]:
    """A record about every version of ``demo`` before 2."""
    events = [{"introduced": "0"}, {"fixed": "2"}]
    entry = {
        "package": {"ecosystem": "PyPI", "name": "demo"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
        **more.pop("entry", {}),
    }
    return {"id": name, "modified": "2024-05-06T07:08:09Z", "affected": [entry], **more}


def test_aliases_count_once(database_of: Make, make_component: Make) -> None:
    book = database_of(
        record("PYSEC-1", aliases=["CVE-2024-0001"], details="# Impact\nIt breaks. It hurts."),
        record(
            "GHSA-a", aliases=["CVE-2024-0001"], severity=[{"type": "CVSS_V3", "score": CRITICAL}]
        ),
        record("GHSA-b", aliases=["PYSEC-1"], related=["PYSEC-2"]),
        record("PYSEC-2", related=["CVE-2024-0001"]),
    )
    first, second = book.affecting(make_component("demo", "1"))
    assert (first.advisory.id, second.advisory.id) == ("CVE-2024-0001", "PYSEC-2")
    assert first.advisory.aliases == ("GHSA-a", "GHSA-b", "PYSEC-1")
    assert first.evidence == ("GHSA-a", "GHSA-b", "PYSEC-1")
    assert (first.advisory.severity, first.advisory.score) == (Severity.CRITICAL, 9.8)
    assert first.advisory.summary == "It breaks. It hurts."
    assert second.advisory.severity is None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, None),
        ({"severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]}, None),
        ({"database_specific": {"severity": "MODERATE"}}, Severity.MEDIUM),
        ({"database_specific": {"severity": "UNKNOWN"}}, None),
        ({"severity": [{"type": "Ubuntu", "score": "high"}]}, Severity.HIGH),
        ({"entry": {"severity": [{"type": "CVSS_V3", "score": CRITICAL}]}}, Severity.CRITICAL),
        ({"entry": {"ecosystem_specific": {"urgency": "low"}}}, Severity.LOW),
        ({"entry": {"ecosystem_specific": {"urgency": "not yet assigned"}}}, None),
        ({"severity": "high"}, None),
        (
            {
                "severity": [
                    {"type": "CVSS_V4", "score": "CVSS:4.0/" + "AV:N/AC:L/AT:N/PR:N/UI:N/"
                     "VC:N/VI:L/VA:N/SC:N/SI:N/SA:N"},
                    {"type": "CVSS_V3", "score": CRITICAL},
                ],
                "database_specific": {"severity": "LOW"},
            },
            Severity.MEDIUM,
        ),
    ],
)  # fmt: skip
def test_severity(
    database_of: Make, make_component: Make, more: dict[str, Any], expected: Severity | None
) -> None:
    (match,) = database_of(record("A-1", **more)).affecting(make_component("demo", "1"))
    assert match.advisory.severity is expected


def test_malice(database_of: Make, make_component: Make) -> None:
    book = database_of(
        record("MAL-2024-1"), record("GHSA-m", database_specific={"cwe_ids": ["CWE-506"]})
    )
    assert all(m.advisory.malicious for m in book.affecting(make_component("demo", "1")))


def test_the_newest_of_records_with_one_id_counts(database_of: Make, make_component: Make) -> None:
    newer = record("A-1", withdrawn="2024-06-01T00:00:00Z") | {"modified": "2024-06-01T00:00:00Z"}
    book = database_of(newer, record("A-1"), record("A-2"))
    assert [m.advisory.id for m in book.affecting(make_component("demo", "1"))] == ["A-2"]


def _kev(folder: Path) -> Path:
    path = folder / "kev.json"
    listed = [{"cveID": "CVE-2024-0001", "dateAdded": "2024-03-04"}, {"cveID": "x"}, 3]
    path.write_text(
        json.dumps(
            {
                "catalogVersion": "1",
                "dateReleased": "2024-08-08T00:00:00Z",
                "vulnerabilities": listed,
            }
        )
    )
    return path


def _epss(folder: Path) -> Path:
    path = folder / "epss.csv.gz"
    text = (
        "#model_version:v1,score_date:2024-09-09T00:00:00+0000\ncve,epss,percentile\n"
        "CVE-2024-0001,0.97,0.99\nCVE-2024-0002,7,1\nnone,0.1,0.1\n"
    )
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_kev_and_epss(database_of: Make, make_component: Make, tmp_path: Path) -> None:
    book = database_of(
        record("PYSEC-1", aliases=["CVE-2024-0001"]), files=(_kev(tmp_path), _epss(tmp_path))
    )
    (match,) = book.affecting(make_component("demo", "1"))
    assert (match.advisory.exploited, match.advisory.epss) == ("2024-03-04", 0.97)
    said = {each.name: (each.newest, each.records, each.unusable) for each in book.state.sources}
    assert said == {
        "PYSEC": ("2024-05-06", 1, 0),
        "KEV": ("2024-08-08", 1, 2),
        "EPSS": ("2024-09-09", 1, 2),
    }
    assert (book.state.newest, book.state.day_of("PyPI")) == ("2024-05-06", "2024-05-06")


def test_a_later_import_keeps_other_sources(
    database_of: Make, make_component: Make, tmp_path: Path
) -> None:
    old = database_of(record("PYSEC-1", aliases=["CVE-2024-0001"])).state.path
    target = str(tmp_path / "new.sqlite")
    build(target, [Input(path=str(_kev(tmp_path)))], base=old, now="2024-10-01T00:00:00Z")
    book = open_database(target)
    (match,) = book.affecting(make_component("demo", "1"))
    assert match.advisory.exploited == "2024-03-04"
    assert {each.name: each.imported for each in book.state.sources} == {
        "KEV": "2024-10-01T00:00:00Z",
        "PYSEC": "",
    }


def test_an_older_source_is_refused(database_of: Make, tmp_path: Path) -> None:
    old = database_of(record("PYSEC-1")).state.path
    path = tmp_path / "older.json"
    path.write_text(json.dumps(record("PYSEC-1") | {"modified": "2020-01-01T00:00:00Z"}))
    source = Input(path=str(path), name="PYSEC")
    with pytest.raises(SeamarkError, match="older than what it would replace"):
        build(str(tmp_path / "a.sqlite"), [source], base=old)
    build(str(tmp_path / "b.sqlite"), [source], base=old, older=True)
    assert open_database(str(tmp_path / "b.sqlite")).state.newest == "2020-01-01"


def test_a_source_that_lost_most_of_its_records_is_refused(
    database_of: Make, tmp_path: Path
) -> None:
    old = database_of(*(record(f"PYSEC-{number}") for number in range(9))).state.path
    path = tmp_path / "PYSEC-1.json"
    path.write_text(json.dumps(record("PYSEC-1")))
    with pytest.raises(SeamarkError, match="would replace PYSEC, which has 9"):
        build(str(tmp_path / "a.sqlite"), [Input(path=str(path), name="PYSEC")], base=old)
    build(str(tmp_path / "b.sqlite"), [Input(path=str(path))], base=old)
    state = open_database(str(tmp_path / "b.sqlite")).state
    assert {each.name: each.records for each in state.sources} == {"PYSEC": 9, "PYSEC-1.json": 1}


def test_not_usable_records_are_counted(database_of: Make) -> None:
    book = database_of(
        record("A-1"), [], {"id": 3}, {"id": "A-3", "affected": [3]}, b'{"id": "A-4", "id": "A-5"}',
        b"\xff", b'{"id": "A-6", "summary": "\\ud800"}', b"[" * 100_000,
    )  # fmt: skip
    assert (book.state.unusable, book.state.advisories) == (7, 1)


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(record("A-1")))
    for name in ("one", "two"):
        build(str(tmp_path / name), [Input(path=str(path))])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_shipped_snapshot_is_what_build_makes_of_the_archive(tmp_path: Path) -> None:
    if not ARCHIVE.exists():
        pytest.skip("the archive of PYSEC is not on this machine")
    target = tmp_path / "snapshot.sqlite"
    build(str(target), [Input(path=str(ARCHIVE))])
    built, shipped = open_database(str(target)), open_database(location.SNAPSHOT)
    assert built.state.sources == shipped.state.sources
    for table in ("package", "advisory", "meta"):
        query = f"SELECT * FROM {table}"
        rows = [
            sqlite3.connect(path).execute(query).fetchall() for path in (target, location.SNAPSHOT)
        ]
        assert rows[0] == rows[1]


def test_the_snapshot_is_used_where_nothing_was_imported(tmp_path: Path) -> None:
    book, problem = open_book(Settings(), {"HOME": str(tmp_path)})
    assert problem == ""
    assert book is not None
    assert book.state.shipped
    assert book.state.newest == "2024-10-10"
    assert "CC-BY-4.0" in book.state.sources[0].licence


def _broken(path: Path, how: str) -> None:
    if how == "empty":
        path.write_bytes(b"")
    elif how == "text":
        path.write_bytes(b"hello " * 1000)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif how == "version":
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
        connection.close()
    elif how == "view":
        connection = sqlite3.connect(path)
        connection.executescript(
            "DROP TABLE package; CREATE VIEW package AS WITH RECURSIVE r(x) AS"
            " (SELECT 1 UNION ALL SELECT x+1 FROM r)"
            " SELECT x AS ecosystem, x AS name, x AS body FROM r;"
        )
        connection.close()
    elif how == "state":
        connection = sqlite3.connect(path)
        connection.execute("""UPDATE meta SET value = '{"sources": 3}'""")
        connection.commit()
        connection.close()
    elif how == "absent":
        path.unlink()


@pytest.mark.parametrize("how", ["empty", "text", "cut", "version", "view", "state", "absent"])
def test_a_damaged_file_is_no_database(database_of: Make, tmp_path: Path, how: str) -> None:
    path = tmp_path / "copy.sqlite"
    shutil.copy(database_of(record("A-1")).state.path, path)
    _broken(path, how)
    with pytest.raises(DatabaseUnusable):
        open_database(str(path))
    book, problem = open_book(Settings(database=str(path)), {})
    assert book is None
    assert str(path) in problem


def test_bytes_that_do_not_have_the_digest_in_the_name(database_of: Make, tmp_path: Path) -> None:
    path = tmp_path / f"sha256-{'0' * 64}.sqlite"
    shutil.copy(database_of(record("A-1")).state.path, path)
    with pytest.raises(DatabaseUnusable, match="do not have the digest"):
        open_database(str(path))


def test_damage_that_shows_later_is_an_error_of_ours(
    database_of: Make, make_component: Make, tmp_path: Path
) -> None:
    path = tmp_path / "copy.sqlite"
    shutil.copy(database_of(record("A-1")).state.path, path)
    for body in (
        "{",
        "[]",
        '{"v": [1], "e": [[1]]}',
        '{"v": [], "e": [[9,"x",[0],[],[],1,"",""]]}',
    ):
        connection = sqlite3.connect(path)
        connection.execute("UPDATE package SET body = ?", (body,))
        connection.commit()
        connection.close()
        with pytest.raises(DatabaseUnusable):
            open_database(str(path)).affecting(make_component("demo", "1"))


def test_a_lost_pointer_is_not_silently_the_snapshot(tmp_path: Path) -> None:
    environment = {"SEAMARK_ADVISORIES": str(tmp_path)}
    assert locate("", environment) == location.SNAPSHOT
    (tmp_path / f"sha256-{'0' * 64}.sqlite").write_bytes(b"")
    with pytest.raises(SeamarkError, match="missing"):
        locate("", environment)
    (tmp_path / "current").write_text("../../etc/passwd\n")
    with pytest.raises(SeamarkError, match="names no database"):
        locate("", environment)


def test_where_databases_are() -> None:
    home = location.home_of
    assert home({"SEAMARK_ADVISORIES": "/a", "HOME": "/h"}) == "/a"
    assert home({"XDG_DATA_HOME": "/d", "HOME": "/h"}) == "/d/seamark/advisories"
    assert home({"XDG_DATA_HOME": "d", "HOME": "/h"}) == "/h/.local/share/seamark/advisories"
    assert home({}) == ""
    assert os.path.exists(location.SNAPSHOT)


def test_damaged_records_of_the_database_before(database_of: Make, tmp_path: Path) -> None:
    old = database_of(record("PYSEC-1")).state.path
    connection = sqlite3.connect(old)
    connection.execute("UPDATE chunk SET body = x'00'")
    connection.commit()
    connection.close()
    path = str(_kev(tmp_path))
    with pytest.raises(SeamarkError, match="are damaged"):
        build(str(tmp_path / "new.sqlite"), [Input(path=path)], base=old)


def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    path = str(_kev(tmp_path))
    with pytest.raises(SeamarkError, match="Cannot write"):
        build(str(tmp_path / "missing" / "new.sqlite"), [Input(path=path)])
