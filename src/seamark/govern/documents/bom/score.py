"""How complete a document is: what of it is said, field by field, and what is missing.

The weights are ours and add up to 100. They follow what the minimum elements of NTIA (2021) and
CISA ask for, and the fields that machine-learning bills of materials are judged by (identity,
license, model card, data); a part that a system has nothing of (no models, say) is left out and
the rest counts for the whole.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from seamark.govern.documents.bom.model import Bom, Entry, Kind

NAMED = 5
"""Entries that are named as lacking something, for each field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a document should say: ``weight`` points, of which entries, and how to see."""

    name: str
    weight: int
    kinds: frozenset[Kind]
    has: Callable[[Entry], bool]
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field: ``have`` of ``all`` entries say it; ``missing`` names some that do not."""

    field: str
    weight: int
    have: int
    all: int
    missing: tuple[str, ...]
    remedy: str

    @property
    def points(self) -> float:
        """The weight times the share of entries that say it."""
        return self.weight * self.have / self.all if self.all else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """0 to 100, from its rows. ``incomplete`` are the gaps that the document tells itself."""

    total: float
    rows: tuple[Row, ...]
    incomplete: tuple[str, ...]


_PACKAGES = frozenset({Kind.PACKAGE, Kind.IMAGE})
_MODELS = frozenset({Kind.MODEL})
_DATA = frozenset({Kind.DATASET})
_THINGS = frozenset({Kind.PACKAGE, Kind.IMAGE, Kind.MODEL, Kind.DATASET, Kind.FILE, Kind.PROMPT})
_OWNED = frozenset({Kind.SYSTEM, Kind.MODEL, Kind.DATASET, Kind.SERVICE})

FIELDS = (
    Field(
        name="identity",
        weight=12,
        kinds=_THINGS,
        has=lambda each: bool(each.name and (each.purl or each.hashes or each.parts)),
        remedy="Give a package URL or a digest.",
    ),
    Field(
        name="version",
        weight=12,
        kinds=_PACKAGES,
        has=lambda each: bool(each.version),
        remedy="Lock the dependencies (uv lock, pip-compile, poetry lock).",
    ),
    Field(
        name="hashes",
        weight=12,
        kinds=_THINGS,
        has=lambda each: bool(each.hashes or each.artifacts or _parts_hashed(each)),
        remedy="Use a lock with hashes (pip-compile --generate-hashes, uv lock).",
    ),
    Field(
        name="license",
        weight=12,
        kinds=_PACKAGES | _MODELS,
        has=lambda each: bool(each.license),
        remedy="Lists rarely say licenses: name an installed environment (--environment).",
    ),
    Field(
        name="edges",
        weight=12,
        kinds=_PACKAGES,
        has=lambda each: each.requires is not None,
        remedy="Use a lock that says who needs whom (uv.lock, poetry.lock, pdm.lock).",
    ),
    Field(
        name="owner",
        weight=5,
        kinds=_OWNED,
        has=lambda each: bool(each.owner),
        remedy="Say in seamark.yaml who answers for it (owner).",
    ),
    Field(
        name="model: architecture",
        weight=5,
        kinds=_MODELS,
        has=lambda each: bool(each.card and each.card.architecture),
        remedy="Keep config.json beside the weights.",
    ),
    Field(
        name="model: task",
        weight=5,
        kinds=_MODELS,
        has=lambda each: bool(each.card and each.card.task),
        remedy="Write pipeline_tag into the front matter of README.md.",
    ),
    Field(
        name="model: datasets",
        weight=6,
        kinds=_MODELS,
        has=lambda each: bool(each.card and each.card.datasets),
        remedy="Write datasets into the front matter of README.md.",
    ),
    Field(
        name="model: metrics",
        weight=5,
        kinds=_MODELS,
        has=lambda each: bool(each.card and each.card.metrics),
        remedy="Write model-index into the front matter of README.md.",
    ),
    Field(
        name="model: use and limits",
        weight=6,
        kinds=_MODELS,
        has=lambda each: bool(each.card and each.card.use_cases and each.card.limitations),
        remedy="Write chapters about intended uses and limitations into README.md.",
    ),
    Field(
        name="model: description",
        weight=3,
        kinds=_MODELS,
        has=lambda each: bool(each.description),
        remedy="Begin README.md with a paragraph that says what the model is.",
    ),
    Field(
        name="dataset: contents",
        weight=5,
        kinds=_DATA,
        has=lambda each: bool(each.hashes or each.parts or each.url or each.purl),
        remedy="Name the dataset's path or URL in seamark.yaml.",
    ),
)


def score(bom: Bom) -> Score:
    """The score. A document that lists nothing has 0 points."""
    entries = [bom.subject, *bom.entries]
    rows = [_row(field, entries) for field in FIELDS] if bom.entries else []
    counted = [row for row in rows if row.all]
    weights = sum(row.weight for row in counted)
    total = 100 * sum(row.points for row in counted) / weights if weights else 0.0
    return Score(total=round(total, 1), rows=tuple(counted), incomplete=bom.gaps)


def _row(field: Field, entries: Iterable[Entry]) -> Row:
    concerned = [each for each in entries if each.kind in field.kinds and _counts(each, field)]
    lacking = [each for each in concerned if not field.has(each)]
    return Row(
        field=field.name,
        weight=field.weight,
        have=len(concerned) - len(lacking),
        all=len(concerned),
        missing=_names(lacking),
        remedy=field.remedy if lacking else "",
    )


def _counts(entry: Entry, field: Field) -> bool:
    """A base model is named, not contained: nobody can give its digest, card and owner here."""
    if entry.external:
        return entry.kind is Kind.DATASET and field.name == "dataset: contents"
    return True


def _parts_hashed(entry: Entry) -> bool:
    return bool(entry.parts) and all(part.hashes for part in entry.parts)


def _names(lacking: Sequence[Entry]) -> tuple[str, ...]:
    names = [f"{each.name} {each.version}".strip() for each in lacking[:NAMED]]
    more = len(lacking) - NAMED
    return tuple(names + ([f"and {more} more"] if more > 0 else []))
