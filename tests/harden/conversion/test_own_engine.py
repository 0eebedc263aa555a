"""The engine that needs no torch: what it takes from a checkpoint, and what it refuses."""

import json
import pickle
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors import own, safetensors
from seamark.harden.conversion.tensors.checkpoints import open_checkpoint
from seamark.harden.conversion.tensors.gather import elements, pieces
from seamark.harden.conversion.tensors.states import choose_state
from seamark.harden.conversion.tensors.values import Ordered, Storage, Tensor, Unreadable

DATA = Path(__file__).parents[2] / "data"


def _job(source: Path, folder: Path, **options: Any) -> dict[str, Any]:
    return {"source": str(source), "output": str(folder / "o.safetensors"), "drop_other": False,
            **options}  # fmt: skip


def _tensor(offset: int = 0, shape: tuple[int, ...] = (2,), key: str = "0") -> Tensor:
    strides, step = [], 1
    for extent in reversed(shape):
        strides.insert(0, step)
        step *= extent
    return Tensor(Storage(key, "float32", 64), "float32", offset, shape, tuple(strides))


@pytest.mark.parametrize(
    "name",
    ["torch/state.pt", "torch/legacy.pt", "torch/nocrc.pt", "benign/torch-torch-state-conv.pth",
     "benign/torch-torch-legacy-mlp.pt", "benign/torch-torch-module-transformer.pt",
     "benign/torch-torch-state-spectral.pt"],
)  # fmt: skip
def test_really_saved_checkpoints(name: str, tmp_path: Path) -> None:
    job = _job(DATA / name, tmp_path)
    written = own.convert(job)
    proved = own.prove(job)
    assert proved["equal"]
    assert proved["compared"] == written["tensors"] > 0


def test_the_library_reads_the_same_bytes(tmp_path: Path) -> None:
    reader = pytest.importorskip("safetensors", reason="pip install safetensors")
    job = _job(DATA / "torch/state.pt", tmp_path)
    own.convert(job)
    placed, _ = safetensors.read_header(job["output"])
    with reader.safe_open(job["output"], "np") as file:
        assert sorted(file.keys()) == sorted(placed)
        for name, each in placed.items():
            told = b"".join(safetensors.read_pieces(job["output"], each))
            assert file.get_tensor(name).tobytes() == told


def test_the_proof_finds_one_changed_byte(tmp_path: Path) -> None:
    job = _job(DATA / "torch/state.pt", tmp_path)
    own.convert(job)
    path = Path(job["output"])
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert not own.prove(job)["equal"]


def test_what_is_no_tensor_is_refused_unless_dropped(tmp_path: Path) -> None:
    source = DATA / "benign/torch-torch-checkpoint-AdamW.ckpt"
    with pytest.raises(Refused, match="--drop-other"):
        own.convert(_job(source, tmp_path))
    written = own.convert(_job(source, tmp_path, drop_other=True))
    assert written["where"] == "model"
    assert {"optimizer", "epoch"} <= {entry["name"] for entry in written["dropped"]}


@pytest.mark.parametrize(
    ("name", "reason"),
    [("benign/torch-torch-tensor-quantized.pt", "quantized"),
     ("benign/torch-torch-tensor-sparse-csr.pt", "sparse"),
     ("torch/script.pt", "TorchScript"), ("torch/empty.pt", "no tensors")],
)  # fmt: skip
def test_what_safetensors_cannot_hold_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=reason):
        own.convert(_job(DATA / name, tmp_path))


def test_nothing_of_a_pickle_is_imported_or_called(tmp_path: Path) -> None:
    mark = tmp_path / "called"
    stream = f"cos\nsystem\n(S'touch {mark}'\ntR.".encode()
    path = tmp_path / "x.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", stream)
    with open_checkpoint(str(path)) as checkpoint:
        assert type(checkpoint.root).__name__ == "Foreign"
    assert not mark.exists()


def test_containers_nesting_ties_and_collisions() -> None:
    first, second = _tensor(0), _tensor(2)
    state = choose_state({"state_dict": Ordered(a=first, b=first, c=second), "epoch": 1})
    assert (state.where, list(state.tensors), state.aliases) == ("state_dict", ["a", "c"],
                                                                {"b": "a"})  # fmt: skip
    assert state.dropped == {"epoch": "int '1'"}
    nested = choose_state({"encoder": {"w": first}, "decoder": {"w": second}})
    assert list(nested.tensors) == ["encoder.w", "decoder.w"]
    with pytest.raises(Refused, match="Two tensors"):
        choose_state({"a": {"b": first}, "a.b": second})
    assert choose_state({"w": first, "q": Unreadable("a sparse tensor")}).dropped == {
        "q": "a sparse tensor"
    }


@given(
    shape=st.lists(st.integers(0, 5), max_size=4).map(tuple),
    order=st.randoms(use_true_random=False),
    dtype=st.sampled_from(["uint8", "float16", "float32", "complex64"]),
    start=st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_both_ways_to_read_a_strided_tensor_agree(
    shape: tuple[int, ...], order: Any, dtype: str, start: int
) -> None:
    strides = [order.choice([0, 1, 2, 3, 7]) for _ in shape]
    span = start + 1 + sum(max(n - 1, 0) * s for n, s in zip(shape, strides, strict=True))
    storage = Storage("0", dtype, span)
    tensor = Tensor(storage, dtype, start, shape, tuple(strides))
    assert not tensor.problem()
    data = bytes(order.randrange(256) for _ in range(storage.size))
    read = partial(lambda at, length: data[at : at + length])
    gathered = b"".join(pieces(tensor, read))
    assert gathered == b"".join(elements(tensor, read))
    assert len(gathered) == tensor.size


@pytest.mark.parametrize(
    "tensor",
    [_tensor(63), _tensor(-1), Tensor(Storage("0", "float32", 4), "float32", 0, (2, 2), (9, 1)),
     Tensor(Storage("0", "float32", 4), "float32", 0, (2,), (1, 1)),
     Tensor(Storage("0", "float32", 4), "float32", 0, (-1,), (1,))],
)  # fmt: skip
def test_views_outside_their_storage_are_found(tensor: Tensor) -> None:
    assert tensor.problem()


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_checkpoints_are_refused_or_converted(data: Any, tmp_path_factory: Any) -> None:
    name = data.draw(st.sampled_from(["state.pt", "legacy.pt"]))
    content = bytearray((DATA / "torch" / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(len(content) // 2, len(content))) :]
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "x.pt").write_bytes(content)
    job = _job(folder / "x.pt", folder)
    try:
        own.convert(job)
    except Refused as refusal:
        event(type(refusal).__name__)
    else:
        assert own.prove(job)["equal"]


def test_a_few_bytes_spread_over_many_places_are_refused(tmp_path: Path) -> None:
    storage = ("storage", _Global("torch", "FloatStorage"), "0", "cpu", 1)
    tensor = _Call(_Global("torch._utils", "_rebuild_tensor_v2"),
                   (_Pid(storage), 0, (1 << 20, 1 << 10), (0, 0), False, None))  # fmt: skip
    path = tmp_path / "x.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", _pickled({"w": tensor}))
        archive.writestr("a/data/0", bytes(4))
    with pytest.raises(Refused, match="spread"):
        own.convert(_job(path, tmp_path))


class _Global:
    def __init__(self, module: str, name: str) -> None:
        self.text = f"{module} {name}"


class _Call:
    def __init__(self, function: _Global, arguments: tuple[Any, ...]) -> None:
        self.function, self.arguments = function, arguments


class _Pid:
    def __init__(self, pid: tuple[Any, ...]) -> None:
        self.pid = pid


def _pickled(value: Any) -> bytes:
    """A pickle that names things this process has not."""

    class Pickler(pickle._Pickler):  # type: ignore[name-defined,misc]
        def persistent_id(self, obj: Any) -> Any:
            return obj.pid if isinstance(obj, _Pid) else None

        def save(self, obj: Any, save_persistent_id: bool = True) -> None:
            if isinstance(obj, _Global):
                module, name = obj.text.split()
                self.write(f"c{module}\n{name}\n".encode())
            elif isinstance(obj, _Call):
                self.save(obj.function)
                self.save(obj.arguments)
                self.write(b"R")
            else:
                super().save(obj, save_persistent_id)

    file = BytesIO()
    Pickler(file, 2).dump(value)
    return file.getvalue()


def test_names_that_would_be_lost_are_kept(tmp_path: Path) -> None:
    items = [safetensors.Item("ü", "uint8", (1,), 1), safetensors.Item("w", "float64", (1,), 8)]
    path = str(tmp_path / "x.safetensors")
    ordered = safetensors.in_order(items)
    safetensors.write(path, ordered, ([bytes(item.size)] for item in ordered), {"format": "pt"})
    header = json.loads(Path(path).read_bytes()[8:].split(b"}}")[0] + b"}}")
    assert list(header) == ["__metadata__", "w", "ü"]
    with pytest.raises(Refused, match="has 3 bytes, not 8"):
        safetensors.write(f"{path}2", ordered[:1], [[b"abc"]], {})
