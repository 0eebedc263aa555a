"""Rules about what a model asks to have installed (family ENV)."""

from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict

FOREIGN_INDEX = Rule(
    id="ENV001",
    title="Model installs packages from an unusual index",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Who owns the index decides what runs: installing a package runs its build, and a "
    "second index can answer for every name (dependency confusion).",
    remedy="Install from an index that you trust, with hashes; remove the option.",
    references=(atlas("AML.T0010"), cwe(427), cwe(829)),
)
DIRECT_REFERENCE = Rule(
    id="ENV002",
    title="Model installs a package from an address",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A package from an address or a repository is in no index: nobody can compare it, and "
    "what it holds can change from one day to the next.",
    remedy="Replace it by a released version of an index that you trust.",
    references=(atlas("AML.T0010"), cwe(494), cwe(829)),
)
LOCAL_PACKAGE = Rule(
    id="ENV003",
    title="Model installs a package that it brings along",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Installing a folder or file that lies beside the model runs its build scripts.",
    remedy="Read the package, or install its released version instead.",
    references=(atlas("AML.T0010"), cwe(829)),
)
SHELL_COMMAND = Rule(
    id="ENV004",
    title="Requirement smuggles a shell command",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Serving programs have put requirements into a shell command unquoted, so that "
    "a requirement with shell syntax runs when the model is deployed. No package has such a name.",
    remedy="Do not deploy the model. Keep the serving program up to date in any case.",
    references=(cve("CVE-2025-15379"), atlas("AML.T0010"), cwe(77), cwe(78)),
)
BUILD_OPTION = Rule(
    id="ENV005",
    title="Requirement changes how packages are built or checked",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Options to build scripts, or that trust a host without a certificate, let others "
    "decide what is installed.",
    remedy="Remove the option.",
    references=(cwe(295), cwe(829)),
)

RULES = (FOREIGN_INDEX, DIRECT_REFERENCE, LOCAL_PACKAGE, SHELL_COMMAND, BUILD_OPTION)
