"""From what the scanner calls a file to the engine that converts it."""

from collections.abc import Mapping
from dataclasses import dataclass

from seamark.core.errors import UsageError
from seamark.harden.conversion.records import Engine, Request, Target

_CHECKPOINTS = frozenset({"pytorch-zip", "torch-legacy"})
_ARRAYS = frozenset({"npy", "npz"})
_PICKLES = frozenset("pickle joblib zlib gzip bzip2 bz2 xz lzma lz4".split())
_KERAS = frozenset({"keras", "hdf5"})
_SAFE = frozenset({"safetensors", "onnx", "skops", "gguf"})

_SUFFIXES: Mapping[Target, tuple[str, ...]] = {
    Target.SAFETENSORS: (".safetensors",),
    Target.SKOPS: (".skops",),
    Target.ONNX: (".onnx",),
    Target.WEIGHTS: (".weights.h5", ".config.json"),
}
_EXTENSIONS = tuple(
    ".weights.h5 .pth.tar .pkl.gz .pkl.bz2 .pkl.xz .joblib.gz .safetensors .pickle .joblib .keras "
    ".hdf5 .pth .bin .ckpt .pkl .npy .npz .sav .h5 .pt".split()
)
PACKAGES: Mapping[str, str] = {
    "sklearn": "scikit-learn",
    "torch": "torch",
    "keras": "keras and one of its backends (jax, torch, tensorflow)",
}
"""What to install for a module whose package is called something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one source is converted. The first of ``suffixes`` is the result's, others go beside it.

    ``libraries``: the child needs more than the standard library. ``snapshot``: it builds real
    objects, so it is given a copy whose digest is that of the scanned bytes.
    """

    engine: str
    target: Target
    suffixes: tuple[str, ...]
    libraries: bool
    snapshot: bool


def route(request: Request, form: str) -> Route:
    """The route for a source of the scanner's format ``form``. Raises ``UsageError``."""
    engine, offered = _offered(form, request)
    target = request.to or offered[0]
    if target not in offered:
        raise UsageError(
            f"{form} cannot become {target.value}.",
            hint=f"Choose --to {' or '.join(each.value for each in offered)}.",
        )
    if engine == "estimator":
        engine = target.value
    suffixes = _SUFFIXES[target]
    if form == "hdf5" and target is Target.WEIGHTS:
        suffixes = (".legacy-weights.h5", ".config.json")  # Keras tells the layouts by the name
    if engine == "keras" and target is Target.SAFETENSORS:
        suffixes = (".safetensors", ".config.json")
    return Route(
        engine=engine,
        target=target,
        suffixes=suffixes,
        libraries=engine not in ("own", "arrays"),
        snapshot=engine not in ("own", "arrays"),
    )


def _offered(form: str, request: Request) -> tuple[str, tuple[Target, ...]]:
    if form in _CHECKPOINTS:
        return (
            "torch" if request.engine is Engine.TORCH else "own",
            (Target.SAFETENSORS,),
        )
    if request.engine is not Engine.AUTO:
        raise UsageError("--engine is for torch checkpoints alone.", hint="Leave it out.")
    if form in _ARRAYS:
        return "arrays", (Target.SAFETENSORS,)
    if form in _PICKLES:
        return "estimator", (Target.SKOPS, Target.ONNX)
    if form in _KERAS:
        return "keras", (Target.WEIGHTS, Target.SAFETENSORS)
    if form in _SAFE:
        raise UsageError(
            f"{request.source} is {form}, which needs no code to be loaded.",
            hint="There is nothing to convert.",
        )
    raise UsageError(
        f"{request.source} is {form or 'of no known format'}; there is no conversion for that.",
        hint="Convertible are torch checkpoints, NumPy arrays, scikit-learn pickles and Keras.",
    )


def stem(path: str) -> str:
    """The path without its model extension."""
    lower = path.lower()
    for extension in _EXTENSIONS:
        if lower.endswith(extension) and len(path) > len(extension):
            return path[: -len(extension)]
    return path
