"""TorchScript: what its printer writes is clean, what else its compiler takes is not."""

import pytest
from scan.models.archives.build_zip import Part, build

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes

HONEST = """class M(Module):
  __parameters__ = ["p", ]
  __buffers__ = []
  training : bool
  torch : __torch__.torch.nn.modules.linear.Linear
  ops : __torch__.torch.nn.modules.linear.Linear
  K : Final[int] = 3
  def forward(self: __torch__.M,
    x: Tensor,
    f: float=-inf,
    t: str="torch.save(x) # ops") -> Tuple[Tensor, List[str]]:
    _0 = __torch__.torch.nn.functional.___torch_mangle_14.pad
    ops0 = self.ops
    layers = getattr(self, "0")
    l = annotate(List[str], [])
    if torch.eq("\\'", "\\""):
      ops.prim.RaiseException("torch", "builtins.ValueError")
    else:
      pass
    g = torch.autograd.grad([torch.sum(x)], [x])
    w = __torch__.torch.classes.profiler._RecordFunction
    _1 = ops.profiler._record_function_enter_new("f", None)
    _2 = (self).load((self).save(1.+4.j, ), )
    x0 = _0(x, [0, (torch.size(x))[-1]], "", None, )
    return (x0, l)
"""


def scan(code: str, name: str = "m/code/__torch__.py") -> FileReport:
    parts = [("m/data.pkl", b"\x80\x02}."), ("m/constants.pkl", b"\x80\x02)."), ("m/version", b"3")]
    return scan_bytes(
        build(*(Part(*part) for part in parts), Part(name, code.encode())), name="m.pt"
    )


def program(statement: str) -> str:
    return f"class M(Module):\n  def forward(self, x):\n    {statement}\n    return x\n"


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def test_what_the_printer_writes_is_clean() -> None:
    report = scan(HONEST)
    assert report.findings == ()
    assert report.verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    "statement",
    [
        't = torch\n    t.save(x, "f")',
        't = ops.aten\n    t.save(x, "f")',
        't = ops\n    t.aten.save(x, "f")',
        '(torch).save(x, "f")',
        'getattr(torch, "save")(x, "f")',
        'getattr(ops, "aten").save(x, "f")',
        'torch.\\\n save(x, "f")',
        'torch.autograd .save(x, "f")',
        "c = __torch__.torch.classes",
        "c = __torch__.torch\n    c.classes.evil.Runner()",
        "s = torch.relu",
        "y = 1 # '",
        'y = """a"""',
        'y = "a\\\nb"',
        "y = 1; z = 2",
    ],
)
def test_what_the_printer_never_writes_needs_review(statement: str) -> None:
    report = scan(program(statement))
    assert "PTH009" in rules(report)
    assert report.verdict is not Verdict.CLEAN


@pytest.mark.parametrize(
    "statement",
    [
        'torch.autograd.save(x, "f")',
        'torch.autograd.autograd.save(x, "f")',
        'ops.prim.autograd.save(x, "f")',
        's = torch.save\n    s(x, "f")',
        'y = 1.\n    torch.save(x, "f")',
        'y = """ " """\n    torch.save(x, "f")\n    z = """ " """',
    ],
)
def test_files_reached_by_another_spelling(statement: str) -> None:
    assert scan(program(statement)).verdict is Verdict.HOSTILE


@pytest.mark.parametrize("name", ["m/CODE/__torch__.py", "M/code/__torch__.PY", "M/Code/a/b.Py"])
def test_letter_case_of_names_does_not_hide_a_program(name: str) -> None:
    assert "PTH004" in rules(scan(program('torch.save(x, "f")'), name))


def test_remote_calls_are_foreign() -> None:
    assert rules(scan(program('rpc_async("w", f, (x,))'))) == {"PTH005"}
