"""What the parser keeps of R values: names, texts, calls; everything else only by its kind."""

from dataclasses import dataclass

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name."""

    name: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A vector of texts, of which the first few are kept."""

    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A pairlist: tags (empty where there is none) and values; the first few are kept."""

    items: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function called with arguments; ``size`` counts the nodes of the whole expression."""

    head: "Value"
    arguments: tuple[tuple[str, "Value"], ...]
    size: int


@dataclass(frozen=True, slots=True)
class Other:
    """Any other value, by its kind (``double``, ``list``, ``environment``)."""

    kind: str
    attributes: Pairs | None = None


Value = Symbol | Texts | Pairs | Call | Other

NOTHING = Other("NULL")
UNBOUND = Other("unbound")
MISSING = Other("")


def deparse(value: Value, room: int = _LONGEST) -> str:
    """The expression as R would print it, shortened to about ``room`` characters."""
    parts: list[str] = []
    pending: list[Value | str] = [value]
    length = 0
    while pending and length < room:
        item = pending.pop()
        if isinstance(item, Call):
            inner: list[Value | str] = [item.head, "("]
            for index, (tag, argument) in enumerate(item.arguments):
                inner += [", " if index else "", f"{tag} = " if tag else "", argument]
            pending += reversed([*inner, ")"])
            continue
        text = item if isinstance(item, str) else _plain(item)
        parts.append(text)
        length += len(text)
    return "".join(parts)[:room] + ("…" if pending else "")


def _plain(value: Value) -> str:
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, Texts):
        quoted = ", ".join(f'"{text[:120]}"' for text in value.first[:4])
        return quoted if len(value.first) == 1 else f"c({quoted})"
    if isinstance(value, Pairs):
        return "pairlist"
    return value.kind if isinstance(value, Other) else "…"
