"""The score: what is missing costs its weight and is named."""

import json
from collections.abc import Callable

from govern.documents.bom.conftest import digest, inventory, listing, package

from seamark.govern.documents.bom import score_views
from seamark.govern.documents.bom.model import Bom
from seamark.govern.documents.bom.score import FIELDS, score


def bare(make: Callable[..., Bom], *components: object) -> Bom:
    return make(
        inventory=inventory(listing(*components)),  # type: ignore[arg-type]
        models=(), files={}, datasets=(), prompts=(), services=(), declared_models=(),
    )  # fmt: skip


def test_the_weights_add_up_to_100() -> None:
    assert sum(field.weight for field in FIELDS) == 100


def test_a_full_package_gives_all_points(make: Callable[..., Bom]) -> None:
    full = package("a", "1", requires=(), hashes=(digest("a"),), licenses=("MIT",))
    assert score(bare(make, full)).total == 100.0


def test_what_is_missing_is_named_and_costs(make: Callable[..., Bom]) -> None:
    full = package("a", "1", requires=(), hashes=(digest("a"),), licenses=("MIT",))
    found = score(bare(make, full, package("poor", "2", requires=())))
    rows = {row.field: row for row in found.rows}
    assert rows["hashes"].missing == rows["license"].missing == ("poor 2",)
    assert rows["hashes"].points == rows["hashes"].weight / 2
    # Half of hashes and license are missing, of identity, version, hashes, license, edges, owner.
    assert found.total == round(100 * (65 - 12) / 65, 1)


def test_models_count_only_where_there_are_some(make: Callable[..., Bom]) -> None:
    without = {row.field for row in score(bare(make, package("a", "1"))).rows}
    assert not any(name.startswith("model") for name in without)
    rows = {row.field: row for row in score(make()).rows}
    assert rows["model: architecture"].have == 1
    assert rows["model: metrics"].all == 1  # neither the base model nor one that is served
    assert rows["dataset: contents"].have == 1


def test_a_model_with_a_card_reaches_85(make: Callable[..., Bom]) -> None:
    full = package("a", "1", requires=(), hashes=(digest("a"),), licenses=("MIT",))
    found = score(make(inventory=inventory(listing(full))))
    assert found.total >= 85


def test_an_empty_document_has_no_points(make: Callable[..., Bom]) -> None:
    found = score(bare(make))
    assert found.total == 0
    assert found.rows == ()


def test_many_names_are_shortened(make: Callable[..., Bom]) -> None:
    found = score(bare(make, *(package(f"p{n}", "1") for n in range(9))))
    assert {row.field: row for row in found.rows}["edges"].missing[-1] == "and 4 more"


def test_views(make: Callable[..., Bom]) -> None:
    found = score(make())
    tree = json.loads(score_views.as_json(found))
    assert tree["score"] == found.total
    assert tree["incomplete"] == list(found.incomplete)
    assert f"{found.total:g} of 100" in score_views.as_text(found)
    assert "| identity |" in score_views.as_markdown(found)
