"""Requirements files as pip reads them, with pip's own parser as the witness."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamark.scan.dependencies.inventory import Inventory, named_kind, take_inventory
from seamark.scan.dependencies.listings import IndexUse, Listing
from seamark.scan.dependencies.readers.python import requirements_includes
from seamark.scan.dependencies.source import Source

HASH = "sha256:" + "0" * 64


def inventory(folder: Path, name: str = "requirements.txt") -> Inventory:
    source = Source(path=str(folder / name), shown=name, root=str(folder))
    return take_inventory([(source, named_kind("requirements"))], root=str(folder))


def read(folder: Path, text: str) -> Listing:
    (folder / "requirements.txt").write_text(text)
    found = {each.path: each for each in inventory(folder).listings}
    return found["requirements.txt"]


def names(listing: Listing) -> list[str]:
    return [each.name for each in listing.components]


def reasons(listing: Listing) -> dict[str, str]:
    return {each.name: each.reason for each in listing.unassessed}


def test_lines_comments_and_hashes(tmp_path: Path) -> None:
    listing = read(
        tmp_path,
        f"a==1 \\\n  --hash={HASH} \\\n  --hash {HASH[:-1]}1\n"
        "# a comment that ends in a backslash \\\nb==2 # why\n"
        "c==3 # swallowed \\\nd==4\n"
        "e[x]==5; os_name == 'nt' --config-settings x=y\n",
    )
    assert names(listing) == ["a", "b", "c", "e"]
    assert [each.location.line for each in listing.components] == [1, 5, 6, 8]
    assert len(listing.components[0].hashes) == 2
    assert listing.components[3].marker == 'os_name == "nt"'
    assert not listing.unassessed


def test_two_pins_of_one_name_are_two(tmp_path: Path) -> None:
    listing = read(tmp_path, "a==1\nA==2\n")
    assert [(each.name, each.version) for each in listing.components] == [("a", "1"), ("a", "2")]


def test_indexes_lose_their_credentials(tmp_path: Path) -> None:
    listing = read(
        tmp_path,
        "-i https://u:p@one.example/simple\n--extra-index https://two.example/simple\n"
        "-f wheels\n--trusted-host three.example\n--pre\n--require-hashes\n",
    )
    assert [(each.use, each.url, each.secret) for each in listing.indexes] == [
        (IndexUse.MAIN, "https://one.example/simple", True),
        (IndexUse.EXTRA, "https://two.example/simple", False),
        (IndexUse.LINKS, "wheels", False),
        (IndexUse.TRUSTED, "three.example", False),
    ]
    assert not listing.unassessed
    offline = read(tmp_path, "--extra-index-url https://a.example\n--no-index\n-f wheels\n")
    assert [each.use for each in offline.indexes] == [IndexUse.LINKS]


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        ("-r missing.txt", "missing.txt", "does not exist"),
        ("-r ../outside.txt", "../outside.txt", "outside of the project"),
        ("-r https://example.org/r.txt", "https://example.org/r.txt", "nothing is fetched"),
        ("-r requirements.txt", "requirements.txt", "leads back"),
        ("-c /etc/passwd", "/etc/passwd", "outside of the project"),
        ("-e .", ".", "does not say which package"),
        ("-e ../x", "../x", "not in this project"),
        ("./nowhere", "./nowhere", "not in this project"),
        ("--bogus", "--bogus", "knows no option"),
        ("-i", "-i", "no value"),
        ("a==1 --hash=md5:00", "a==1", "hash"),
        ("a==1 --hash=sha256:00", "a==1", "hash"),
        ("a==1 --index-url https://b.example", "https://b.example", "ignores"),
        ("-i https://a.example b==1", "b==1", "ignores"),
        ("${A}==1", "${A}==1", "environment variable"),
        ('-i "https://a.example', '-i "https://a.example', "quotation mark"),
        ("--hash=" + HASH, HASH, "without a package"),
    ],
)
def test_what_cannot_be_told_is_told(line: str, name: str, reason: str, tmp_path: Path) -> None:
    found = reasons(read(tmp_path, f"{line}\nz==1\n"))
    assert reason in found[name]


def test_includes_are_listings_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.txt").write_text("b==2\n-c ../limits.txt\n")
    (tmp_path / "limits.txt").write_text("c==3\n-r sub/more.txt\n")
    (tmp_path / "requirements.txt").write_text("a==1\n-r sub/more.txt\n-c limits.txt\n")
    found = {each.path: each for each in inventory(tmp_path).listings}
    assert {path: names(each) for path, each in found.items()} == {
        "requirements.txt": ["a"],
        "sub/more.txt": ["b"],
        "limits.txt": ["c"],
    }
    assert found["requirements.txt"].includes == ("sub/more.txt", "limits.txt")
    assert not found["requirements.txt"].unassessed
    assert "leads back" in reasons(found["sub/more.txt"])["../limits.txt"]
    assert "leads back" in reasons(found["limits.txt"])["sub/more.txt"]


def test_folders_of_the_project_say_who_they_are(tmp_path: Path) -> None:
    for name, file, text in (
        ("one", "pyproject.toml", '[project]\nname = "One.X"\nversion = "1"\ndependencies = ["q"]'),
        ("two", "setup.cfg", "[metadata]\nname = two\nversion = attr: two.__version__\n"),
        ("three", "setup.py", "from setuptools import setup\nsetup(name='three', version='3')\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text(text)
    (tmp_path / "requirements.txt").write_text("-e ./one[x]\n./two ; os_name == 'nt'\n-e three\n")
    found = {each.path: each for each in inventory(tmp_path).listings}
    listing = found["requirements.txt"]
    assert not listing.unassessed
    assert [(each.name, each.version) for each in listing.components] == [
        ("one-x", "1"),
        ("two", ""),
        ("three", "3"),
    ]
    assert names(found["one/pyproject.toml"]) == ["q"]


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "a==1", "b>=2,<3", "c[x,y]~=1.0", "d ; python_version < '3.9'", "  e==1  ",
                f"f==1 --hash={HASH}", f"g==1 \\\n    --hash={HASH}", "# comment", "#", "",
                "h==1 # c", "i==1#c", "# c \\", "j==1 # d \\", "k \\", "\\", "l==1 \\ ",
                "m @ https://example.org/m-1.zip", "https://example.org/n-1-py3-none-any.whl",
                "git+https://example.org/o.git@v1#egg=o", "--pre", "-i https://example.org/simple",
                "p==1 --config-settings a=b", "--extra-index-url=https://example.org",
                "q===weird", "r==1.*", "--prefer-b", "-fhttps://example.org", "s @ file:///x/s",
                "\tt==1", "u==1\t# c", "v==1\x0cw==1", "x==1;os_name=='nt'",
                "y[z] ==1", "cc@https://example.org/cc-1.zip", "k l", "-e git+https://a.example/y#egg=y",
            ]
        ),
    ),
    max_size=8,
)  # fmt: skip


@given(lines=LINES)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_reads_what_pip_reads(lines: list[str], tmp_path: Path) -> None:
    files = pytest.importorskip("pip._internal.req.req_file")
    from pip._internal.exceptions import PipError
    from pip._internal.req.constructors import install_req_from_parsed_requirement

    text = "\n".join(lines)
    listing = read(tmp_path, text)
    file = tmp_path / "requirements.txt"
    theirs = []
    try:
        for each in files.parse_requirements(str(file), session=None):
            made = install_req_from_parsed_requirement(each)
            hashes = sum(map(len, (made.hash_options or {}).values()))
            theirs.append((made.req.name.lower(), hashes))
    except PipError:
        assert listing.unassessed
        return
    told = [each for each in listing.unassessed if not each.reason.startswith("pip ignores")]
    if told:  # what pip takes for a missing file, or cuts off, is nothing to us
        assert {"k \\", "i==1#c"} & set(lines)
        return
    assert [(each.name, len(each.hashes)) for each in listing.components] == theirs


def test_a_text_of_the_same_name_is_told_once(tmp_path: Path) -> None:
    prose = "PostgreSQL constraints\n======================\nPostgreSQL\n" * 12
    listing = read(
        tmp_path, f"{prose}numpy==1.26\na @ https://example.org/a-1.whl\n--index-url x\n"
    )
    assert [each.name for each in listing.components] == ["numpy", "a"]
    assert len(listing.indexes) == 1
    assert [(each.whole, each.location.line) for each in listing.unassessed] == [(True, 1)]
    assert "no list of requirements" in listing.unassessed[0].reason


def test_a_list_with_a_few_sentences_stays_a_list(tmp_path: Path) -> None:
    listing = read(tmp_path, "".join(f"this is no {n}\nname-{n}\n" for n in range(20)))
    assert len(listing.components) == 20
    assert [each.whole for each in listing.unassessed] == [False] * 20


def test_files_that_include_each_other_very_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way back is looked for once in each file, however often it is named."""
    looked = []
    neighbors = requirements_includes._neighbors
    monkeypatch.setattr(
        requirements_includes,
        "_neighbors",
        lambda source: looked.append(source.path) or neighbors(source),
    )
    for number in range(20):
        (tmp_path / f"r{number}.txt").write_text(f"-r r{(number + 1) % 20}.txt\n" * 100)
    listing = read(tmp_path, "-r r0.txt\n-c r1.txt\n" * 1000)
    assert len(looked) <= 21 * 21
    assert not listing.unassessed
    circle = {each.path: each for each in inventory(tmp_path, "r0.txt").listings}["r0.txt"]
    assert "leads back" in reasons(circle)["r1.txt"]
