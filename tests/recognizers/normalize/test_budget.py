"""Work is bounded by what is produced, and a limit that was reached is told."""

import base64
import gzip
import random
import zlib

import pytest

from seamark.recognizers.normalize import Budget, Exhausted, views

MEGABYTE = 1024 * 1024


def produced(text: str, budget: Budget) -> tuple[int, tuple[Exhausted, ...]]:
    """Characters of all views but the first, and the limits told."""
    reading = views(text, budget=budget)
    total = sum(len(view.text) for view in reading) - len(text)
    return total, reading.exhausted


def wrapped(data: bytes) -> str:
    return f'"{base64.b64encode(data).decode()}"'


def test_a_bomb_of_text_stops_at_the_budget_and_is_told() -> None:
    bomb = wrapped(gzip.compress(b"harmless " * MEGABYTE, mtime=0))
    total, told = produced(bomb, Budget(characters=MEGABYTE))
    assert total <= MEGABYTE + 4096
    assert "characters" in {one.limit for one in told}
    assert "1048576 characters" in str(told[0])


def test_zeros_are_no_text_and_are_given_up_at_once() -> None:
    bomb = wrapped(gzip.compress(bytes(64 * MEGABYTE), mtime=0))
    total, told = produced(bomb, Budget())
    assert total <= 3 * len(bomb)
    assert not told


def test_what_comes_to_nothing_is_paid_for() -> None:
    bad = gzip.compress(b"harmless " * (MEGABYTE // 8) + b"\0", mtime=0)
    reading = views(
        "\n".join(wrapped(bad) for _ in range(50)), budget=Budget(characters=MEGABYTE * 4)
    )
    assert all(set(view.steps) <= {"reversed"} for view in reading)
    assert [one.limit for one in reading.exhausted] == ["characters"]


def test_layers_of_compression_are_bounded() -> None:
    data = b"harmless"
    for _ in range(12):
        data = zlib.compress(data)
    total, _ = produced(wrapped(data), Budget())
    assert total < 10_000


def test_a_long_chain_is_followed_to_the_depth_and_told() -> None:
    text = "seamark-harmless-example"
    for _ in range(9):
        text = base64.b64encode(text.encode()).decode()
    reading = views(text, budget=Budget(depth=3))
    deepest = max(len(view.steps) for view in reading)
    assert deepest == 3
    assert [one.limit for one in reading.exhausted] == ["depth"]
    steps = {view.steps for view in views(text, budget=Budget(depth=12))}
    assert ("base64",) * 9 in steps


def test_views_are_counted_and_told() -> None:
    text = "%41%42 &#65;&#66; \\x41\\x42 a\u200bb " * 3
    reading = views(text, budget=Budget(views=2))
    assert len(list(reading)) == 3
    assert [one.limit for one in reading.exhausted] == ["views"]


def test_nothing_is_told_where_nothing_was_left() -> None:
    reading = views("%41%42 quiet")
    assert len(list(reading)) > 1
    assert reading.exhausted == ()


def test_no_budget_leaves_the_text_itself() -> None:
    reading = views("%41%42", budget=Budget(characters=0, views=0, depth=0))
    assert [view.text for view in reading] == ["%41%42"]
    assert reading.exhausted


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Budget(views=-1)


@pytest.mark.parametrize(
    "line",
    [
        "\\u0041" * (5 * MEGABYTE // 6),
        "%41" * (5 * MEGABYTE // 3),
        "a " * (5 * MEGABYTE // 2),
        "A" * (5 * MEGABYTE),
        "0x41," * MEGABYTE,
        "0x41" + " " * (5 * MEGABYTE),
        "Aa0\n" * MEGABYTE,
        ("A" * 40 + "\n") * (MEGABYTE // 8),
        "\u200ba" * MEGABYTE,
        "аb" * MEGABYTE,  # noqa: RUF001
        "a" * (2 * MEGABYTE) + "а",  # noqa: RUF001
        "x[::-1]" * (MEGABYTE // 2),
        "&" * (5 * MEGABYTE),
        "=" * (5 * MEGABYTE),
        ("aGFybWxlc3MgZXhhbXBsZQ/" * 20 + " ") * 4000,
    ],
    ids=lambda line: ascii(line[:9]),
)
def test_a_line_of_megabytes_stays_within_the_budget(line: str) -> None:
    budget = Budget(characters=2 * MEGABYTE)
    total, _ = produced(line, budget)
    # Each of the chains of steps may end by the surroundings of one passage.
    assert total <= budget.characters + budget.views * 512


def test_random_bytes_in_each_alphabet_give_no_reading() -> None:
    data = random.Random(3).randbytes(MEGABYTE // 4)
    for text in (base64.b64encode(data), base64.b32encode(data), data.hex().encode()):
        readings = [view.steps for view in views(text.decode())]
        assert all(set(steps) <= {"base64", "base32", "hex", "reversed"} for steps in readings)
        assert len(readings) < 6
