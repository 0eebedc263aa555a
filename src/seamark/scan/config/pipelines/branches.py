"""Exported settings of GitHub that guard branches and environments.

Read are the answers of the REST API as ``gh api`` writes them: a branch's protection
(``/repos/{owner}/{repo}/branches/{branch}/protection``), rulesets, and environments
(https://docs.github.com/rest/branches/branch-protection, /rest/repos/rules,
/rest/deployments/environments). An export is as true as its date: whoever wants the settings
assessed exports them in the pipeline.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seamark.core.checks import Gap
from seamark.core.findings import Finding
from seamark.core.rules import Reference, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines.case import Place, brief
from seamark.scan.config.pipelines.tree import Mapping, Node, Scalar, Sequence, Unreadable, text_of

_BRANCHES = Reference(
    "GitHub: protected branches",
    "https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches",
)
_ENVIRONMENTS = Reference(
    "GitHub: environments",
    "https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments",
)


def _rule(
    number: int, title: str, severity: Severity, reason: str, remedy: str, *, advice: bool = False
) -> Rule:
    return Rule(
        id=f"BRP{number:03}",
        title=title,
        severity=severity,
        verdict=Verdict.CLEAN if advice else Verdict.REVIEW,
        reason=reason,
        remedy=remedy,
        references=(cwe(862), _ENVIRONMENTS if number >= 20 else _BRANCHES),
    )


REVIEWS = _rule(
    1,
    "Changes need nobody's review",
    Severity.HIGH,
    "One account, or one stolen token, can change what is built and released.",
    "Require a pull request with at least one approving review.",
)
STALE = _rule(
    2,
    "An approval holds for changes that came after it",
    Severity.MEDIUM,
    "Who has an approval can push something else and merge it.",
    "Dismiss approvals when new commits are pushed.",
)
OWNERS = _rule(
    3,
    "Owners of code need not approve changes to it",
    Severity.LOW,
    "Changes to workflows or model files can be approved by whoever happens to look.",
    "Require review from code owners, and name owners in CODEOWNERS.",
    advice=True,
)
ADMINS = _rule(
    4,
    "Administrators may pass the protection by",
    Severity.MEDIUM,
    "A stolen administrator's token meets no protection at all.",
    "Enforce the rules for administrators; leave the list of who may bypass empty.",
)
CHECKS = _rule(
    5,
    "No check must pass before a merge",
    Severity.MEDIUM,
    "A pipeline that finds something stops nothing.",
    "Require the status checks that matter, seamark among them.",
)
FORCE = _rule(
    6,
    "History may be rewritten",
    Severity.HIGH,
    "A force push replaces reviewed commits without a trace in the branch.",
    "Forbid force pushes.",
)
DELETION = _rule(
    7,
    "The branch may be deleted",
    Severity.MEDIUM,
    "A deleted branch can be made anew, with other commits.",
    "Forbid deletion.",
)
SIGNATURES = _rule(
    8,
    "Commits need no signature",
    Severity.LOW,
    "The author of a commit is what its author wrote there.",
    "Require signed commits.",
    advice=True,
)
INACTIVE = _rule(
    9,
    "A ruleset is not enforced",
    Severity.MEDIUM,
    "It looks like a protection and is none.",
    "Set its enforcement to active, or delete it.",
)
APPROVAL = _rule(
    20,
    "Nobody approves a deployment",
    Severity.MEDIUM,
    "Whatever reaches the branch is deployed at once, with the environment's secrets.",
    "Give the environment required reviewers.",
)
ANY_BRANCH = _rule(
    21,
    "Any branch may deploy",
    Severity.MEDIUM,
    "Whoever can push a branch reaches the environment's secrets.",
    "Limit the environment to protected branches.",
)
SELF_APPROVAL = _rule(
    22,
    "Who starts a deployment may approve it",
    Severity.LOW,
    "One account is then enough.",
    "Prevent self-review in the environment's settings.",
    advice=True,
)
RULES = (
    REVIEWS,
    STALE,
    OWNERS,
    ADMINS,
    CHECKS,
    FORCE,
    DELETION,
    SIGNATURES,
    INACTIVE,
    APPROVAL,
    ANY_BRANCH,
    SELF_APPROVAL,
)


@dataclass(frozen=True, slots=True)
class _Export:
    place: Place
    name: str

    def found(self, rule: Rule, message: str, at: Node) -> Finding:
        here = at if isinstance(at, Scalar) else Scalar("", at.line, at.column, at.line)
        return Finding(rule=rule, message=message, location=self.place.of(here), anchor=self.name)


def judge(root: Node, place: Place) -> Iterator[Finding]:
    """One export, or a list of several. Raises :class:`Unreadable` where it is none."""
    if isinstance(root, Sequence):
        if not root.items:
            raise Unreadable("the export is empty", root.line)
        for item in root.items:
            yield from judge(item, place)
        return
    if not isinstance(root, Mapping):
        raise Unreadable("it is no export of GitHub's settings", root.line)
    environments = root.get("environments")
    if isinstance(environments, Sequence):
        for item in environments.items:
            yield from _environment(item, place)
    elif "protection_rules" in root.values:
        yield from _environment(root, place)
    elif "rules" in root.values and "enforcement" in root.values:
        yield from _ruleset(root, place)
    elif "protection" in root.values and isinstance(root.values["protection"], Mapping):
        yield from _protection(root.values["protection"], text_of(root.get("name")), place)
    elif {"enforce_admins", "required_pull_request_reviews", "allow_force_pushes"} & set(
        root.values
    ):
        yield from _protection(root, "", place)
    else:
        raise Unreadable("it is no export of GitHub's settings", root.line)


def not_assessed(shown: Iterable[str], *, wanted: bool) -> Iterator[Gap]:
    """The gap where the project wants its settings assessed and no export is among ``shown``."""
    from seamark.scan.config.pipelines.judge import Kind, kind_of

    if wanted and not any(kind_of(path) is Kind.BRANCHES for path in shown):
        yield Gap(
            "The protection of branches was not assessed: there is no export of it"
            " (.github/branch-protection.json)."
        )


def _protection(root: Mapping, branch: str, place: Place) -> Iterator[Finding]:
    export = _Export(place, branch or text_of(root.get("url")).rpartition("/branches/")[2])
    what = f"The branch {brief(branch)}" if branch else "The branch"
    reviews = root.get("required_pull_request_reviews")
    if not isinstance(reviews, Mapping) or text_of(
        reviews.get("required_approving_review_count")
    ) in ("", "0"):
        yield export.found(REVIEWS, f"{what} takes changes that nobody approved.", root)
    else:
        yield from _review_details(
            export,
            reviews,
            stale=_on(reviews.get("dismiss_stale_reviews")),
            owners=_on(reviews.get("require_code_owner_reviews")),
        )
    if not _on(root.get("enforce_admins")):
        yield export.found(ADMINS, "Administrators are held by none of the rules.", root)
    checks = root.get("required_status_checks")
    if not isinstance(checks, Mapping) or not _listed(checks, ("contexts", "checks")):
        yield export.found(CHECKS, f"{what} takes changes whatever the checks say.", root)
    if _on(root.get("allow_force_pushes")):
        yield export.found(FORCE, f"{what} may be force pushed.", root.values["allow_force_pushes"])
    if _on(root.get("allow_deletions")):
        yield export.found(DELETION, f"{what} may be deleted.", root.values["allow_deletions"])
    if not _on(root.get("required_signatures")):
        yield export.found(SIGNATURES, f"{what} takes unsigned commits.", root)


def _review_details(
    export: _Export, reviews: Mapping, *, stale: bool, owners: bool
) -> Iterator[Finding]:
    if not stale:
        yield export.found(STALE, "Approvals stay when new commits are pushed.", reviews)
    if not owners:
        yield export.found(OWNERS, "Code owners are not asked.", reviews)


def _ruleset(root: Mapping, place: Place) -> Iterator[Finding]:
    name = text_of(root.get("name"))
    export = _Export(place, name)
    if text_of(root.get("enforcement")) != "active":
        yield export.found(
            INACTIVE, f"The ruleset {brief(name)} is not enforced.", root.values["enforcement"]
        )
        return
    if text_of(root.get("target")) not in ("", "branch"):
        return
    rules = root.get("rules")
    if not isinstance(rules, Sequence):
        raise Unreadable("its rules are no list", root.line)
    by_type = {text_of(r.get("type")): r for r in rules.items if isinstance(r, Mapping)}
    pull = by_type.get("pull_request")
    details = pull.get("parameters") if pull is not None else None
    if not isinstance(details, Mapping) or text_of(
        details.get("required_approving_review_count")
    ) in ("", "0"):
        yield export.found(REVIEWS, f"{brief(name)} takes changes that nobody approved.", root)
    else:
        yield from _review_details(
            export,
            details,
            stale=_on(details.get("dismiss_stale_reviews_on_push")),
            owners=_on(details.get("require_code_owner_review")),
        )
    for kind, rule, message in (
        ("non_fast_forward", FORCE, "allows force pushes"),
        ("deletion", DELETION, "allows deletion"),
        ("required_status_checks", CHECKS, "requires no check"),
        ("required_signatures", SIGNATURES, "takes unsigned commits"),
    ):
        if kind not in by_type:
            yield export.found(rule, f"{brief(name)} {message}.", root)
    bypass = root.get("bypass_actors")
    for actor in bypass.items if isinstance(bypass, Sequence) else []:
        if isinstance(actor, Mapping) and text_of(actor.get("bypass_mode")) == "always":
            kind = text_of(actor.get("actor_type")) or "somebody"
            yield export.found(ADMINS, f"{brief(kind)} may always bypass {brief(name)}.", actor)


def _environment(node: Node, place: Place) -> Iterator[Finding]:
    if not isinstance(node, Mapping):
        raise Unreadable("an environment is no mapping", node.line)
    name = text_of(node.get("name"))
    export = _Export(place, name)
    rules = node.get("protection_rules")
    items = rules.items if isinstance(rules, Sequence) else []
    by_type = {text_of(r.get("type")): r for r in items if isinstance(r, Mapping)}
    reviewers = by_type.get("required_reviewers")
    if reviewers is None or not _listed(reviewers, ("reviewers",)):
        yield export.found(APPROVAL, f"Nobody approves deployments to {brief(name)}.", node)
    elif not _on(reviewers.get("prevent_self_review")):
        yield export.found(
            SELF_APPROVAL, f"Deployments to {brief(name)} can be approved by who starts them.", node
        )
    if not isinstance(node.get("deployment_branch_policy"), Mapping):
        yield export.found(ANY_BRANCH, f"Any branch may deploy to {brief(name)}.", node)


def _on(node: Node | None) -> bool:
    """Whether a setting is on; the API writes it as a truth value or as {enabled: …}."""
    if isinstance(node, Mapping):
        node = node.get("enabled")
    return isinstance(node, Scalar) and node.true


def _listed(node: Mapping, names: tuple[str, ...]) -> bool:
    return any(isinstance(each := node.get(name), Sequence) and each.items for name in names)
