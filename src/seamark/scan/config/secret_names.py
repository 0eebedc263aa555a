"""Which names of variables hold secrets, and which values are none: by convention only.

Whether a value is a live credential is the check ``secrets``'s to say; here the question is
whether a secret is written where it does not belong.
"""

_ENDS = (
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "SECRET_KEY",
    "SECRETKEY",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "ACCESS_TOKEN",
    "AUTH_TOKEN",
    "PRIVATE_KEY",
    "FERNET_KEY",
    "MASTER_KEY",
    "HF_TOKEN",
    "HUB_TOKEN",
    "HUGGINGFACE_TOKEN",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "NPM_TOKEN",
    "PYPI_TOKEN",
    "SLACK_TOKEN",
    "BOT_TOKEN",
    "ADMIN_TOKEN",
    "ROOT_TOKEN",
    "CREDENTIALS",
)
_NO_SECRETS = frozenset(
    "none null true false yes no on off empty ignore ignored disabled enabled dummy unused x "
    "test testing local localstack foobar token-abc123 sk-no-key-required "
    "no-key not-needed notneeded na n/a todo tbd".split()
)
_PLACEHOLDERS = (
    "your",
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "placeholder",
    "example",
    "xxxx",
    "****",
    "insert",
    "<",
    "dummy",
    "redacted",
    "fake",
)


def names_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret itself (no file, name or flag of one)."""
    upper = name.upper().replace("-", "_").replace(".", "_")
    return any(upper == end or upper.endswith("_" + end) for end in _ENDS) or (
        upper.endswith("PASSWORD") and upper.isalpha() and len(upper) < 16
    )


def is_literal_secret(value: str | None) -> bool:
    """Whether this value may be a secret in plain sight: no reference, path or placeholder."""
    if value is None:
        return False
    text = value.strip().strip("\"'")
    lower = text.lower()
    if len(text) < 4 or lower in _NO_SECRETS or (text.isdigit() and len(text) < 6):
        return False
    if any(mark in text for mark in ("$", "{{", "{%", "<%", "%(")):
        return False
    if lower.startswith(
        (
            "/",
            "./",
            "~/",
            "file:",
            "vault:",
            "arn:",
            "sm://",
            "op://",
            "ref+",
            "gcp",
            "secretref",
            "secret:",
            "aws:",
            "azure",
            "ssm:",
            "projects/",
            "s3://",
        )
    ):
        return False
    return not any(mark in lower for mark in _PLACEHOLDERS) and not set(text) <= set("*.x-_")
