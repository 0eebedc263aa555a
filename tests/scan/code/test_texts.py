"""Notebooks, documents and shell lines; places in the original file; hostile input."""

import json
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.findings import Finding
from seamark.core.rules import Confidence
from seamark.scan.code.markdown import blocks_of
from seamark.scan.code.notebooks import Notebook, NotebookError
from seamark.scan.code.snippets import Code
from seamark.scan.code.texts import examine

TOKEN = "".join(Random(5).choices("abcdefghjkmnpqrs23456789", k=20))


def notebook(*cells: str, indent: int | None = 1, whole: bool = False, version: int = 4) -> bytes:
    made = []
    for cell in cells:
        source: object = cell if whole else cell.splitlines(keepends=True)
        key = "source" if version == 4 else "input"
        made.append(
            {
                "cell_type": "code",
                "metadata": {},
                "outputs": [{"text": ["import torch\n", "torch.load(f)"]}],
                key: source,
            }
        )
    document: dict[str, object] = {"metadata": {}, "nbformat": version, "nbformat_minor": 2}
    if version == 4:
        document["cells"] = made
    else:
        document["worksheets"] = [{"cells": made}]
    return json.dumps(document, indent=indent).encode()


def found(data: bytes | str, path: str) -> list[Finding]:
    return list(examine(data.encode() if isinstance(data, str) else data, path))


def text_at(data: bytes, finding: Finding, length: int) -> str:
    line = data.decode().split("\n")[(finding.location.line or 0) - 1]
    start = (finding.location.column or 0) - 1
    return line[start : start + length]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("indent", [1, None])
@pytest.mark.parametrize("version", [3, 4])
def test_a_cell_is_found_where_it_lies_in_the_file(
    whole: bool, indent: int | None, version: int
) -> None:
    cells = ("import torch\nx = 'é \"q\" \U0001f600'\n", "y = 1\nz = 'ü'; torch.load(f)\n")
    data = notebook(*cells, indent=indent, whole=whole, version=version)
    [finding] = found(data, "a.ipynb")
    assert finding.rule.id == "DSR002"
    assert text_at(data, finding, 13) == "torch.load(f)"
    assert finding.evidence["cell"] == "cell 2"
    assert finding.evidence["end_column"] == (finding.location.column or 0) + 13


def test_outputs_are_no_code() -> None:
    assert found(notebook("print(1)\n"), "a.ipynb") == []


def test_magics_do_not_hide_the_rest() -> None:
    cell = (
        "%matplotlib inline\nfiles = !ls\n!pip install \\\n  torch\nimport torch\ntorch.load(f)\n"
    )
    assert [f.rule.id for f in found(notebook(cell), "a.ipynb")] == ["DSR002"]


def test_a_magic_in_a_block_keeps_it_whole() -> None:
    cell = "import torch\nif x:\n    !ls\nelse:\n    torch.load(f)\ntorch?\n%%time\n"
    assert [f.rule.id for f in found(notebook(cell), "a.ipynb")] == ["DSR002"]
    timed = "%%time\nimport torch\ntorch.load(f)"
    assert [f.rule.id for f in found(notebook(timed), "a.ipynb")] == ["DSR002"]
    assert found(notebook("%%html\nimport torch; torch.load(f)"), "a.ipynb") == []


def test_a_broken_cell_is_a_remark_and_the_others_are_judged() -> None:
    data = notebook("import torch\n", "x = = 1\n", "print 'a'\n", "torch.load(f)\n")
    results = found(data, "a.ipynb")
    assert sorted({f.rule.id for f in results}) == ["DSR002", "PYT001"]


SHELL = [
    ("NBC001", "pip install --trusted-host pypi.acme.io x", "pip install x"),
    ("NBC001", "pip install -i http://a.acme.io/simple x", "pip install -i https://a.io/simple x"),
    ("NBC001", "pip install --trusted-host=a.io x", "pip install --trusted-host=localhost x"),
    ("NBC002", "pip install --extra-index-url https://a.io/s x",
     "pip install --extra-index-url https://download.pytorch.org/whl/cpu torch"),
    ("NBC003", "curl -sSL https://a.io/x.sh | sudo bash",
     "curl -sSL https://a.io/x.json | python -m json.tool"),
    ("NBC003", "wget -qO- https://a.io/x | tee log | sh", "wget https://a.io/x -O x.sh"),
    ("NBC003", "bash <(curl -s https://a.io/x.sh)", "bash x.sh"),
    ("NBC004", f"git clone https://bot:{TOKEN}@git.acme.io/a/b", "git clone https://git.acme.io/a/b"),
    ("NBC004", f"git clone https://{TOKEN}@git.acme.io/a/b", "git clone https://${TOKEN}@git.acme.io/a"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "bad", "good"), SHELL, ids=range(len(SHELL)))
def test_shell_lines_in_every_form(rule: str, bad: str, good: str) -> None:
    for wrap, path in (
        (lambda line: notebook(f"!{line}\n"), "a.ipynb"),
        (lambda line: notebook(f"%%bash\n{line}\n"), "a.ipynb"),
        (lambda line: f"Do:\n\n```bash\n$ {line}\n```\n".encode(), "README.md"),
        (lambda line: f"- a\n  ```sh\n  {line}\n  ```\n".encode(), "README.md"),
    ):
        results = found(wrap(bad), path)
        assert [f.rule.id for f in results] == [rule]
        assert text_at(wrap(bad), results[0], 3) in (bad[:3], "!" + bad[:2])
        assert rule not in [f.rule.id for f in found(wrap(good), path)]
        assert TOKEN not in str(results[0])


def test_a_document_keeps_its_places_and_is_less_sure() -> None:
    quoted = "# T\n\n> ```python\n> import torch\n> torch.load(f)\n> ```\n"
    text = quoted + "\n~~~~py\ntorch.load(g)\n~~~~\n"
    results = found(text, "guide.md")
    assert [(f.location.line, f.location.column) for f in results] == [(5, 3), (9, 1)]
    assert {f.confidence for f in results} == {Confidence.LOW}


def test_recorded_sessions() -> None:
    text = "```pycon\n>>> import torch\n>>> torch.load(\n...     f)\n<Model>\n```\n"
    [finding] = found(text, "a.md")
    assert (finding.location.line, finding.location.column) == (3, 5)
    assert found("```json\nimport torch\ntorch.load(f)\n```\n", "a.md") == []


def test_columns_count_characters() -> None:
    source = "import torch\nx = 'äöü\U0001f600'; torch.load(f)\n"
    [finding] = found(source, "a.py")
    assert (finding.location.line, finding.location.column) == (2, 13)
    assert finding.evidence == {"end_line": 2, "end_column": 26}


@pytest.mark.parametrize("path", ["tests/a.py", "examples/a.py", "pkg/test_a.py", "docs/x/a.py"])
def test_beside_the_product_it_is_less_sure(path: str) -> None:
    source = "import torch\ntorch.load(f, weights_only=False)\n"
    assert found(source, "src/a.py")[0].confidence is Confidence.HIGH
    assert found(source, path)[0].confidence is Confidence.MEDIUM


def test_syntax_that_is_not_ours() -> None:
    old = "import pickle\nprint 'a'\npickle.load(f)\n"
    broken = "import pickle\npickle.load(f\n"
    assert [f.rule.id for f in found(old, "a.py")] == ["PYT001"]
    assert [f.rule.id for f in found(broken, "a.py")] == ["PYT002"]
    assert [f.rule.id for f in found(broken, "tests/a.py")] == ["PYT001"]
    assert found("this is no Python\n", "a.py") == []


HOSTILE = {
    "deep": b"import pickle\npickle.load(" + b"(" * 5000 + b")" * 5000 + b")",
    "sum": b"import pickle\nx = " + b"1+" * 50_000 + b"1\npickle.load(f)",
    "chain": b"import pickle\nx = a" + b".b()" * 20_000 + b"\npickle.load(f)",
    "elif": b"import pickle\nif a: pass\n" + b"elif a: pass\n" * 3000 + b"pickle.load(f)",
    "loops": b"import pickle\n"
    + b"".join(b" " * n + b"for a in b:\n" for n in range(18))
    + b" " * 18
    + b"pickle.load(f)",
    "names": b"import pickle\n" + b"".join(b"if a: x%d = 1\n" % n for n in range(8000)),
    "null": b"import pickle\0\npickle.load(f)",
    "encoding": b"# coding: nonsense\nimport pickle\npickle.load(f)",
    "bytes": b"import pickle\n\xff\xfe\npickle.load(f)",
    "utf16": "import pickle\npickle.load(f)".encode("utf-16"),
    "large": b"import pickle\npickle.load(f)\n" + b"#" * (1 << 20),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_modules_get_a_verdict(name: str) -> None:
    results = found(HOSTILE[name], "a.py")
    if name == "utf16":
        assert results == []  # Python itself refuses it before it runs anything
    elif name != "names":
        assert {f.rule.id for f in results} <= {"DSR003", "PYT002"}
        assert results


@pytest.mark.parametrize(
    "data",
    [
        b'{"cells": [' + b"[" * 100_000,
        b'{"cells": [{"cell_type": "code", "source": "pickle.load',
        b'{"cells": [}]} joblib',
        b"joblib",
        b'{"cells": [{"cell_type": "code", "source": "joblib \xff"}]}',
    ],
    ids=range(5),
)
def test_broken_notebooks_are_unclear(data: bytes) -> None:
    padded = data + b" joblib"
    assert {f.rule.id for f in found(padded, "a.ipynb")} == {"PYT002"}


@given(st.lists(st.text(max_size=30), max_size=5), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_character_of_a_cell_has_its_place(
    lines: list[str], whole: bool, escaped: bool
) -> None:
    source = "\n".join(lines).replace("\r", "").encode("utf-8", "ignore").decode()
    value: object = source if whole else source.splitlines(keepends=True)
    data = json.dumps(
        {"cells": [{"cell_type": "code", "source": value}]}, ensure_ascii=escaped
    ).encode()
    cells = list(Notebook(data).code_cells())
    code = Code(cells[0]) if cells else Code([])
    assert "\n".join(line.text for line in code.lines).rstrip("\n") == source.rstrip("\n")
    raw = data.decode().split("\n")
    for number, line in enumerate(code.lines, 1):
        for column, sign in enumerate(line.text):
            if sign.isascii() and sign.isalnum():
                _, (row, at) = code.place(number, column)
                assert raw[row - 1][at - 1] == sign


@given(st.binary(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for path in ("a.py", "a.ipynb", "a.md"):
        for piece in (
            data,
            b"import pickle\npickle.load(f)\n" + data,
            b"```py\ntorch.load\n" + data,
        ):
            assert all(f.rule.id for f in examine(piece, path))
    with suppress(NotebookError):
        list(Notebook(data).code_cells())
    assert list(blocks_of(data.decode("latin-1"))) is not None


def test_a_module_that_asks_for_too_much_is_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each list holds the one before thrice: folding it in full would never end.
    steps = "".join(f"a{n} = [a{n - 1}, a{n - 1}] + [a{n - 1}]\n" for n in range(1, 60))
    source = f"import torch\na0 = [1, 2]\n{steps}torch.load(f, weights_only=a59[0])\n"
    assert {f.rule.id for f in found(source, "a.py")} <= {"PYT002"}
    many = "import pickle\n" + "x = f(x)\n" * 50 + "pickle.load(x)\n"
    assert [f.rule.id for f in found(many, "a.py")] == ["DSR003"]
    for bound, where in (("_MAX_NODES", "python"), ("_MAX_STEPS", "flow")):
        with monkeypatch.context() as patch:
            patch.setattr(f"seamark.scan.code.{where}.{bound}", 100)
            assert [f.rule.id for f in found(many, "a.py")] == ["PYT002"]
