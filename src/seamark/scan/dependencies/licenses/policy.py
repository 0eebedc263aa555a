"""What a project allows and denies, applied to SPDX expressions.

``OR`` offers a choice, so one allowed license is enough; under ``AND`` all must be allowed.
``-or-later`` and ``+`` are a choice of versions. An exception (``WITH``) only adds permissions:
what is said of a license holds with an exception too, unless the policy names that combination.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from seamark.core.errors import ConfigurationError
from seamark.scan.dependencies.licenses.expressions import (
    Both,
    Either,
    Expression,
    License,
    identifiers,
    licenses_in,
    parse,
    versions_of,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """One side of a policy: versions of licenses, those with an exception, and globs."""

    plain: frozenset[str] = frozenset()
    excepted: frozenset[tuple[str, str]] = frozenset()
    globs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.plain or self.excepted or self.globs)

    def names(self, version: str, license_: License) -> bool:
        """Whether this version of the license is meant, whatever its exception."""
        if version in self.plain:
            return True
        spellings = {version, f"{version}-only", license_.key, str(license_)}
        return any(fnmatchcase(each.lower(), glob) for each in spellings for glob in self.globs)


@dataclass(frozen=True, slots=True)
class Policy:
    """What is allowed (everything, where nothing is named) and what is denied, which wins."""

    allow: Terms
    deny: Terms

    def __bool__(self) -> bool:
        return bool(self.allow) or bool(self.deny)

    def allows(self, expression: Expression) -> bool:
        """Whether a work under this expression may be used."""
        if isinstance(expression, Either):
            return any(map(self.allows, expression.parts))
        if isinstance(expression, Both):
            return all(map(self.allows, expression.parts))
        return any(self._allows(version, expression) for version in versions_of(expression))

    def _allows(self, version: str, license_: License) -> bool:
        exact = (version, license_.exception)
        if exact in self.deny.excepted:
            return False
        if exact in self.allow.excepted:
            return True
        if self.deny.names(version, license_):
            return False
        return not self.allow or self.allow.names(version, license_)


def policy_of(allow: tuple[str, ...], deny: tuple[str, ...]) -> Policy:
    """The policy of these settings. Raises ``ConfigurationError`` for what cannot be read."""
    return Policy(_terms(allow, "licenses_allow"), _terms(deny, "licenses_deny"))


def _terms(entries: tuple[str, ...], setting: str) -> Terms:
    plain: set[str] = set()
    excepted: set[tuple[str, str]] = set()
    globs: list[str] = []
    for entry in entries:
        if any(sign in entry for sign in "*?["):
            globs.append(_glob(entry, setting))
            continue
        expression = parse(entry)
        if expression is None:
            raise ConfigurationError(
                f"checks: dependencies: options: {setting}: {entry!r} is no SPDX expression.",
                hint="Use identifiers of https://spdx.org/licenses, or globs such as 'AGPL-*'.",
            )
        if isinstance(expression, Both) or any(
            isinstance(part, Both) for part in getattr(expression, "parts", ())
        ):
            raise ConfigurationError(
                f"checks: dependencies: options: {setting}: {entry!r} joins licenses by AND.",
                hint="Name each license by itself; AND in a package's license needs all of them.",
            )
        for license_ in licenses_in(expression):
            for version in versions_of(license_):
                if license_.exception:
                    excepted.add((version, license_.exception))
                else:
                    plain.add(version)
    return Terms(frozenset(plain), frozenset(excepted), tuple(globs))


def _glob(entry: str, setting: str) -> str:
    glob = entry.strip().lower()
    if not glob.startswith("licenseref-") and not any(
        fnmatchcase(each.lower(), glob) for each in identifiers()
    ):
        raise ConfigurationError(
            f"checks: dependencies: options: {setting}: {entry!r} fits no SPDX license.",
            hint="Use identifiers of https://spdx.org/licenses, or globs such as 'AGPL-*'.",
        )
    return glob
