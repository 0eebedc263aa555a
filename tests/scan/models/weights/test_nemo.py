import pytest

from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally
from seamark.scan.models.weights.nemo import examine


def rules(text: str) -> list[str]:
    scope = Scope(path="model_config.yaml", meter=Meter(Limits()), tally=Tally(), route=route)
    return [finding.rule.id for finding in examine(BytesBlob(text.encode()), scope)]


def test_honest_targets_are_not_cleared_yet() -> None:
    assert rules("encoder:\n  _target_: nemo.collections.asr.modules.ConvASREncoder\n") == [
        "FIL007"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "_target_: os.system\ncommand: echo seamark\n",
        "a: {'_target_': \"subprocess.run\", args: [echo]}\n",
        'b:\n  "_target_" : builtins.eval\n',
        "c:\n  _target_:\n    posix.system\n",
    ],
)
def test_targets_in_the_standard_library_are_hostile(text: str) -> None:
    assert rules(text) == ["NMO001", "FIL007"]
