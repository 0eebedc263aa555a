"""NumPy's files without NumPy."""

from pathlib import Path
from typing import Any

import pytest

from seamark.harden.conversion.refusals import Refused
from seamark.harden.conversion.tensors import arrays, safetensors

np = pytest.importorskip("numpy", reason="pip install numpy")


def _job(source: Path, folder: Path) -> dict[str, Any]:
    return {"source": str(source), "output": str(folder / "o.safetensors")}


@pytest.mark.parametrize(
    "array",
    [np.arange(12.0).reshape(3, 4), np.asfortranarray(np.arange(24, dtype="i2").reshape(2, 3, 4)),
     np.arange(6, dtype=">f8"), np.array([True, False]), np.float32(2.5), np.zeros((0, 3)),
     np.array([1 + 2j, 3], dtype=">c8"), np.arange(300_001, dtype=">u4")],
)  # fmt: skip
def test_an_array_comes_out_as_numpy_reads_it(array: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array)
    job = _job(tmp_path / "a.npy", tmp_path)
    arrays.convert(job)
    assert arrays.prove(job)["equal"]
    placed, _ = safetensors.read_header(job["output"])
    found = b"".join(safetensors.read_pieces(job["output"], placed["array"]))
    told = np.ascontiguousarray(array)
    assert found == told.astype(told.dtype.newbyteorder("<")).tobytes()
    assert placed["array"].shape == np.shape(array)


def test_several_arrays_keep_their_names(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", first=np.arange(3), second=np.ones((2, 2), "f2"))
    job = _job(tmp_path / "a.npz", tmp_path)
    assert arrays.convert(job)["dtypes"] == {"float16": 1, "int64": 1}
    assert arrays.prove(job)["compared"] == 2


@pytest.mark.parametrize(
    ("array", "reason"),
    [(np.array([{}], dtype=object), "Python objects"), (np.array(["a"]), "safetensors has not"),
     (np.zeros(2, dtype=[("a", "i4")]), "records"), (np.zeros(2, "c16"), "safetensors has not")],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused(array: Any, reason: str, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(Refused, match=reason):
        arrays.convert(_job(tmp_path / "a.npy", tmp_path))


def test_a_cut_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(10))
    data = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(data[:-1])
    with pytest.raises(Refused, match="ends inside"):
        arrays.convert(_job(tmp_path / "a.npy", tmp_path))
