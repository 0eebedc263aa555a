"""Values that only their name calls secret: passwords, secrets, tokens and keys in assignments."""

from seamark.core.rules import Severity
from seamark.recognizers.secrets.kinds import Group, Kind, rule_of


def _generic(number: int, slug: str, title: str, names: str, severity: Severity) -> Kind:
    return Kind(
        id=slug,
        rule=rule_of(number, title, severity),
        group=Group.GENERIC,
        pattern="",
        names=names,
        score=0.8,
        entropy=2.0,
    )


KINDS = (
    _generic(1, "generic-password", "Password", r"(?i)pass|pwd", Severity.HIGH),
    _generic(2, "generic-api-key", "API key", r"(?i)api_?-?key|access_?-?key", Severity.HIGH),
    _generic(3, "generic-secret", "Secret", r"(?i)secret|cred", Severity.HIGH),
    _generic(4, "generic-token", "Token", r"(?i)token|auth|bearer", Severity.MEDIUM),
    _generic(5, "generic-key", "Secret key", r"(?i)key|salt|sign", Severity.MEDIUM),
)
"""In the order in which a name is asked."""
