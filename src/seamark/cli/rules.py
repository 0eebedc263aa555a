"""``seamark rules``."""

import json
from typing import Annotated

import typer

from seamark.cli import options
from seamark.cli.output import write_text
from seamark.core.errors import UsageError
from seamark.core.facts import FACTS
from seamark.core.rules import Rule
from seamark.core.suggest import did_you_mean
from seamark.system.registry import all_checks, all_rules, families

app = typer.Typer(help="What can be found, and what gates can ask.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.callback()
def _group() -> None:
    """What can be found, and what gates can ask."""


@app.command("list")
def list_(
    checks: Annotated[bool, typer.Option("--checks", help="The checks in place of rules.")] = False,
    as_json: Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """List every rule, or every check.

    Example: seamark rules list
    """
    if checks:
        found = all_checks().values()
        plain: list[dict[str, object]] = [
            {"id": check.id, "title": check.title, "rules": sorted(check.all_rules())}
            for check in found
        ]
        lines = [f"{check.id:12} {check.title} ({len(check.all_rules())} rules)" for check in found]
    else:
        rules = all_rules()
        plain = [_plain(rule) for rule in rules.values()]
        lines = []
        titles = families()
        for rule in rules.values():
            title = titles.get(rule.id[:3], rule.id[:3])
            if f"{title}" not in lines:
                lines.append(title)
            lines.append(f"  {rule.id}  {rule.severity:8} {rule.verdict:7}  {rule.title}")
    write_text(json.dumps(plain, indent=1) + "\n" if as_json else "\n".join(lines) + "\n")


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="A rule's id, as PKL001.")],
    as_json: Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """Say what a rule means, why it matters and what to do.

    Example: seamark rules show FIL006
    """
    rules = all_rules()
    rule = rules.get(rule_id.upper())
    if rule is None:
        raise UsageError(
            f"There is no rule '{rule_id}'.",
            hint=did_you_mean(rule_id.upper(), rules) or "seamark rules list shows all.",
        )
    if as_json:
        write_text(json.dumps(_plain(rule), indent=1) + "\n")
        return
    lines = [
        f"{rule.id}  {rule.title}",
        f"Severity {rule.severity}; makes a file {rule.verdict}.",
        "",
        rule.reason,
        "",
        f"What to do: {rule.remedy}",
        *(["", *(f"{each.name}  {each.url}" for each in rule.references)]),
    ]
    write_text("\n".join(lines).rstrip() + "\n")


@app.command()
def facts(
    verbose: options.Verbose = False,  # noqa: ARG001  read by seamark.cli.app
) -> None:
    """List the words that a gate's expression may use.

    Example: seamark rules facts
    """
    lines = [f"{name:20} {meaning} ({kind})" for name, (kind, meaning) in FACTS.items()]
    lines.append(f"{'metric(name)':20} the value of a metric of the report (number)")
    write_text("\n".join(lines) + "\n")


def _plain(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "verdict": rule.verdict.value,
        "reason": rule.reason,
        "remedy": rule.remedy,
        "references": [{"name": each.name, "url": each.url} for each in rule.references],
    }
