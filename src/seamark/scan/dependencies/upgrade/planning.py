"""Makes the plan: findings of the judge of vulnerabilities in, changes and a patch out."""

import os
from collections.abc import Iterable, Iterator, Mapping

from seamark.core.components import Component
from seamark.core.findings import Finding
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.judges import pins, vulnerabilities
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.upgrade.choosing import Chosen, Vulnerable, choose
from seamark.scan.dependencies.upgrade.commands import Target, commands_for, trial_of
from seamark.scan.dependencies.upgrade.constraints import Constraints
from seamark.scan.dependencies.upgrade.model import Change, Command, Means, Plan, Trial, Use
from seamark.scan.dependencies.upgrade.patching import Patcher, can_be_patched

Key = tuple[str, str, str]


def make_plan(case: Case) -> Plan:
    """The smallest change that clears what the judge finds; what it could not judge are gaps.

    What a VEX document says is not affected is no finding, and is not changed.
    """
    found = [each for each in vulnerabilities.judge(case) if isinstance(each, Finding)]
    gaps = _gaps([*found, *(each for each in pins.judge(case) if isinstance(each, Finding))])
    if case.book is None:
        return Plan(gaps=gaps)
    vulnerable = _vulnerable(case, found)
    constraints = Constraints(case.inventory)
    chosen, blocked = choose(vulnerable, case.book, constraints)
    patcher = Patcher(case.inventory.root)
    kinds = {listing.path: listing.kind for listing in case.inventory.listings}
    changes: list[Change] = []
    to_command: dict[str, set[Target]] = {}
    for each in vulnerable:
        if each.key in chosen:
            change, unpatched = _change(each, chosen[each.key], patcher, kinds)
            changes.append(change)
            for path, target in unpatched:
                to_command.setdefault(path, set()).add(target)
    return Plan(
        changes=tuple(changes),
        blocked=tuple(sorted(blocked, key=lambda one: (one.ecosystem, one.name, one.current))),
        commands=tuple(_commands(case.inventory.listings, to_command)),
        patch=patcher.diff(),
        trials=tuple(_trials(case.inventory.listings, changes)),
        gaps=gaps,
    )


def _vulnerable(case: Case, findings: Iterable[Finding]) -> list[Vulnerable]:
    """What the findings are about, with every entry that has it."""
    advisories: dict[str, set[str]] = {}
    for finding in findings:
        name, purl = finding.evidence.get("id"), finding.evidence.get("purl")
        if isinstance(name, str) and isinstance(purl, str):
            advisories.setdefault(purl, set()).add(name)
    entries: dict[Key, list[Component]] = {}
    named: dict[Key, set[str]] = {}
    for component in case.inventory.components:
        if component.version and component.purl in advisories:
            key = component.ecosystem, component.name, component.version
            entries.setdefault(key, []).append(component)
            named.setdefault(key, set()).update(advisories[component.purl])
    return [
        Vulnerable(*key, advisories=tuple(sorted(named[key])), entries=tuple(found))
        for key, found in sorted(entries.items())
    ]


def _gaps(findings: Iterable[Finding]) -> tuple[str, ...]:
    unclear = (each for each in findings if each.rule.verdict is Verdict.UNCLEAR)
    return tuple(dict.fromkeys(_sentence(each) for each in unclear))


def _sentence(finding: Finding) -> str:
    where = str(finding.location)
    return finding.message if where == "." else f"{where}: {finding.message}"


def _change(
    vulnerable: Vulnerable, chosen: Chosen, patcher: Patcher, kinds: dict[str, str]
) -> tuple[Change, list[tuple[str, Target]]]:
    uses: list[Use] = []
    unpatched: list[tuple[str, Target]] = []
    for entry in vulnerable.entries:
        path = entry.location.path
        kind = kinds.get(path, "")
        patched = can_be_patched(entry, kind) and not patcher.change(entry, kind, chosen.target)
        means = Means.PATCH if patched else Means.COMMAND
        uses.append(Use(location=entry.location, list_kind=kind, means=means))
        if not patched:
            unpatched.append((path, (entry.name, chosen.target, bool(entry.direct))))
    change = Change(
        ecosystem=vulnerable.ecosystem,
        name=vulnerable.name,
        current=vulnerable.version,
        target=chosen.target,
        clears=vulnerable.advisories,
        uses=tuple(uses),
        together=chosen.together,
    )
    return change, unpatched


def _commands(
    listings: tuple[Listing, ...], targets: Mapping[str, set[Target]]
) -> Iterator[Command]:
    for listing in listings:
        yield from commands_for(
            listing, targets.get(listing.path, ()), _siblings(listing, listings)
        )


def _trials(listings: tuple[Listing, ...], changes: Iterable[Change]) -> Iterator[Trial]:
    """How to try each list that the patch changes; its compiled form needs every change."""
    patched: dict[str, set[Target]] = {}
    for change in changes:
        for use in change.uses:
            if use.means is Means.PATCH:
                target = change.name, change.target, False
                patched.setdefault(use.location.path, set()).add(target)
    for listing in listings:
        if listing.path in patched:
            trial = trial_of(listing, patched[listing.path], _siblings(listing, listings))
            if trial is not None:
                yield trial


def _siblings(listing: Listing, listings: tuple[Listing, ...]) -> frozenset[str]:
    folder = os.path.dirname(listing.path)
    beside = (each for each in listings if os.path.dirname(each.path) == folder)
    return frozenset(os.path.basename(each.path) for each in beside)
