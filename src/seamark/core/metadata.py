"""What a model says of itself in its headers: for catalogs, bills of materials and model cards.

Nothing of it is verified, and nothing of it decides a verdict.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MOST = 100
"""Base models, datasets, remote code and templates that are kept, each."""

LONGEST = 500
"""Characters that are kept of one text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """One model's own words, as far as its headers have them; empty where they say nothing.

    ``framework`` is the program that wrote it (``PyTorch``), ``architecture`` the model's class or
    family (``BertForSequenceClassification``). ``parameters`` counts elements of all ``tensors``,
    ``dtypes`` the elements by type, in NumPy's names (``float32``, ``bfloat16``) or the format's
    own where NumPy has none (``q4_k``). ``license``, ``base_models`` and ``datasets`` are spelled
    as found. ``templates`` are digests (``sha256:…``) of chat templates, as UTF-8.
    ``remote_code`` names what a loader would import from beside the weights or from elsewhere
    (``auto_map`` targets). ``folder`` is set where the file marks its folder as one model, and
    says of which kind (``hugging-face``, ``mlflow``).
    """

    framework: str = ""
    framework_version: str = ""
    format_version: str = ""
    architecture: str = ""
    name: str = ""
    parameters: int | None = None
    tensors: int | None = None
    dtypes: Mapping[str, int] = field(default_factory=dict)
    license: str = ""
    base_models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    remote_code: tuple[str, ...] = ()
    folder: str = ""

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Metadata()


def merged(first: Metadata, second: Metadata) -> Metadata:
    """Both together: the first that says something is believed, counts add up, lists join."""
    if first is NOTHING:
        return second
    if second is NOTHING:
        return first
    dtypes = dict(first.dtypes)
    for name, count in second.dtypes.items():
        dtypes[name] = dtypes.get(name, 0) + count
    return Metadata(
        framework=first.framework or second.framework,
        framework_version=first.framework_version or second.framework_version,
        format_version=first.format_version or second.format_version,
        architecture=first.architecture or second.architecture,
        name=first.name or second.name,
        parameters=_sum(first.parameters, second.parameters),
        tensors=_sum(first.tensors, second.tensors),
        dtypes=dtypes,
        license=first.license or second.license,
        base_models=_joined(first.base_models, second.base_models),
        datasets=_joined(first.datasets, second.datasets),
        templates=_joined(first.templates, second.templates),
        remote_code=_joined(first.remote_code, second.remote_code),
        folder=first.folder or second.folder,
    )


def _sum(first: int | None, second: int | None) -> int | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second


def _joined(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))[:MOST]
