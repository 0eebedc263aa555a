"""The exit-code table, case by case, through the real command."""

import subprocess
import sys

import pytest
from cli.conftest import CLEAN, HOSTILE, REVIEW, UNCLEAR, Runner

PROJECT = "system: {name: demo}\n"


@pytest.mark.parametrize(
    ("files", "words", "code"),
    [
        ({"a.pkl": CLEAN}, ("scan", "."), 0),
        ({"a.pkl": HOSTILE}, ("scan", "."), 1),
        ({"a.pkl": REVIEW}, ("scan", "."), 1),
        ({"a.pkl": REVIEW}, ("scan", ".", "--fail-on", "hostile"), 0),
        ({"a.pkl": UNCLEAR}, ("scan", "."), 3),
        ({"a.pkl": UNCLEAR}, ("scan", ".", "--fail-on", "unclear"), 1),
        ({"a.pkl": UNCLEAR}, ("scan", ".", "--allow-incomplete"), 0),
        ({"a.pkl": UNCLEAR, "b.pkl": HOSTILE}, ("scan", "."), 1),
        ({"a.pkl": UNCLEAR, "b.pkl": HOSTILE}, ("scan", ".", "--allow-incomplete"), 1),
        ({}, ("scan", "."), 3),
        ({}, ("scan", ".", "--allow-incomplete"), 0),
        ({}, ("scan", "absent"), 2),
        ({"a.pkl": CLEAN}, ("scan", "a.pkl", "absent"), 2),
        ({"a.pkl": CLEAN}, ("scan", ".", "--fail-on", "everything"), 2),
        ({"a.pkl": CLEAN}, ("scan", ".", "--format", "yaml"), 2),
        ({"a.pkl": CLEAN}, ("scan", ".", "--jobs", "-1"), 2),
        ({"a.pkl": CLEAN}, ("scan", ".", "--output", "absent/report.json"), 2),
        ({"a.pkl": CLEAN}, ("scan", ".", "--staged"), 2),
        ({"a.pkl": CLEAN}, ("scan", "-", "a.pkl"), 2),
        ({}, ("scan",), 3),
        ({}, ("nonsense",), 2),
        ({"a.pkl": CLEAN}, ("check",), 0),
        ({"a.pkl": HOSTILE}, ("check",), 1),
        ({"a.pkl": UNCLEAR}, ("check",), 3),
        ({"a.pkl": CLEAN}, ("check", "--no-digest"), 2),
        ({"a.pkl": CLEAN}, ("check", "absent"), 2),
        ({"seamark.yaml": "system: {nmae: x}"}, ("check",), 2),
        ({"seamark.yaml": "["}, ("check",), 2),
        ({"a.pkl": CLEAN, "seamark.yaml": PROJECT + "checks: {modles: {}}"}, ("check",), 2),
        ({"a.pkl": CLEAN, "seamark.yaml": PROJECT + "models: [b.pkl]"}, ("check",), 3),
        ({"a.pkl": CLEAN, "seamark.yaml": PROJECT + "models: ['*.pkl']"}, ("check",), 0),
        ({"a.pkl": REVIEW, "seamark.yaml": PROJECT + "fail_on: hostile"}, ("check",), 0),
        (
            {"a.pkl": CLEAN, "seamark.yaml": PROJECT + "checks: {models: {enabled: false}}"},
            ("check",),
            3,
        ),
        (
            {
                "a.pkl": CLEAN,
                "seamark.yaml": PROJECT + "gates: [{name: g, require: files.total == 0}]",
            },
            ("check",),
            1,
        ),
        (
            {
                "a.pkl": CLEAN,
                "seamark.yaml": PROJECT + "gates: [{name: g, require: metric('x') > 0}]",
            },
            ("check",),
            3,
        ),
        ({"seamark.baseline.json": "{}"}, ("check",), 2),
        ({"seamark.yaml": PROJECT}, ("init",), 2),
        ({}, ("rules", "show", "XXX999"), 2),
        ({}, ("rules", "show", "gat001"), 0),
        ({}, ("schema",), 0),
        ({}, ("--version",), 0),
        ({}, ("--help",), 0),
    ],
)
def test_exit_code(
    seamark: Runner, files: dict[str, bytes | str], words: tuple[str, ...], code: int
) -> None:
    for name, data in files.items():
        seamark.write(name, data)
    ran = seamark(*words)
    assert ran.code == code, ran.out + ran.err
    assert "Traceback" not in ran.err
    if code == 2:
        assert not ran.out
        assert ran.err


def test_the_reason_is_in_the_json(seamark: Runner) -> None:
    seamark.write("a.pkl", HOSTILE)
    made = seamark("scan", ".", "--format", "json").json
    assert (made["schema"], made["exit_code"]) == ("seamark.report/1", 1)
    assert made["exit_reason"]
    file = made["files"][0]
    assert {"path", "digest", "size", "format", "verdict", "findings", "coverage"} <= set(file)
    assert file["digest"].startswith("sha256:")


def test_incomplete_but_accepted_is_still_said(seamark: Runner) -> None:
    seamark.write("a.pkl", UNCLEAR)
    made = seamark("scan", ".", "--allow-incomplete", "--format", "json").json
    assert made["exit_code"] == 0
    assert "could not be examined" in made["exit_reason"]
    assert made["files"][0]["verdict"] == "unclear"


def test_every_format_is_offered_and_written(seamark: Runner) -> None:
    from seamark.cli.options import OutputFormat
    from seamark.render import FORMATS

    assert {each.value for each in OutputFormat} == set(FORMATS)
    seamark.write("a.pkl", HOSTILE)
    for name in FORMATS:
        ran = seamark("scan", ".", "--format", name)
        assert ran.code == 1
        assert "a.pkl" in ran.out


def test_output_goes_to_the_file_and_remarks_to_stderr(seamark: Runner) -> None:
    seamark.write("a.pkl", CLEAN)
    ran = seamark("scan", "a.pkl", "-f", "json", "-o", "r.json")
    assert ran.code == 0
    assert ran.out == ""
    assert "r.json" in ran.err
    assert (seamark.folder / "r.json").read_text().startswith("{")
    assert seamark("scan", "a.pkl", "-f", "json", "-o", "r.json", "--quiet").err == ""


def test_standard_input(seamark: Runner) -> None:
    assert seamark("scan", "-", stdin=HOSTILE).code == 1
    assert seamark("scan", "-", stdin=CLEAN).code == 0


def test_no_digest_is_said_in_the_report(seamark: Runner) -> None:
    seamark.write("a.pkl", CLEAN)
    made = seamark("scan", ".", "--no-digest", "-f", "json").json
    assert made["attributes"]["digest"] is False
    assert made["files"][0]["digest"] is None


def test_every_command_has_an_example(seamark: Runner) -> None:
    from seamark.cli.app import COMMANDS

    for command in COMMANDS:
        text = seamark(command.name, "--help").out
        assert "Usage: seamark" in text
        if not command.group:
            assert "Example: seamark" in text, command.name


def test_the_doctor_finds_this_machine_well(seamark: Runner) -> None:
    ran = seamark("doctor", "--json")
    assert ran.code == 0, ran.out
    assert {"judge", "confinement", "python"} <= {each["name"] for each in ran.json}


def test_completion_knows_every_command(seamark: Runner) -> None:
    seamark.environment |= {
        "_SEAMARK_COMPLETE": "complete_bash", "COMP_WORDS": "seamark ", "COMP_CWORD": "1",
    }  # fmt: skip
    assert {"scan", "check", "init"} <= set(seamark().out.split())


def test_a_small_scan_loads_nothing_heavy(seamark: Runner) -> None:
    """Start-up is a promise; what is imported decides it, whatever the machine's speed."""
    seamark.write("a.pkl", CLEAN)
    code = (
        "import sys; sys.argv = ['seamark', 'scan', 'a.pkl', '-f', 'json', '-o', 'r.json']\n"
        "from seamark.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'pydantic', 'joblib', 'rich', 'yaml', 'jinja2', 're2', 'numpy', 'inspect'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=seamark.folder, env=seamark.environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() in ("[]", "['inspect']")


def test_the_version_loads_no_typer() -> None:
    code = (
        "import sys; sys.argv = ['seamark', '--version']\n"
        "from seamark.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'typer' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
