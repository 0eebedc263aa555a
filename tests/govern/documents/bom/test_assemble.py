"""From lists and scans to one document: everything once, nothing lost, gaps told."""

from collections.abc import Callable

from govern.documents.bom.conftest import digest, found, inventory, listing, package, report
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.govern.documents.bom.assemble import assemble
from seamark.govern.documents.bom.declared import Declared, HeldFile, asset_entry, tree_digest
from seamark.govern.documents.bom.model import Bom, Kind
from seamark.govern.documents.bom.packages import packages_of
from seamark.scan.dependencies.listings import Role, Unassessed


def at(path: str, line: int = 1) -> Location:
    return Location(path=path, line=line)


def test_one_package_of_several_lists_is_one_entry_with_all_places() -> None:
    made = packages_of(
        inventory(
            listing(
                package("a", "1", location=at("a.txt", 3), hashes=(digest("a"),)), path="a.txt"
            ),
            listing(package("a", "1", location=at("b.txt", 5), requires=("b",)), path="b.txt"),
            listing(package("b", "2", location=at("c.txt", 1)), path="c.txt"),
        )
    )
    entry = made.entries[0]
    assert [each.ref for each in made.entries] == ["pkg:pypi/a@1", "pkg:pypi/b@2"]
    assert [str(each) for each in entry.occurrences] == ["a.txt:3", "b.txt:5"]
    assert entry.hashes == (digest("a"),)
    assert entry.requires == ("pkg:pypi/b@2",)
    assert made.entries[1].requires is None


def test_two_versions_of_one_name_stay_two_and_both_are_needed() -> None:
    made = packages_of(
        inventory(listing(package("a", "1", requires=("b",)), package("b", "1"), package("b", "2")))
    )
    assert made.entries[0].requires == ("pkg:pypi/b@1", "pkg:pypi/b@2")


def test_a_need_that_no_list_names_is_told() -> None:
    made = packages_of(inventory(listing(package("a", "1", requires=("gone",)))))
    assert made.entries[0].requires == ()
    assert ("seamark:requires:unlisted", "gone") in made.entries[0].properties


def declaration(name: str, constraint: str, path: str = "pyproject.toml") -> Component:
    return package(name, constraint=constraint, location=at(path), direct=True)


def test_a_range_is_folded_into_the_version_that_it_admits() -> None:
    made = packages_of(
        inventory(
            listing(declaration("a", ">=1"), path="pyproject.toml", role=Role.DECLARATION),
            listing(package("a", "1.5"), path="uv.lock"),
        )
    )
    assert [each.ref for each in made.entries] == ["pkg:pypi/a@1.5"]
    assert ("seamark:asked-for", ">=1 in pyproject.toml:1") in made.entries[0].properties
    assert made.gaps == ()
    assert made.direct == ("pkg:pypi/a@1.5",)


def test_a_range_that_admits_no_known_version_stays_open_and_is_a_gap() -> None:
    made = packages_of(
        inventory(
            listing(declaration("a", ">=2"), path="pyproject.toml"),
            listing(package("a", "1.5"), path="uv.lock"),
        )
    )
    assert [each.ref for each in made.entries] == ["pkg:pypi/a", "pkg:pypi/a@1.5"]
    assert made.gaps == ("pyproject.toml:1: the version of a is open (>=2).",)


def test_the_lock_of_a_neighbor_answers_no_range() -> None:
    made = packages_of(
        inventory(
            listing(declaration("a", ">=1", "one/pyproject.toml"), path="one/pyproject.toml"),
            listing(package("a", "1.5", location=at("two/uv.lock")), path="two/uv.lock"),
        )
    )
    assert len(made.gaps) == 1


def test_what_was_not_read_is_a_gap() -> None:
    gone = Unassessed(
        name="x.lock", reason="it is no valid TOML", location=at("x.lock"), whole=True
    )
    made = packages_of(inventory(listing(path="x.lock", unassessed=(gone,))))
    assert made.gaps == (
        "x.lock:1: the list was not read, or not to its end: it is no valid TOML.",
    )


def test_base_images_are_containers() -> None:
    image = Component(
        ecosystem="oci", name="python", title="python", purl="pkg:oci/python@sha256:abc",
        version="sha256:abc", location=at("Dockerfile"),
    )  # fmt: skip
    made = packages_of(inventory(listing(image, path="Dockerfile")))
    assert made.entries[0].kind is Kind.IMAGE


def test_a_model_with_its_surroundings(make: Callable[..., Bom]) -> None:
    bom = make()
    kinds = {each.ref: each.kind for each in bom.entries}
    assert kinds["model:m"] is Kind.MODEL
    assert kinds["base-model:google-bert/bert-base-uncased"] is Kind.MODEL
    assert kinds[f"prompt:{digest('f')}"] is Kind.PROMPT
    assert kinds["dataset:squad"] is Kind.DATASET
    model = bom.by_ref()["model:m"]
    assert model.license == "Apache-2.0"
    assert ("seamark:dtype:float32", "3") in model.properties
    assert model.ancestors == ("base-model:google-bert/bert-base-uncased",)
    assert "model:remote" in kinds


def test_a_dataset_that_a_model_and_the_project_name_is_one(make: Callable[..., Bom]) -> None:
    dataset = make().by_ref()["dataset:squad"]
    assert dataset.owner == "Ana"
    assert len(dataset.parts) == 2
    assert {str(each) for each in dataset.occurrences} == {"data", "m"}
    assert not dataset.external


def test_loose_files_are_entries_and_lost_digests_gaps(make: Callable[..., Bom]) -> None:
    loose = report("w.pkl", "9", "pickle")
    dark = FileReport(path="x.pkl", digest=None, size=0, format="pickle", verdict=Verdict.UNCLEAR)
    bom = make(files={**found().files, "w.pkl": loose, "x.pkl": dark})
    assert bom.by_ref()["file:w.pkl"].hashes == (digest("9"),)
    assert "x.pkl: the file has no digest: it could not be read whole." in bom.gaps


def test_a_large_dataset_has_one_digest_over_all() -> None:
    files = [HeldFile(path=f"{n:04}", size=1, digest=digest("a")) for n in range(600)]
    entry = asset_entry(Kind.DATASET, Declared(name="big", path="big"), files)
    assert entry.parts == ()
    assert ("seamark:tree-digest", tree_digest(files)) in entry.properties
    assert tree_digest(reversed(files)) == tree_digest(files)
    assert tree_digest(files[:-1]) != tree_digest(files)


def test_nothing_gives_an_empty_document(make: Callable[..., Bom]) -> None:
    bom = make(
        inventory=inventory(), models=(), files={}, declared_models=(), datasets=(), prompts=(),
        services=(),
    )  # fmt: skip
    assert bom.entries == ()


NAMES = st.text(st.sampled_from("abc"), min_size=1, max_size=3)
COMPONENTS = st.builds(
    lambda name, version, line, needs: package(name, version, line=line, requires=needs),
    NAMES,
    st.sampled_from(["", "1", "2"]),
    st.integers(1, 9),
    st.one_of(st.none(), st.lists(NAMES, max_size=2).map(tuple)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(COMPONENTS, max_size=5), max_size=3))
def test_no_component_is_lost_and_no_reference_dangles(lists: list[list[Component]]) -> None:
    made = [listing(*each, path=f"{n}/uv.lock") for n, each in enumerate(lists)]
    bom = assemble(found(inventory=inventory(*made), models=(), files={}), tool_version="1")
    refs = set(bom.by_ref())
    assert len(refs) == len(bom.entries) + 1
    for component in (each for one in lists for each in one):
        same = [e for e in bom.entries if e.name == component.name]
        assert any(
            e.version == component.version
            or (not component.version and dict(e.properties).get("seamark:asked-for"))
            for e in same
        )
    for entry in (bom.subject, *bom.entries):
        assert set(entry.requires or ()) <= refs
