"""Torch archives: really saved ones, and those that a trick was played on."""

import io
import pickle
import zipfile
from pathlib import Path

import pytest
from scan.models.archives.build_zip import PAYLOAD, Part, build

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import Scanner, scan_bytes

REAL = Path(__file__).parents[3] / "data" / "torch"


def scan(data: bytes, name: str = "m.pt") -> FileReport:
    return scan_bytes(data, name=name)


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def reaches(report: FileReport) -> bool:
    return any(finding.anchor == "os.system" for finding in report.findings)


def members(name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(REAL / name) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def rebuilt(name: str = "state.pt", **changes: bytes | None) -> bytes:
    """A real checkpoint written again; members are replaced or, with None, left out."""
    content: dict[str, bytes | None] = {**members(name), **changes}
    return build(*(Part(key, value) for key, value in content.items() if value is not None))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("state.pt", "pytorch-zip"),
        ("legacy.pt", "torch-legacy"),
        ("empty.pt", "pytorch-zip"),
        ("nocrc.pt", "pytorch-zip"),
        ("skip.pt", "pytorch-zip"),
        ("script.pt", "torchscript"),
        ("lite.ptl", "torchscript"),
    ],
)
def test_really_saved_files_are_clean(name: str, form: str) -> None:
    report = Scanner().scan_file(REAL / name)
    assert report.findings == ()
    assert (report.verdict, report.format) == (Verdict.CLEAN, form)


def test_a_package_needs_review_for_its_code() -> None:
    report = Scanner().scan_file(REAL / "package.pt")
    assert report.format == "pytorch-package"
    assert rules(report) == {"PTH006"}
    assert report.verdict is Verdict.REVIEW
    without = rebuilt("package.pt", **{"package/mymod.py": None})
    assert scan(without).findings == ()


def test_an_exported_program_is_clean() -> None:
    report = Scanner().scan_file(REAL / "exported.pt2")
    assert (report.verdict, report.format) == (Verdict.CLEAN, "pytorch-export")
    assert report.findings == ()


def test_a_checkpoint_that_was_zipped_again_is_clean() -> None:
    assert scan(rebuilt()).findings == ()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, value in members("state.pt").items():
            archive.writestr(key, value)
    assert scan(file.getvalue()).findings == ()


def test_a_payload_in_any_pickle() -> None:
    assert reaches(scan(rebuilt(**{"state/data.pkl": PAYLOAD})))
    for name in ("constants.pkl", "attributes.pkl", "code/__torch__.py.debug_pkl"):
        assert reaches(scan(rebuilt("script.pt", **{f"script/{name}": PAYLOAD})))
    assert reaches(scan(rebuilt("package.pt", **{"package/model/model.pkl": PAYLOAD})))


@pytest.mark.parametrize("name", ["version", "byteorder", ".format_version", "extra/x", "x.bin"])
def test_a_payload_where_notes_are_expected(name: str) -> None:
    report = scan(rebuilt(**{f"state/{name}": pickle.dumps(1)[:2] + PAYLOAD}))
    assert reaches(report)


def test_two_checkpoints_side_by_side() -> None:
    evil = {"archive/data.pkl": PAYLOAD, "archive/version": b"3\n"}
    report = scan(rebuilt(**evil))
    assert "PTH001" in rules(report)
    assert reaches(report)


def test_names_that_differ_only_in_case() -> None:
    """torch finds members regardless of case."""
    report = scan(rebuilt(**{"state/DATA.PKL": PAYLOAD}))
    assert "ARC005" in rules(report)
    assert reaches(report)


def test_storages_that_are_missing_or_short() -> None:
    assert rules(scan(rebuilt(**{"state/data/0": None}))) == {"PTH002"}
    assert rules(scan(rebuilt(**{"state/data/0": b"1234"}))) == {"PTH003"}


def test_storages_are_opaque_whatever_they_hold() -> None:
    report = scan(rebuilt(**{"state/data/0": (b"\x80\x04." * 16)}))
    assert report.findings == ()


def test_a_storage_that_the_headers_disagree_about_is_not_opaque() -> None:
    parts = [Part(key, value) for key, value in members("state.pt").items()]
    parts.append(Part("state/data/7", PAYLOAD, local={"name": b"state/data.pkl"}))
    report = scan(build(*parts))
    assert "ARC002" in rules(report)
    assert reaches(report)


def test_checksums_of_zero_are_only_normal_for_torch() -> None:
    part = Part("a.txt", local={"crc": 0}, central={"crc": 0})
    assert rules(scan(build(part), "m.zip")) == {"ARC012"}


@pytest.mark.parametrize("code", ["torch.save(x, '/tmp/x')", "ops.aten.from_file(name)",
                                  "ops.image.read_file(name)", "torch . save (x)"])  # fmt: skip
def test_programs_that_reach_files(code: str) -> None:
    text = f"class M(Module):\n  def forward(self, x):\n    y = {code}\n    return y\n"
    report = scan(rebuilt("script.pt", **{"script/code/__torch__.py": text.encode()}))
    assert rules(report) - {"PTH009"} == {"PTH004"}
    assert report.verdict is Verdict.HOSTILE


@pytest.mark.parametrize("code", ["ops.evil.run(x)", "__torch__.torch.classes.evil.Runner"])
def test_programs_that_need_foreign_code(code: str) -> None:
    text = f"class M(Module):\n  def forward(self, x):\n    return {code}\n"
    report = scan(rebuilt("script.pt", **{"script/code/__torch__.py": text.encode()}))
    assert rules(report) == {"PTH005"}


def test_text_constants_are_no_operators() -> None:
    text = 'def f(x):\n  s = "torch.save(x, ops.evil.run)"\n  return s\n'
    report = scan(rebuilt("script.pt", **{"script/code/__torch__.py": text.encode()}))
    assert report.findings == ()


def test_operators_of_the_lite_interpreter() -> None:
    code = pickle.dumps((10, ("M.forward", (("operators", (("aten::save", ""),)),))), 2)
    report = scan(rebuilt("lite.ptl", **{"lite/bytecode.pkl": code}))
    assert "PTH004" in rules(report)


def test_classes_of_a_program_are_only_its_own_in_a_program() -> None:
    data = members("script.pt")["script/data.pkl"]
    report = scan(rebuilt(**{"state/data.pkl": data}))
    assert any("__torch__" in str(finding.anchor) for finding in report.findings)


def test_a_checkpoint_beyond_4_gib_is_clean(tmp_path: Path) -> None:
    """Written by torch with zip64 records; the tensor data is a hole in the file."""
    head, tail = ((REAL / f"huge-{part}.bin").read_bytes() for part in ("head", "tail"))
    path, size = tmp_path / "huge.pt", 5368710989
    with path.open("wb") as file:
        file.write(head)
        file.seek(size - len(tail))
        file.write(tail)
    report = Scanner(digest=False).scan_file(path)
    assert report.findings == ()
    assert (report.verdict, report.size) == (Verdict.CLEAN, size)


def test_a_dataset_of_tensors_is_data() -> None:
    dataset = (
        b"\x80\x02ctorch.utils.data.dataset\nTensorDataset\n)\x81}X\x07\x00\x00\x00tensors)sb."
    )
    assert scan(rebuilt(**{"state/data.pkl": dataset})).findings == ()
    loader = dataset.replace(b"dataset\nTensorDataset", b"dataloader\nDataLoader")
    assert rules(scan(rebuilt(**{"state/data.pkl": loader}))) == {"PKL003"}
