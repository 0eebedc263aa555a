"""A credential that was found: nothing shows it by accident, and no other process gets it."""

import hashlib
import hmac

_SHOWN_FROM = 20
"""Values at least this long show their last characters; the end of a short one says too much."""

_LAST = 4


class SecretValue:
    """The value of a credential. ``repr`` and ``str`` are redacted, pickling is refused.

    ``prefix`` is what every value of the kind begins with (``ghp_``) and may be shown.
    """

    __slots__ = ("_prefix", "_value")

    def __init__(self, value: str, *, prefix: str = "") -> None:
        self._value = value
        self._prefix = prefix if value.startswith(prefix) else ""

    def reveal(self) -> str:
        """The value itself, for tests of its structure only: never for messages or evidence."""
        return self._value

    def redacted(self) -> str:
        """The kind's prefix, an ellipsis, and of long random values the last four characters."""
        hidden = len(self._value) - len(self._prefix)
        last = self._value[-_LAST:] if hidden >= _SHOWN_FROM else ""
        return f"{self._prefix}…{last if last.isalnum() and last.isascii() else ''}"

    def digest(self, key: bytes) -> str:
        """32 hex digits that name the value to whoever has ``key`` and reveal it to nobody."""
        text = self._value.encode("utf-8", "surrogatepass")
        return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return f"SecretValue({self.redacted()})"

    def __str__(self) -> str:
        return self.redacted()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretValue):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> "tuple[object, ...]":
        raise TypeError("a secret does not leave the process that found it")
