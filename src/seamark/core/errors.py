"""Errors that a person can act on: what happened, where, and what to do next."""


class SeamarkError(Exception):
    """Base of every error that Seamark raises on purpose.

    ``what`` says in one line what happened and where; ``hint`` says what to do next.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}\n  {self.hint}" if self.hint else self.what


class UsageError(SeamarkError):
    """The command line, a setting or a configuration file is wrong; nothing ran (exit code 2)."""


class ConfigurationError(UsageError):
    """A configuration file is unreadable, or holds a value or key that is not allowed."""


class ExpressionError(UsageError):
    """An expression does not parse, names something unknown, or compares unlike things."""
