"""MkDocs hook: writes the rule pages from the rules themselves, so that they cannot drift."""

from itertools import groupby

from mkdocs.structure.files import File, Files

from seamark.core.rules import Rule
from seamark.system.registry import all_rules, families


def on_files(files: Files, config) -> Files:
    """Add one page a rule family and an index."""
    rules = sorted(all_rules().values(), key=lambda rule: rule.id)
    titles = families()
    rows = ["# Rules", "", "One page a family. `seamark rules show ID` prints the same.", ""]
    rows += ["| family | what it is about | rules |", "|---|---|---|"]
    for family, members in groupby(rules, key=lambda rule: rule.id[:3]):
        group = list(members)
        title = titles.get(family, family)
        rows.append(f"| [{family}]({family.lower()}.md) | {title} | {len(group)} |")
        page = "\n".join([f"# {family} · {title}", "", *(section(rule) for rule in group)])
        files.append(File.generated(config, f"rules/{family.lower()}.md", content=page))
    files.append(File.generated(config, "rules/index.md", content="\n".join(rows) + "\n"))
    return files


def section(rule: Rule) -> str:
    """One rule as Markdown."""
    links = ", ".join(f"[{reference.name}]({reference.url})" for reference in rule.references)
    lines = [
        f"## {rule.id} · {rule.title} {{ #{rule.id.lower()} }}",
        "",
        f"Severity **{rule.severity}**, makes a file **{rule.verdict}**.",
        "",
        rule.reason,
        "",
        f"**What to do.** {rule.remedy}",
        "",
    ]
    return "\n".join([*lines, f"References: {links}.", ""] if links else lines)
