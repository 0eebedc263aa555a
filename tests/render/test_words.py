"""Sentences and numbers for people."""

from dataclasses import replace

import pytest
from render.sample import UNKNOWN, Case

from seamark.core.findings import Finding, Location
from seamark.core.metadata import Metadata
from seamark.core.policy import Assessed, Standing
from seamark.core.verdicts import ExitCode, Verdict
from seamark.render import render
from seamark.render.visible import shorten, visible, visible_block
from seamark.render.words import (
    advisories,
    counted,
    headline,
    human_count,
    human_size,
    model_facts,
    plural,
    references,
    tone,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_432, "1.43 kB"), (999_499, "999 kB"),
     (999_600, "1 MB"), (3 << 30, "3.22 GB"), (2**80, "1,208,926 EB")],
)  # fmt: skip
def test_human_size(size: int, text: str) -> None:
    assert human_size(size) == text


def test_plural() -> None:
    assert plural(1, "file") == "1 file"
    assert plural(2000, "file") == "2,000 files"
    assert plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("plain ☃ name", "plain ☃ name"), ("a\nb\t\x1b", "a\\nb\\t\\x1b"), ("\u202e", "\\u202e"),
     ("\udcff", "\\udcff"), ("\U000e0041", "\\U000e0041"), ("\u00a0", "\\xa0"), ("", "")],
)  # fmt: skip
def test_visible(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_blocks_keep_their_lines() -> None:
    assert visible_block("a\n\x07b") == "a\n\\x07b"
    assert shorten("abcdef", 3) == "abc… (3 more characters)"


def headlines(case: Case, verdicts: list[Verdict], code: ExitCode) -> tuple[str, Verdict]:
    file = case.report.files[0]
    files = tuple(replace(file, verdict=verdict) for verdict in verdicts)
    report = replace(case.report, files=files)
    judgment = replace(case.judgment, exit_code=code)
    return headline(report, judgment), tone(report, judgment)


@pytest.mark.parametrize(
    ("verdicts", "code", "text", "color"),
    [
        ([Verdict.HOSTILE], 1, "1 file must not be loaded", Verdict.HOSTILE),
        ([Verdict.HOSTILE] * 3, 1, "3 files must not be loaded", Verdict.HOSTILE),
        ([Verdict.REVIEW], 1, "1 file needs a person's review before use", Verdict.REVIEW),
        ([Verdict.UNCLEAR], 3, "1 file could not be fully examined", Verdict.UNCLEAR),
        ([Verdict.CLEAN], 0, "1 file examined, nothing found wrong", Verdict.CLEAN),
        ([Verdict.CLEAN], 3, "Not everything could be examined", Verdict.UNCLEAR),
        ([], 3, "Nothing was examined", Verdict.UNCLEAR),
        ([], 0, "Nothing was found wrong", Verdict.CLEAN),
        ([Verdict.CLEAN], 1, "Nothing was found in the files, but a gate was not met",
         Verdict.REVIEW),
    ],
)  # fmt: skip
def test_headline(
    clean: Case, verdicts: list[Verdict], code: int, text: str, color: Verdict
) -> None:
    assert headlines(clean, verdicts, ExitCode(code)) == (text, color)


def test_all_held_is_neither_alarm_nor_green(case: Case) -> None:
    held = tuple(replace(each, standing=Standing.BASELINE) for each in case.judgment.assessed)
    judgment = replace(case.judgment, exit_code=ExitCode.PASSED, assessed=held)
    assert headline(case.report, judgment) == "No new findings, 6 known ones are held"
    assert tone(case.report, judgment) is Verdict.REVIEW


def test_counted_and_references(case: Case) -> None:
    assert counted(case.report) == "7 files: 2 hostile, 1 review, 2 unclear, 2 clean"
    finding = case.report.files[4].findings[0]
    plain = replace(
        finding, references=(), rule=replace(finding.rule, references=finding.references)
    )
    assert [each.name for each in advisories(finding)] == ["CVE-2025-32434", "GHSA-53q9-r3pm-6pq6"]
    assert advisories(plain) == []
    assert [each.name for each in references(finding)] == [
        "CVE-2025-32434", "GHSA-53q9-r3pm-6pq6", "CWE-502", "AML.T0011.000",
    ]  # fmt: skip


def test_what_a_model_says_of_itself_is_short_and_made_visible() -> None:
    said = Metadata(
        architecture="Bert\x1b[31m",
        parameters=66_400_000,
        dtypes={"int8": 4, "float32": 66_399_996},
        framework="PyTorch",
        framework_version="2.13",
        license="mit",
        remote_code=("m.py",),
    )
    facts = model_facts(said)
    assert "\x1b" not in "".join(facts)
    assert facts[1:] == [
        "66.4 M parameters",
        "float32, int8",
        "PyTorch 2.13",
        "license mit",
        "needs remote code",
    ]
    assert model_facts(Metadata()) == []
    assert [human_count(n) for n in (950, 7_241_732_096)] == ["950", "7.2 B"]


def test_headline_of_dependencies_alone(clean: Case) -> None:
    lists = {"lists": [{"path": "requirements.txt", "kind": "requirements", "components": 2}]}
    for verdict, text in (
        (Verdict.HOSTILE, "Dependencies must not be installed"),
        (Verdict.REVIEW, "Dependencies need a person's review"),
    ):
        finding = Finding(
            rule=replace(UNKNOWN, verdict=verdict), message="M.", location=Location(path=".")
        )
        report = replace(clean.report, files=(), findings=(finding,), attributes=lists)
        judgment = replace(clean.judgment, exit_code=ExitCode.FAILED)
        assert headline(report, judgment) == text
        if verdict is Verdict.REVIEW:
            found = replace(judgment, assessed=(Assessed(finding=finding, standing=Standing.NEW),))
            page = render("html", report, found)
            assert "list of them" in page
            assert "The project" in page
            assert "not a scanned file" not in page
            assert "\nthe project  review" in "\n" + render("text", report, found)
