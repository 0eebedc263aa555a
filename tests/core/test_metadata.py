"""Metadata joins without inventing anything."""

from seamark.core.metadata import MOST, NOTHING, Metadata, merged


def test_nothing_is_falsy_and_neutral() -> None:
    said = Metadata(framework="PyTorch", parameters=3)
    assert not NOTHING
    assert not Metadata()
    assert said
    assert merged(NOTHING, said) is said
    assert merged(said, NOTHING) is said


def test_the_first_text_is_believed_counts_add_up_and_lists_join() -> None:
    first = Metadata(license="mit", parameters=2, dtypes={"float32": 2}, datasets=("a", "b"))
    second = Metadata(license="apache-2.0", name="n", parameters=5, datasets=("b", "c"))
    both = merged(first, second)
    assert (both.license, both.name, both.parameters) == ("mit", "n", 7)
    assert both.dtypes == {"float32": 2}
    assert both.datasets == ("a", "b", "c")


def test_an_unknown_count_stays_unknown_and_lists_are_bounded() -> None:
    many = Metadata(datasets=tuple(map(str, range(MOST * 2))))
    both = merged(many, Metadata(name="n"))
    assert both.parameters is None
    assert len(both.datasets) == MOST
