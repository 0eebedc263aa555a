"""Rules about code that acts when a package is installed or Python starts (family INS)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

_CODE = (cwe(506), cwe(829), atlas("AML.T0010.001"))

HOSTILE_START = Rule(
    id="INS001",
    title="Code that runs at every start of Python attacks",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Lines of .pth files, sitecustomize and usercustomize run whenever Python starts, "
    "before any program of yours. This code runs programs, reaches out, or hides what it does.",
    remedy="Do not start Python there. Remove the package, and treat the machine as compromised "
    "where it was started already.",
    references=_CODE,
)
RUNS_AT_START = Rule(
    id="INS002",
    title="Code runs at every start of Python",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Lines of .pth files, sitecustomize and usercustomize run whenever Python starts. Few "
    "packages need that, and malicious ones use it to stay.",
    remedy="Read the lines, and find out which package brought them and why.",
    references=(cwe(829),),
)
HOSTILE_INSTALL = Rule(
    id="INS003",
    title="Code that runs at installation attacks",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="setup.py runs when a package is built from source. This one runs what it downloads or "
    "hides, opens connections of its own, or sends credentials out. No build needs that.",
    remedy="Do not build or install the package, not even to look at it. Treat machines that did "
    "as compromised.",
    references=_CODE,
)
ACTS_AT_INSTALL = Rule(
    id="INS004",
    title="Installation reaches beyond the package",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="setup.py downloads, calls tools that download, or names credentials when the package "
    "is built from source. What it fetches can change, and no hash of the package covers it.",
    remedy="Read the lines named here; prefer a wheel, which runs no code when installed.",
    references=(cwe(829), cwe(494)),
)
NOT_READ = Rule(
    id="INS005",
    title="Code that runs at installation or start could not be examined",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="It runs without being asked for, and what was not read may do anything.",
    remedy="Read it yourself, or remove the package that brought it.",
)
INSTALL_SCRIPTS = Rule(
    id="INS006",
    title="Packages run scripts of their own when installed",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="npm runs install scripts with the rights of whoever installs. Many packages with "
    "native code need them; worms spread through them.",
    remedy="Install with --ignore-scripts, and rebuild only what is known to need its script.",
    references=(cwe(829),),
)
OWN_BACKEND = Rule(
    id="INS007",
    title="Project is built by code of its own",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="backend-path makes installers run Python from the project itself to build it.",
    remedy="Read that code like a setup.py before you build the project.",
    references=(cwe(829),),
)

RULES = (
    HOSTILE_START,
    RUNS_AT_START,
    HOSTILE_INSTALL,
    ACTS_AT_INSTALL,
    NOT_READ,
    INSTALL_SCRIPTS,
    OWN_BACKEND,
)
